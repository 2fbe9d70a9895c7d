"""What can be known of a door by its cables: when its sensor read open, whatever the leaf did. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.locks.compartment import Compartment
from sim.locks.signal import Signal


@dataclass(frozen=True, slots=True)
class Span:
    """The sensor read open. `to_ns` is None while it does."""

    from_ns: int
    to_ns: int | None = None

    def until(self, now_ns: int) -> int:
        return now_ns if self.to_ns is None else self.to_ns


class Sightline:
    """The sensor that a door is judged by: its contact if it has one, else the switch in its lock. One thread."""

    def __init__(self, compartment: Compartment, *, has_reed: bool, now_ns: Callable[[], int]) -> None:
        """The compartment is shut, locked and wired, and stays wired to where it is."""
        self.has_reed = has_reed
        self.spans: list[Span] = []
        self._signal: Signal = compartment.reed if has_reed else compartment.latch
        self._shut = self._signal.closed
        self._now_ns = now_ns
        self._heard = self._signal.listener
        self._signal.listener = self._moved

    @property
    def reads_open(self) -> bool:
        return self._signal.closed is not self._shut

    def span_at(self, at_ns: int) -> Span | None:
        """In which it read open then."""
        return next((span for span in self.spans if span.from_ns <= at_ns <= span.until(at_ns)), None)

    def _moved(self) -> None:
        now_ns = self._now_ns()
        if self.reads_open:
            self.spans.append(Span(now_ns))
        else:
            self.spans[-1] = Span(self.spans[-1].from_ns, now_ns)
        if self._heard is not None:
            self._heard()
