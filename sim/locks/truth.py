"""What really happened at the doors, for those who judge what was told about them."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.locks.compartment import Cause


@dataclass(frozen=True, slots=True)
class Opening:
    """A leaf that moved. Times are monotonic; `closed_ns` is None while it is open."""

    door: str
    cause: Cause
    at_ns: int
    closed_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """A coil that was live, of the door where it is, whatever was meant. `ended_ns` is None while it is live."""

    door: str
    cause: Cause
    at_ns: int
    ended_ns: int | None = None


class Truth:
    """Everything since the beginning, in order. An `Onlooker`. One thread."""

    def __init__(self, now_ns: Callable[[], int], coil: Callable[[str], None]) -> None:
        """coil: called with the door whose current has just come or gone."""
        self._now_ns = now_ns
        self._coil = coil
        self.openings: list[Opening] = []
        self.currents: list[Current] = []
        self._open: dict[str, int] = {}
        self._live: dict[str, int] = {}

    @property
    def live(self) -> frozenset[str]:
        """The doors whose coils have current now."""
        return frozenset(self._live)

    def opened(self, door: str, cause: Cause) -> None:
        self._open[door] = len(self.openings)
        self.openings.append(Opening(door, cause, self._now_ns()))

    def closed(self, door: str) -> None:
        number = self._open.pop(door)
        begun = self.openings[number]
        self.openings[number] = Opening(door, begun.cause, begun.at_ns, self._now_ns())

    def current(self, door: str, on: bool, cause: Cause) -> None:
        if on:
            self._live[door] = len(self.currents)
            self.currents.append(Current(door, cause, self._now_ns()))
        else:
            number = self._live.pop(door)
            begun = self.currents[number]
            self.currents[number] = Current(door, begun.cause, begun.at_ns, self._now_ns())
        self._coil(door)
