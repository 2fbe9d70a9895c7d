import pytest

from device.logic.envelope import Refused, Typ
from device.logic.receipt import MAX_ANSWERS, Answer, Receipt, read_receipts
from drivers.ports import Place
from tests.builders import make_keys, make_record, make_signer
from tests.device.logic.letters import (
    CONTROL_ROOM,
    DEVICE,
    answer_of,
    bad_answers,
    letter,
    receipt,
    receipts_payload,
)

KEYS = make_keys(CONTROL_ROOM)
RECORD = make_record()


@pytest.mark.parametrize("answer", Answer)
def test_good_receipt_is_read(answer: Answer) -> None:
    read = read_receipts(receipt(RECORD, answer=answer, reason="because"), DEVICE, KEYS)
    assert read == [Receipt(RECORD.place, RECORD.digest, answer, "because")]


def test_one_envelope_may_answer_many_events_in_order() -> None:
    records = [make_record(seq) for seq in (3, 1, 2)]
    assert [each.place.seq for each in read_receipts(receipt(*records), DEVICE, KEYS)] == [3, 1, 2]


@pytest.mark.parametrize("bad", list(bad_answers(RECORD)), ids=repr)
def test_answer_that_is_not_wholly_good_is_refused_with_all_beside_it(bad: object) -> None:
    with pytest.raises(Refused, match="payload"):
        read_receipts(letter(receipts_payload([answer_of(RECORD), bad])), DEVICE, KEYS)


@pytest.mark.parametrize(
    "answers", [None, {}, "x", [], [{}] * (MAX_ANSWERS + 1)], ids=["none", "object", "text", "0", "+"]
)
def test_list_of_answers_must_be_one(answers: object) -> None:
    with pytest.raises(Refused, match="payload"):
        read_receipts(letter(receipts_payload(answers)), DEVICE, KEYS)


@pytest.mark.parametrize("audience", ["store-0043", "", None, [DEVICE]])
def test_receipt_for_another_device_is_refused(audience: object) -> None:
    payload = {**receipts_payload([answer_of(RECORD)]), "aud": audience}
    with pytest.raises(Refused, match="audience"):
        read_receipts(letter(payload), DEVICE, KEYS)


def test_receipt_of_another_key_or_type_is_refused() -> None:
    payload = receipts_payload([answer_of(RECORD)])
    with pytest.raises(Refused, match="kid"):
        read_receipts(letter(payload, signer=make_signer()), DEVICE, KEYS)
    with pytest.raises(Refused, match="typ"):
        read_receipts(letter(payload, Typ.COMMAND), DEVICE, KEYS)


def test_number_of_any_length_is_only_a_number() -> None:
    answer = answer_of(RECORD, id=f"{RECORD.place.epoch}-{'9' * 180}")
    assert read_receipts(letter(receipts_payload([answer])), DEVICE, KEYS)[0].place == Place(
        RECORD.place.epoch, int("9" * 180)
    )
