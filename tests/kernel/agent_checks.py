"""The whole agent on the kernel's chip: from the contact that moves to the receipt that lights the lamp.

The checks depend on each other's order: the lamp is looked at first, since it shows a received alarm for long.
"""

import time
from collections.abc import Callable

from device.logic.chatter import CHATTER_QUIET_NS
from device.logic.event import Phase
from device.logic.units import MS, S
from sim.control_room.core import Prompt, Slow
from sim.control_room.values import VerifiedEvent
from tests.kernel.bank import Bank
from tests.kernel.check import Check
from tests.kernel.finger import Finger, Press, lengths, wait_until
from tests.kernel.heard import holdup, of_type
from tests.kernel.store import BUTTON, LIGHT, PATIENCE_S, Store

_TWIN = "GPIO27"
_STABLE_NS = 20 * MS
# Long enough to see the lamp react in a machine that is emulated.
_LONG_PRESS_NS = 500 * MS
_RECEIPT_DELAY_S = 2.0
# No pattern of a lamp that is not "received" is lit for as long as this.
_STEADY_NS = 1_600 * MS
_CHATTER_EDGES = 500
_CHATTER_GAP_US = 1_000
_CHATTER_EVENTS = 6
_CHATTER_ATTEMPTS = 3


class AgentChecks:
    def __init__(self, bank: Bank, store: Store) -> None:
        self._bank = bank
        self._store = store
        self._finger = Finger(bank, BUTTON, _TWIN)

    def all(self) -> tuple[tuple[str, Check], ...]:
        return (
            ("agent starts and says so", self._starts),
            ("lamp: dark, heard, sending, received", self._lamp),
            ("8 presses make 8 verified alarms", lambda: self._presses(length_ms=200, gap_ms=200)),
            ("8 presses of 32 ms are all heard", lambda: self._presses(length_ms=32, gap_ms=150)),
            ("500 edges of chatter make 1 to 6 events", self._chatter),
            ("agent ends in good order", self._ends),
            ("button held at start is said", self._held_at_start),
        )

    def _starts(self) -> str:
        self._finger.release()
        return self._start()

    def _start(self) -> str:
        since, began_s = self._store.heard.count, time.monotonic()
        self._store.start_agent()
        self._store.heard.wait(of_type("ansim.system.started", Phase.REPORTED), 1, since, PATIENCE_S)
        return f"verified {time.monotonic() - began_s:.1f} s after the start of the process"

    def _lamp(self) -> str:
        _expect(not self._lit(), "the lamp is lit before anything has happened")
        self._store.room.answering = Slow(_RECEIPT_DELAY_S)
        since, pressed_ns = self._store.heard.count, time.monotonic_ns()
        self._finger.hold()
        lit_ns = self._wait(self._lit, pressed_ns + _LONG_PRESS_NS, "the lamp stayed dark while the button was held")
        wait_until(pressed_ns + _LONG_PRESS_NS)
        self._finger.release()
        self._store.heard.wait(holdup(Phase.RAISED), 1, since, PATIENCE_S)
        self._wait(lambda: not self._lit(), time.monotonic_ns() + 1_000 * MS, "no blinking before the receipt")
        self._store.room.answering = Prompt()
        received_ns = self._wait_steady()
        self._store.heard.wait(holdup(Phase.RESTORED), 1, since, PATIENCE_S)
        return (
            f"lit {(lit_ns - pressed_ns - _STABLE_NS) / MS:.0f} ms after the press was believed, "
            f"steady after {(received_ns - pressed_ns) / MS:.0f} ms (receipt held back {_RECEIPT_DELAY_S:.0f} s)"
        )

    def _presses(self, length_ms: int, gap_ms: int) -> str:
        since = self._store.heard.count
        presses = self._finger.press(8, length_ms, gap_ms)
        self._store.heard.wait(holdup(Phase.RESTORED), 8, since, PATIENCE_S)
        raised = self._store.heard.wait(holdup(Phase.RAISED), 8, since, PATIENCE_S)
        _expect(len(raised) == 8, f"{len(raised)} alarms from 8 presses")
        late_ms = [_lateness_ms(event, press) for event, press in zip(raised, presses, strict=True)]
        return f"8 of 8, {lengths(presses)}; times told at most {max(late_ms)} ms late"

    def _chatter(self) -> str:
        for _ in range(_CHATTER_ATTEMPTS):
            longest_ns, told = self._chatter_once()
            if told and len(told) <= _CHATTER_EVENTS:
                return f"{len(told)} events, longest level {longest_ns / MS:.1f} ms: {', '.join(told)}"
            # Where the machine stood still the contact was held: that is no chatter, and each hold may be an alarm.
            # Where only the agent stood still the kernel kept 16 edges for it, and sixteen are no chatter either.
            _expect(not told or longest_ns >= _STABLE_NS, f"{len(told)} events: {', '.join(told)}")
        raise AssertionError("the machine is too slow to make chatter, or the agent did not hear it")

    def _chatter_once(self) -> tuple[int, list[str]]:
        """Chatter, then silence, then a press that ends the account."""
        since = self._store.heard.count
        longest_ns = self._finger.chatter(_CHATTER_EDGES, _CHATTER_GAP_US)
        wait_until(time.monotonic_ns() + CHATTER_QUIET_NS + S)
        (press,) = self._finger.press(1, length_ms=_LONG_PRESS_NS // MS, gap_ms=100)

        def is_end(event: VerifiedEvent) -> bool:
            return event.clock.uptime_ms >= press.begun_ns // MS

        self._store.heard.wait(lambda event: is_end(event) and holdup(Phase.RESTORED)(event), 1, since, PATIENCE_S)
        told = [event for event in self._store.heard.since(since) if not is_end(event)]
        return longest_ns, [f"{event.type.removeprefix('ansim.')} {event.phase}" for event in told]

    def _ends(self) -> str:
        status = self._store.stop_agent()
        _expect(status == 0, f"exit status {status}")
        return "exit status 0"

    def _held_at_start(self) -> str:
        since = self._store.heard.count
        self._finger.hold()
        self._start()
        event = self._store.heard.wait(holdup(Phase.RAISED), 1, since, PATIENCE_S)[0]
        self._finger.release()
        self._store.heard.wait(holdup(Phase.RESTORED), 1, since, PATIENCE_S)
        self._ends()
        return f"alarm raised with {event.detail_json}, restored on release"

    def _lit(self) -> bool:
        return self._bank.is_high(LIGHT)

    def _wait(self, condition: Callable[[], bool], until_ns: int, complaint: str) -> int:
        """Ask again and again; returns the time at which it was true."""
        while not condition():
            _expect(time.monotonic_ns() < until_ns, complaint)
        return time.monotonic_ns()

    def _wait_steady(self) -> int:
        """Returns since when the lamp has been lit without a break."""
        deadline_ns = time.monotonic_ns() + round(PATIENCE_S * 1e9)
        while True:
            lit_ns = self._wait(self._lit, deadline_ns, "the lamp never showed the receipt")
            while self._lit():
                if time.monotonic_ns() > lit_ns + _STEADY_NS:
                    return lit_ns
            _expect(time.monotonic_ns() < deadline_ns, "the lamp never showed the receipt")


def _lateness_ms(event: VerifiedEvent, press: Press) -> int:
    """By how much the event's time is after the contact moved: less than `stable_ms`, or it tells something else."""
    told_ms = event.clock.uptime_ms
    seen_ms = press.seen_ns // MS
    _expect(press.begun_ns // MS <= told_ms, f"told {press.begun_ns // MS - told_ms} ms before the press")
    _expect(told_ms < seen_ms + _STABLE_NS // MS, f"told {told_ms - seen_ms} ms after the press")
    return max(0, told_ms - seen_ms)


def _expect(condition: bool, complaint: str) -> None:
    if not condition:
        raise AssertionError(complaint)
