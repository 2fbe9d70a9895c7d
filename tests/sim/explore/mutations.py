"""The agent with one mistake in it. Each is what somebody might write on a bad day, and each must be found."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from device.logic.answers import Answers
from device.logic.chatter import ChatterWatch
from device.logic.connection import Connection
from device.logic.delivery import Delivery
from device.logic.effects import Effect
from device.logic.event import Journal
from device.logic.lane import Lane, Pending
from device.logic.lights import AlarmLook
from device.logic.receipt import Answer, Receipt
from device.logic.settling import Settling
from device.logic.status import StatusWriter
from device.logic.supervision import Supervision
from device.logic.zone import Zone
from drivers.ports import Place, Record
from drivers.store.keeper import Keeper

_NEVER_NS = 2**62


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is written in place of what; `rule`: the one that this breaks."""

    name: str
    rule: str
    changes: tuple[tuple[type[Any], str, Callable[..., Any]], ...]
    first: int = 0
    """The seed to begin with: not every night brings what it takes."""

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """As long as this lasts, agents have the mistake."""
        with ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            for owner, attribute, mistake in self.changes:
                patch.setattr(owner, attribute, mistake)
            yield


def _knows_any_digest(self: Delivery, receipt: Receipt) -> bool:
    return receipt.place in self._sent


def _does_not_count(_keeper: Keeper, *_: object) -> bool:
    return True


def _takes_broker_at_its_word(self: Delivery, token: int, refused: str | None) -> None:
    place = self._flying.pop(token, None)
    for _, pending in self._find(() if place is None else (place,)):
        pending.token, pending.due_ns = None, _NEVER_NS


def _up_without_resend(self: Delivery, receive_maximum: int, now_ns: int) -> list[Effect]:
    self._limit = receive_maximum - 1
    return self.pump(now_ns)


def _sees_no_chatter(_watch: ChatterWatch, _at_ns: int, *, settled: bool) -> bool:
    return False


def _raises_always(self: Zone, active: Any) -> list[Any]:
    self._minute_ns = None
    return _raise(self, active)


_raise = Zone._raise


def _unnumbered(self: StatusWriter, state: str, _connection: int, *rest: Any) -> Any:
    return _message(self, state, 1, *rest)


_message = StatusWriter._message


def _lit_at_once(self: Answers, receipt: Receipt, now_ns: int) -> list[Effect]:
    self._alarms.answered(receipt.place, receipt.answer, now_ns)
    return _answered(self, receipt, now_ns)


_answered = Answers._answered


def _does_not_hurry(_connection: Connection, _now_ns: int) -> None:
    """An alarm waits for the backoff like everybody else."""


def _sends_what_is_stored(self: Delivery, record: Record, now_ns: int) -> list[Effect]:
    self._lane(record).add(Pending(record, now_ns, now_ns, saved=False))
    self._count += 1
    self._asked[record.place] = now_ns
    return []


def _blinks_unsaved(self: AlarmLook, place: Place, now_ns: int) -> None:
    _heard(self, place, now_ns)
    self.saved(place)


_heard = AlarmLook.heard


def _numbers_anew(self: Journal, *arguments: Any) -> Record:
    if self.seq == _FEW:
        self.seq -= 1
    return _write(self, *arguments)


_FEW = 5
_write = Journal.write


def _newest_first(self: Lane) -> Iterator[Pending]:
    return reversed(list(_sendable(self)))


_sendable = Lane.sendable


def _says_help(self: AlarmLook, place: Place, answer: Answer, now_ns: int) -> None:
    _answered_look(self, place, Answer.DISPATCHED if answer is Answer.RECEIVED else answer, now_ns)


_answered_look = AlarmLook.answered


def _tells_no_restoral(self: Supervision, now_ns: int, waits: Any) -> Any:
    return _tick(self, now_ns, replace(waits, link_ns=waits.link_ns or now_ns, link_is_up=waits.link_is_up))


_tick = Supervision.tick


def _keeps_settled(self: Settling, _place: Place, _answer: Answer) -> bool:
    raise KeyError("a late answer")


MUTATIONS = (
    Mutation("the digest of a receipt is not checked", "false-received", ((Delivery, "knows", _knows_any_digest),)),
    Mutation(
        "the start counter never reaches the disk",
        "twice",
        ((Keeper, "_count_in_file", _does_not_count), (Keeper, "_count_in_rows", _does_not_count)),
    ),
    Mutation(
        "what the broker has taken is never sent again",
        "lost",
        ((Delivery, "published", _takes_broker_at_its_word), (Delivery, "up", _up_without_resend)),
    ),
    Mutation(
        "chatter is not noticed and alarms are not counted",
        "flood",
        ((ChatterWatch, "feed", _sees_no_chatter), (Zone, "_raise", _raises_always)),
        first=39,
    ),
    Mutation("the will names no connection", "presence", ((StatusWriter, "_message", _unnumbered),), first=22),
    Mutation("the lamp does not wait for the disk to forget", "lamp", ((Answers, "_answered", _lit_at_once),)),
    Mutation("an alarm waits for the backoff", "late", ((Connection, "hurry", _does_not_hurry),)),
    Mutation("an alarm waits for the next turn", "late", ((Delivery, "add", _sends_what_is_stored),)),
    Mutation("the lamp blinks before the disk has the alarm", "lamp", ((AlarmLook, "heard", _blinks_unsaved),)),
    Mutation("a number is given to two events", "twice", ((Journal, "write", _numbers_anew),)),
    Mutation("the newest event leaves first", "order", ((Lane, "sendable", _newest_first),)),
    Mutation("received is shown as help", "lamp", ((AlarmLook, "answered", _says_help),)),
    Mutation("the link's trouble is not restored", "final-state", ((Supervision, "tick", _tells_no_restoral),)),
    Mutation("a late answer is too much", "crash", ((Settling, "add", _keeps_settled),)),
)
