"""What a live store has said, and waiting for what it must say."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Condition
from typing import Any

from device.logic.lamp import Look
from device.logic.units import S
from drivers.ports import Clock
from sim.board.lines import Seen
from sim.site import LAMP

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True

# Lights blink, and pins bounce: neither helps to understand what an event went through.
_UNTOLD = frozenset({"light", "edge", "puback", "standing"})
_DARK = Look.DARK.value


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event as the device told it. `steps`: told, saved, sent, received, rejected, as far as it has come."""

    id: str
    type: str
    """Such as ansim.alarm.holdup."""
    phase: str
    subject: str
    digest: str
    steps: frozenset[str] = frozenset({"told"})


class LiveLog:
    """`note` is called on the thread that reads the board; everything else on the test's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start_ns = clock.monotonic_ns()
        self._changed = Condition()
        self._lines: list[str] = []
        self._events: dict[str, LiveEvent] = {}
        self._sent: set[str] = set()
        self.is_connected = False
        self.is_armed = False
        self.lamp = _DARK

    def note(self, seen: Seen) -> None:
        with self._changed:
            self._heed(seen.kind, seen.values)
            if seen.kind not in _UNTOLD:
                self._write(seen.at_ns, seen.kind, *seen.values)
            self._changed.notify_all()

    def add(self, *words: object) -> None:
        """What the test has done."""
        with self._changed:
            self._write(self._clock.monotonic_ns(), *words)

    def off(self) -> None:
        """The board has said its last."""
        with self._changed:
            self.is_connected = self.is_armed = False
            self.lamp = _DARK
            self._write(self._clock.monotonic_ns(), "off")
            self._changed.notify_all()

    def wait(self, what: str, is_so: Callable[[], bool], timeout_s: float) -> None:
        """Asked whenever something is said. AssertionError, with the last lines, when the time is over."""
        with self._changed:
            if self._changed.wait_for(is_so, timeout_s):
                return
            last = "\n".join(self._lines[-10:])
        raise AssertionError(f"waited {timeout_s:g} s in vain for {what}; the store's last words:\n{last}")

    def events(self) -> list[LiveEvent]:
        """In the order in which they were told."""
        with self._changed:
            return list(self._events.values())

    def lines(self, last: int | None = None) -> list[str]:
        with self._changed:
            return self._lines[0 if last is None else -last :]

    # ------------------------------------------------------------ with the lock held

    def _heed(self, kind: str, values: tuple[Any, ...]) -> None:
        match kind, values:
            case "event", (id_, what, phase, subject, *_, digest):
                # An alarm leaves first.
                steps = {"told", "sent"} if digest in self._sent else {"told"}
                self._events[id_] = LiveEvent(id_, f"ansim.{what}", phase, subject, digest, frozenset(steps))
            case "sent", (_, _, digest):
                self._sent.add(digest)
                self._step("sent", *(event.id for event in self._events.values() if event.digest == digest))
            case (("saved" | "received"), ids):
                # What is settled may have been rejected: that is said when the receipt comes, before.
                self._step(kind, *(id_ for id_ in ids if not self._is_rejected(id_)))
            case "answered", (id_, "rejected"):
                self._step("rejected", id_)
            case (("up" | "down"), _):
                self.is_connected = kind == "up"
            case "armed", _:
                self.is_armed = True
            case "standing", (looks, *_):
                self._show(looks.get(LAMP, _DARK))

    def _show(self, look: str) -> None:
        if look != self.lamp:
            self.lamp = look
            self._write(self._clock.monotonic_ns(), "lamp", look)

    def _step(self, step: str, *ids: str) -> None:
        for id_ in ids:
            if (event := self._events.get(id_)) is not None:
                self._events[id_] = replace(event, steps=event.steps | {step})

    def _is_rejected(self, id_: str) -> bool:
        event = self._events.get(id_)
        return event is not None and "rejected" in event.steps

    def _write(self, at_ns: int, *words: object) -> None:
        self._lines.append(f"{(at_ns - self._start_ns) / S:10.3f} s  {'  '.join(map(str, words))}")
