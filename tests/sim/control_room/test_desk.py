from collections.abc import Iterator

import pytest

from device.logic.envelope import Refusal, Typ, unseal
from device.logic.event import Phase
from device.logic.receipt import Answer, read_receipts
from device.logic.units import S
from drivers.ports import Message, Place, Record
from sim.control_room.desk import ID_TAKEN, Desk, Letter, NotTaken, TakenEvent, TakenStatus, replies
from sim.control_room.ledger import Filing, Ledger
from sim.control_room.receipts import Reply
from sim.errors import LedgerError
from tests.sim.control_room.scene import (
    EPOCH_1,
    OTHER,
    ROOM,
    ROOM_KEYS,
    STORE,
    UTC_NS,
    at,
    make_desk,
    make_journal,
    press,
    sign,
    status_payload,
    tell,
    topic,
)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    return make_desk(ledger)


def _letter(record: Record, kind: str = "alarm", device_id: str = STORE) -> Letter:
    return Letter(0, topic(kind, device_id), record.envelope)


def _said(messages: list[Message], device_id: str = STORE) -> list[tuple[Place, str, Answer, str]]:
    return [
        (receipt.place, receipt.digest, receipt.answer, receipt.reason)
        for message in messages
        for receipt in read_receipts(message.payload, device_id, ROOM_KEYS)
    ]


def test_alarm_is_stored_and_answered(desk: Desk, ledger: Ledger) -> None:
    record = press(make_journal())

    messages = desk.handle(topic("alarm"), record.envelope, at())

    assert [(message.topic, message.retain) for message in messages] == [("ansim/v1/store-0042/receipt", False)]
    assert _said(messages) == [(record.place, record.digest, Answer.RECEIVED, "")]
    assert [stored.digest for stored in ledger.events()] == [record.digest]


def test_receipt_says_who_when_and_is_never_the_same_twice(desk: Desk) -> None:
    record = press(make_journal())
    payloads = [
        unseal(message.payload, Typ.RECEIPT, ROOM_KEYS).payload
        for _ in range(2)
        for message in desk.handle(topic("alarm"), record.envelope, at(100))
    ]

    assert [payload["iss"] for payload in payloads] == [ROOM, ROOM]
    assert [payload["iat"] for payload in payloads] == [UTC_NS // S + 100] * 2
    assert payloads[0]["jti"] != payloads[1]["jti"]


def test_what_is_sent_again_is_answered_again_and_kept_once(desk: Desk, ledger: Ledger) -> None:
    record = press(make_journal())

    said = [_said(desk.handle(topic("alarm"), record.envelope, at())) for _ in range(2)]

    assert said[0] == said[1]
    assert len(ledger.events()) == 1


def test_what_is_sent_again_is_answered_with_what_a_person_did_since(desk: Desk) -> None:
    record = press(make_journal())
    desk.handle(topic("alarm"), record.envelope, at())

    desk.operate(STORE, record.place, Answer.DISPATCHED)

    assert _said(desk.handle(topic("alarm"), record.envelope, at())) == [
        (record.place, record.digest, Answer.DISPATCHED, "")
    ]


def test_second_envelope_under_a_taken_id_is_rejected(desk: Desk, ledger: Ledger) -> None:
    first, second = press(make_journal(), at_s=1), press(make_journal(), at_s=2)
    desk.handle(topic("alarm"), first.envelope, at())

    messages = desk.handle(topic("alarm"), second.envelope, at())

    assert _said(messages) == [(second.place, second.digest, Answer.REJECTED, ID_TAKEN)]
    assert [stored.digest for stored in ledger.events()] == [first.digest]


def test_what_is_not_true_gets_no_answer(desk: Desk, ledger: Ledger) -> None:
    taken = desk.take([Letter(1, topic("alarm"), b"a.b.c"), Letter(2, "other", None)], at())

    assert [each.reason for each in taken if isinstance(each, NotTaken)] == [Refusal.FORM, Refusal.TOPIC]
    assert replies(taken) == []
    assert ledger.events() == []


def test_status_is_kept_and_not_answered(desk: Desk, ledger: Ledger) -> None:
    online = sign(status_payload(connection=4), Typ.STATUS)
    will = sign(status_payload(connection=3, state="offline"), Typ.STATUS)

    taken = desk.take([Letter(0, topic("status"), online), Letter(0, topic("status"), will)], at())

    assert [each.is_news for each in taken if isinstance(each, TakenStatus)] == [True, False]
    assert replies(taken) == []
    status = ledger.status(STORE)
    assert status is not None
    assert status.connection == 4


def test_what_comes_together_is_answered_in_as_few_envelopes_as_possible(desk: Desk) -> None:
    mine, yours = make_journal(), make_journal(device_id=OTHER)
    letters = [_letter(press(mine)) for _ in range(60)]
    letters.insert(30, _letter(press(yours), device_id=OTHER))

    messages = desk.answer(replies(desk.take(letters, at())), at())

    assert [len(_said([message], message.topic.split("/")[2])) for message in messages] == [50, 10, 1]


def test_alarm_may_overtake_older_events(desk: Desk, ledger: Ledger) -> None:
    journal = make_journal()
    trouble = tell(journal, "trouble.mains", "mains", Phase.RAISED)
    alarm = press(journal)

    taken = desk.take([_letter(alarm), _letter(trouble, "event")], at())

    assert [each.filing for each in taken if isinstance(each, TakenEvent)] == [Filing.NEW, Filing.NEW]
    assert [stored.place.seq for stored in ledger.events()] == [2, 1]


def test_person_cannot_answer_what_never_came(desk: Desk) -> None:
    with pytest.raises(KeyError, match=EPOCH_1):
        desk.operate(STORE, Place(EPOCH_1, 1), Answer.ACKNOWLEDGED)


def test_receipts_that_were_made_are_noted(desk: Desk, ledger: Ledger) -> None:
    record = press(make_journal())
    desk.handle(topic("alarm"), record.envelope, at())

    reply = Reply(STORE, record.place, record.digest, Answer.CLOSED)
    assert desk.operate(STORE, record.place, Answer.CLOSED) == [reply]
    desk.answer([reply], at())
    desk.note_receipts()

    assert [noted.answer for noted in ledger.receipts(STORE)] == [Answer.RECEIVED, Answer.CLOSED]


def test_nothing_is_answered_that_could_not_be_stored() -> None:
    ledger = Ledger()
    desk = make_desk(ledger)
    ledger.close()

    with pytest.raises(LedgerError):
        desk.handle(topic("alarm"), press(make_journal()).envelope, at())
