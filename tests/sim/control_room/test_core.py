from collections.abc import Iterator

import pytest

from device.logic.envelope import Refused
from device.logic.receipt import Answer, read_receipts
from device.logic.units import S
from drivers.ports import Record
from sim.control_room.core import Prompt, RoomCore, Silent, Slow, Turn, Wrong
from sim.control_room.desk import Letter
from sim.control_room.ledger import Ledger
from sim.control_room.mischief import Wrongness
from tests.sim.control_room.scene import ROOM_KEYS, STORE, at, make_core, make_journal, press, seqs, topic


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


@pytest.fixture
def core(ledger: Ledger) -> RoomCore:
    return make_core(ledger)


def _take(core: RoomCore, record: Record, at_s: float = 100.0) -> Turn:
    return core.take([Letter(0, topic("alarm"), record.envelope)], at(at_s))


def _read(payload: bytes) -> list[int]:
    return seqs(receipt.place for receipt in read_receipts(payload, STORE, ROOM_KEYS))


def test_prompt_room_answers_at_once(core: RoomCore) -> None:
    turn = _take(core, press(make_journal()))

    assert [_read(message.payload) for message in turn.messages] == [[1]]
    assert core.due_ns() is None


def test_silent_room_stores_and_says_nothing(core: RoomCore, ledger: Ledger) -> None:
    core.answering = Silent()

    turn = _take(core, press(make_journal()))

    assert turn.messages == ()
    assert len(turn.taken) == len(ledger.events()) == 1


def test_room_that_was_silent_answers_what_is_sent_again(core: RoomCore) -> None:
    record = press(make_journal())
    core.answering = Silent()
    _take(core, record)
    core.answering = Prompt()

    assert [_read(message.payload) for message in _take(core, record).messages] == [[1]]


def test_slow_room_answers_when_its_time_has_come(core: RoomCore) -> None:
    journal = make_journal()
    core.answering = Slow(2.0)
    assert _take(core, press(journal), 100.0).messages == ()
    assert _take(core, press(journal), 101.0).messages == ()

    assert core.due_ns() == 102 * S
    assert core.tick(at(101.9)) == ()
    assert [_read(message.payload) for message in core.tick(at(102.0))] == [[1]]
    assert core.due_ns() == 103 * S
    assert [_read(message.payload) for message in core.tick(at(110.0))] == [[2]]
    assert core.due_ns() is None


def test_what_was_delayed_stays_delayed_when_the_room_gets_quicker(core: RoomCore) -> None:
    journal = make_journal()
    core.answering = Slow(5.0)
    _take(core, press(journal))
    core.answering = Prompt()

    assert [_read(message.payload) for message in _take(core, press(journal)).messages] == [[2]]
    assert core.due_ns() == 105 * S


def test_wrong_room_sends_what_the_device_refuses(core: RoomCore) -> None:
    core.answering = Wrong(Wrongness.KEY)

    (message,) = _take(core, press(make_journal())).messages

    with pytest.raises(Refused, match="kid"):
        read_receipts(message.payload, STORE, ROOM_KEYS)


@pytest.mark.parametrize("answer", [Answer.ACKNOWLEDGED, Answer.DISPATCHED, Answer.ON_SCENE, Answer.CLOSED])
def test_operators_step_is_told_to_the_device(core: RoomCore, answer: Answer) -> None:
    record = press(make_journal())
    _take(core, record)

    (message,) = core.operate(STORE, record.place, answer, at())

    (receipt,) = read_receipts(message.payload, STORE, ROOM_KEYS)
    assert (receipt.place, receipt.digest, receipt.answer) == (record.place, record.digest, answer)


def test_operator_rejects_with_a_reason(core: RoomCore, ledger: Ledger) -> None:
    record = press(make_journal())
    _take(core, record)

    (message,) = core.operate(STORE, record.place, Answer.REJECTED, at(), "not our site")
    core.note_receipts()

    (receipt,) = read_receipts(message.payload, STORE, ROOM_KEYS)
    assert (receipt.answer, receipt.reason) == (Answer.REJECTED, "not our site")
    assert [noted.reason for noted in ledger.receipts(STORE)] == [None, "not our site"]
