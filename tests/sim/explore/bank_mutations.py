"""A bank's agent with one mistake in it. Each is what somebody might write on a bad day, and each must be found."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from device.logic.bank.attempt import Attempt
from device.logic.bank.bank import Bank
from device.logic.bank.board import Board, Feedback
from device.logic.bank.door import Door
from device.logic.bank.judge import Judge
from device.logic.bank.opening import Opening
from device.logic.bank.orders import Orders
from device.logic.bank.reed_signal import ReedSignal
from device.logic.bank.release import ReleaseResult
from device.logic.bank.releasing import Releasing
from device.logic.bank.told import Told
from device.logic.event import Happening
from device.logic.units import S
from drivers.lock_ports import PulseEnd
from tests.sim.explore.mutations import Mutation


def _discards_latches(self: Bank, latches: Iterable[Any], at_ns: int) -> Any:
    """What is first read behind a window is taken for what was there before it."""
    end_ns = self._blanking.end_ns
    window = self._blanking._last
    if window is None or end_ns is None or at_ns > end_ns + S:
        return _latches(self, latches, at_ns)
    return _latches(self, [latch for latch in latches if latch.door == window.door], at_ns)


_latches = Bank._latches


def _discards_reed(self: ReedSignal, *arguments: Any, held: bool, **named: Any) -> Any:
    change = _tick(self, *arguments, held=held, **named)
    if held and self._held is not None:
        self.shut, self._held = self._held.closed, None
    return change


_tick = ReedSignal.tick


def _believes_the_board(self: Attempt, end: PulseEnd, at_ns: int) -> ReleaseResult | None:
    result = _over(self, end, at_ns)
    return ReleaseResult.OPENED if end is PulseEnd.ACKNOWLEDGED and result is None else result


_over = Attempt.over


def _sees_no_opening(_self: Releasing, _moved_ns: int, _after_ms: int | None) -> list[Any]:
    return []


def _tries_again(self: Attempt, now_ns: int, **_seen: Any) -> ReleaseResult | None:
    if self.tries < 2:
        self.wants_ns, self.open_by_ns = now_ns, None
        return None
    return ReleaseResult.JAMMED


def _may_always(self: Releasing, _now_ns: int) -> tuple[bool, list[Any]]:
    return self.attempt is not None, []


def _believes_one_reading(self: Board, word: int, at_ns: int, *, counts: bool) -> list[Feedback]:
    self._first = word & self._mask if counts else None
    return _feed(self, word, at_ns, counts=counts)


_feed = Board.feed


def _judges_at_once(self: Opening) -> int | None:
    return None if self.cause is not None else self.moved_ns


_AT_ONCE: Any = property(_judges_at_once)


def _repeats_what_was_cut_short(self: Orders, now_ns: int) -> list[Happening]:
    for command in self._cut_short:
        if command.subject:
            self._bank.release(command.subject, command.jti, now_ns, None)
    return _begin(self, now_ns)


_begin = Orders.begin


def _takes_what_is_late(_self: Judge, _request: Any, _now_ns: int, _wall: Any) -> None:
    """Whatever was ordered an hour ago is as good as new."""


def _tells_no_end(self: Told, at_ns: int, *whats: str, **detail: object) -> list[Happening]:
    return _restore(self, at_ns, *(what for what in whats if what != "alarm.forced"), **detail)


_restore = Told.restore


def _tells_the_time_of_belief(self: Door, now_ns: int) -> Any:
    return [
        replace(each, at_ns=now_ns + S) if isinstance(each, Happening) else each for each in _judge_door(self, now_ns)
    ]


_judge_door = Door._judge


def _pulses_at_start(self: Bank, now_ns: int, *rest: Any) -> Any:
    if not self.states or not getattr(self, "changes", 0):
        for name in self._doors:
            self._doors[name].ask("start", now_ns, None)
            self._settle(self._doors[name], [])
        self.changes = 1
    return _bank_tick(self, now_ns, *rest)


_bank_tick = Bank.tick


BANK_MUTATIONS = (
    Mutation(
        "what is seen beside a pulse is discarded",
        "missed",
        ((Bank, "_latches", _discards_latches), (ReedSignal, "tick", _discards_reed)),
    ),
    Mutation("what a board acknowledges counts as an opening", "command", ((Attempt, "over", _believes_the_board),)),
    Mutation(
        "a lock is released again although its door is open",
        "pulse",
        (
            (Releasing, "opened", _sees_no_opening),
            (Attempt, "overdue", _tries_again),
            (Releasing, "may_pulse", _may_always),
        ),
    ),
    Mutation(
        "one reading is enough for an alarm",
        "false-alarm",
        ((Board, "feed", _believes_one_reading), (Opening, "judged_ns", _AT_ONCE)),
    ),
    Mutation(
        "what a power cut has ended is done again", "pulse", ((Orders, "begin", _repeats_what_was_cut_short),), first=20
    ),
    Mutation("an order that is late is carried out", "command", ((Judge, "_untimely", _takes_what_is_late),), first=26),
    Mutation("a forced door never ends to be forced", "doors", ((Told, "restore", _tells_no_end),)),
    Mutation("an alarm has the time of its belief", "missed", ((Door, "_judge", _tells_the_time_of_belief),)),
    Mutation("locks are released at the start", "pulse", ((Bank, "tick", _pulses_at_start),)),
)
