"""What keys of a scenario may hold, beyond the kinds of the configuration. Pure."""

from dataclasses import dataclass

from device.config.reading import Reading
from device.logic.units import S
from sim.acts.durations import LONGEST_NS, Duration

_US = 1_000


@dataclass(frozen=True, slots=True)
class Grained:
    """A duration that is a whole number of `grain_ns`: what a file can say again."""

    least_ns: int = 0
    most_ns: int = LONGEST_NS
    grain_ns: int = _US

    @property
    def allowed(self) -> str:
        whole = "of whole seconds, " if self.grain_ns == S else ""
        return Duration(self.least_ns, self.most_ns).allowed.replace("a duration ", f"a duration {whole}", 1)

    def read(self, value: object, at: str, reading: Reading) -> int:
        duration_ns = Duration(self.least_ns, self.most_ns).read(value, at, reading)
        if duration_ns % self.grain_ns:
            reading.refuse(at, value, self.allowed)
        return duration_ns


@dataclass(frozen=True, slots=True)
class Prose:
    """Printable text of several lines. Blanks around it do not count."""

    max_length: int

    @property
    def allowed(self) -> str:
        return f"printable text of 1–{self.max_length} characters, on one line or more"

    def read(self, value: object, at: str, reading: Reading) -> str:
        text = value.strip() if isinstance(value, str) else ""
        printable = all(line.isprintable() for line in text.split("\n"))
        if not printable or not 1 <= len(text) <= self.max_length:
            reading.refuse(at, value, self.allowed)
        return text


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of tables that somebody else reads: what their keys are depends on what they say."""

    header: str
    maximum: int

    @property
    def allowed(self) -> str:
        return f"a list of 1–{self.maximum} tables {self.header}"

    def read(self, value: object, at: str, reading: Reading) -> list[object]:
        if not isinstance(value, list) or not 1 <= len(value) <= self.maximum:
            reading.refuse(at, value, self.allowed)
        return value
