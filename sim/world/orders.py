"""What must hold of every pulse and every command of a bank. Pure judgement of what was witnessed."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from device.logic.bank.kept import MEMORY_LOST, SEEN_BEFORE
from device.logic.units import MS, S
from drivers.command_ports import CommandState
from sim.acts.words import CommandState as Given
from sim.locks.compartment import Cause
from sim.world.insight import Insight
from sim.world.witness import Keeping, Ordered, Pulsed, Told

if TYPE_CHECKING:
    from sim.world.bank import WorldBank
    from sim.world.store import Store

# One retry, for a door that still reads closed.
_MOST_PULSES = 2
_OPEN_FOR_NS = 1_500 * MS
# A request is on the line for so long, and its board needs some time.
_CARRIED_OUT_NS = 500 * MS
# A rule's pulse waits for the lock to cool down: three in thirty seconds, and the doors before it.
_BY_RULE_NS = 90 * S
_RULES = frozenset({"alarm.person_inside", "trouble.latched_open"})
_SLACK_NS = 100 * MS
_ENDS = frozenset({"command.done", "command.refused", "command.unknown"})


class OrderJudge:
    """Of one store with a bank, in the end."""

    def __init__(self, store: "Store", bank: "WorldBank", start_ns: int, now_ns: int) -> None:
        self._bank = bank
        self._witness = store.witness
        self._clock_was_wrong = store.clock.was_wrong
        self._start_ns = start_ns
        self._insight = Insight(bank, store.witness, now_ns)
        self._doors = {bank.lock_of(door): door for door in bank.setup.names}
        self._taken = [each for each in self._witness.keepings if each.command.state is CommandState.TAKEN]
        self._ends: dict[str, list[Told]] = {}
        for told in self._witness.told:
            if told.happening.what in _ENDS and told.happening.detail.get("reason") != SEEN_BEFORE:
                self._ends.setdefault(told.happening.subject, []).append(told)

    # ------------------------------------------------------------ pulses

    def pulses(self) -> Iterator[str]:
        """Locks that were released although nobody had asked, or once too often."""
        before: dict[tuple[str, str], list[Pulsed]] = {}
        for pulse in self._witness.pulses:
            door = self._doors[pulse.lock]
            asked = list(self._asked(pulse, door))
            if not asked:
                if not self._is_rule(pulse, door):
                    yield f"the lock of {door} is released at {self._at(pulse.at_ns)}, and nobody has asked"
                continue
            # Several orders may share it: it is right if it is for one of them.
            histories = [before.setdefault((keeping.command.jti, door), []) for keeping in asked]
            wrongs = [self._too_much(pulse, door, history) for history in histories]
            if all(wrongs) and not self._is_rule(pulse, door):
                yield f"{asked[0].command.jti}: the lock of {door} is released at {self._at(pulse.at_ns)}, {wrongs[0]}"
            for history in histories:
                history.append(pulse)
        yield from self._currents()

    def _too_much(self, pulse: Pulsed, door: str, before: list[Pulsed]) -> str | None:
        if len(before) >= _MOST_PULSES:
            return f"for the {len(before) + 1}th time"
        is_open = bool(before) and self._was_open(door, before[0].at_ns, pulse.at_ns)
        return "and it had been opened before" if is_open else None

    def _asked(self, pulse: Pulsed, door: str) -> Iterator[Keeping]:
        """Commands that were under way in this life, and had not expired: but all doors take longer than a command."""
        for keeping in self._taken:
            is_its = keeping.command.subject in (door, "") and keeping.life == pulse.life
            if not is_its or keeping.at_ns > pulse.at_ns or keeping.command.jti not in self._witness.kept:
                continue
            left_ns = keeping.command.expires_ns - keeping.command.taken_ns
            if keeping.command.subject and max(pulse.at_ns, pulse.until_ns - 1) >= keeping.at_ns + left_ns:
                continue
            ends = self._ends.get(keeping.command.jti, ())
            if not any(told.life == pulse.life and told.at_ns + self._start_ns < pulse.at_ns for told in ends):
                yield keeping

    def _is_rule(self, pulse: Pulsed, door: str) -> bool:
        return any(
            told.life == pulse.life
            and told.happening.what in _RULES
            and told.happening.subject == door
            and 0 <= pulse.at_ns - told.at_ns - self._start_ns <= _BY_RULE_NS
            for told in self._witness.told
        )

    def _was_open(self, door: str, from_ns: int, to_ns: int) -> bool:
        """It had opened after the pulse before, for long enough that everybody knew, and still was."""
        span = self._bank.sight[door].span_at(to_ns)
        since_ns = to_ns - _OPEN_FOR_NS
        return span is not None and from_ns <= span.from_ns <= since_ns and self._insight.sees(door, since_ns, to_ns)

    def _currents(self) -> Iterator[str]:
        """A coil has current because the device wanted it to, once for each time."""
        left = list(self._witness.pulses)
        for current in self._bank.sim.truth.currents:
            wanted = next((p for p in left if p.at_ns <= current.at_ns <= p.until_ns + _CARRIED_OUT_NS), None)
            if wanted is not None:
                left.remove(wanted)
            if current.cause is not Cause.PULSE or wanted is None:
                yield f"there is current at {current.door} at {self._at(current.at_ns)}: {current.cause}"

    # ------------------------------------------------------------ commands

    def commands(self) -> Iterator[str]:
        """Commands that were taken and must not be, that have no end, or another than is told."""
        orders = {order.jti: order for order in self._witness.orders}
        for jti, times in Counter(keeping.command.jti for keeping in self._taken).items():
            kept = sum(keeping.command.jti == jti and jti in self._witness.kept for keeping in self._taken)
            if times > 1 and kept > 1 and not self._witness.is_disk_harmed:
                yield f"{jti} was taken {times} times"
            yield from self._not_to_be_taken(jti, orders.get(jti))
            if jti in self._witness.kept and jti not in self._ends and not self._witness.is_disk_harmed:
                yield f"{jti} was taken, and has no end"
        for jti, ends in self._ends.items():
            lasting = [told for told in ends if self._lasts(told)]
            if len(lasting) > 1:
                yield f"{jti} has {len(lasting)} ends: {', '.join(told.happening.what for told in lasting)}"
            for told in ends:
                yield from self._untrue(jti, told)

    def _not_to_be_taken(self, jti: str, order: Ordered | None) -> Iterator[str]:
        if order is None:
            yield f"{jti} was never ordered"
        elif order.asked.state in (Given.UNSIGNED, Given.OTHER_REVISION):
            yield f"{jti} was taken, and was {order.asked.state}"
        elif order.asked.state is Given.EXPIRED and not self._clock_was_wrong:
            yield f"{jti} was taken an hour too late"

    def _lasts(self, told: Told) -> bool:
        """An end that is there after a power cut, and is no refusal: that may be said again when the command comes."""
        what, detail = told.happening.what, told.happening.detail
        if what == "command.refused" or detail.get("reason") == MEMORY_LOST:
            return False
        return told.record.place in self._witness.confirmed

    def _untrue(self, jti: str, told: Told) -> Iterator[str]:
        detail, at_ns = told.happening.detail, told.happening.at_ns
        taken = next((each for each in self._taken if each.command.jti == jti and each.life == told.life), None)
        if told.happening.what != "command.done" or taken is None or not taken.command.subject:
            return
        door = taken.command.subject
        spans = self._bank.sight[door].spans
        if detail.get("result") == "opened":
            since_ns = self._released_ns(door, taken.at_ns, at_ns) - _SLACK_NS
            if not any(since_ns <= span.from_ns <= at_ns + _SLACK_NS for span in spans):
                yield f"{jti}: {door} is said to have opened, and did not"
        elif detail.get("result") == "jammed":
            span = self._bank.sight[door].span_at(at_ns)
            if span is not None and span.from_ns < at_ns - _OPEN_FOR_NS and span.to_ns is None:
                yield f"{jti}: {door} is said to be jammed, and is open"

    def _released_ns(self, door: str, taken_ns: int, at_ns: int) -> int:
        """Since when a door may have opened for an order: another one may have released it. 0: nobody could know."""
        if not self._insight.sees(door, taken_ns - MS, taken_ns):
            return 0
        lock = self._bank.lock_of(door)
        return min(
            taken_ns,
            max(
                (each.at_ns for each in self._witness.pulses if each.lock == lock and each.at_ns <= at_ns),
                default=taken_ns,
            ),
        )

    def _at(self, at_ns: int) -> str:
        return f"{(at_ns - self._start_ns) / S:.3f} s"
