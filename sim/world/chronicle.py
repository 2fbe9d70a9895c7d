"""What happened in a world, in order: the transcript that people read and that two runs are compared by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from device.logic.units import MS


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `at_ns` counts from the start; `where` is a store, a broker or the room."""

    at_ns: int
    where: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{write_moment(self.at_ns)}  {self.where:<12}  {self.kind:<8}  {self.text}"


class Chronicle:
    """Collects entries as they happen."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        """now_ns: since the start."""
        self._now_ns = now_ns
        self.entries: list[Entry] = []

    def add(self, where: str, kind: str, text: str) -> None:
        self.entries.append(Entry(self._now_ns(), where, kind, text))

    def lines(self) -> Iterator[str]:
        return map(str, self.entries)


def write_moment(at_ns: int) -> str:
    """As 0d 00:00:10.021, or without days on the first."""
    total_s, ms = divmod(at_ns // MS, 1_000)
    minutes, seconds = divmod(total_s, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02d}:{minutes:02d}:{seconds:02d}.{ms:03d}"
    return f"{days}d {clock}" if days else clock
