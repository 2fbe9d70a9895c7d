"""The pulses that a line was asked for: each is written at most once, and is over before the next begins. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.lock_ports import PulseBegan, PulseEnd, PulseOver
from drivers.locks.frames import Unlock


@dataclass(frozen=True, slots=True)
class Order:
    """`lock` as `drivers.lock_ports` names it. Not written from `until_ns` on."""

    lock: str
    unlock: Unlock
    until_ns: int


@dataclass(slots=True)
class _Flight:
    """`end` may be known before the pulse is over: a board may answer while the coil is still live."""

    order: Order
    over_ns: int
    end: PulseEnd | None = None


class Pulses:
    """One thread."""

    def __init__(self, pulse_ns: int) -> None:
        """pulse_ns: how long a coil is live at most."""
        self._pulse_ns = pulse_ns
        self._waiting: list[Order] = []
        self._flight: _Flight | None = None

    @property
    def is_flying(self) -> bool:
        """One was written and is not over."""
        return self._flight is not None

    @property
    def is_idle(self) -> bool:
        return not (self._waiting or self._flight)

    @property
    def waiting(self) -> tuple[Order, ...]:
        """In the order in which they were asked for."""
        return tuple(self._waiting)

    def order(self, order: Order) -> None:
        self._waiting.append(order)

    def began(self, order: Order, now_ns: int) -> PulseBegan:
        """It was written: whatever happens now, never again."""
        self._waiting.remove(order)
        self._flight = _Flight(order, now_ns + self._pulse_ns)
        return PulseBegan(now_ns, order.lock)

    def answered(self, end: PulseEnd, now_ns: int) -> None:
        """What the board says, or that it says nothing."""
        if self._flight is None:
            raise ValueError("no pulse was written")
        self._flight.end = end
        # What was declined heats no coil.
        self._flight.over_ns = now_ns if end is PulseEnd.REFUSED else max(now_ns, self._flight.over_ns)

    def lost(self) -> None:
        """Nothing will be heard any more of one that was written; its coil may be live for its time all the same."""
        if self._flight is not None and self._flight.end is None:
            self._flight.end = PulseEnd.UNANSWERED

    def over(self, now_ns: int) -> PulseOver | None:
        """The one that is over by now."""
        flight = self._flight
        if flight is None or flight.end is None or now_ns < flight.over_ns:
            return None
        self._flight = None
        return PulseOver(now_ns, flight.order.lock, flight.end)

    def over_due_ns(self) -> int | None:
        """When to call `over`; None while the board has not answered, or nothing was written."""
        return self._flight.over_ns if self._flight is not None and self._flight.end is not None else None

    def give_up(self, now_ns: int, wanted: Callable[[Order], bool]) -> list[PulseOver]:
        """Those that are not to be sent any more: not wanted, or too old."""
        if not self._waiting:
            return []
        given_up = [order for order in self._waiting if now_ns >= order.until_ns or not wanted(order)]
        self._waiting = [order for order in self._waiting if order not in given_up]
        return [PulseOver(now_ns, order.lock, PulseEnd.NOT_SENT) for order in given_up]
