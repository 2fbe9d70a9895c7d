import pytest

from device.logic.envelope import MAX_BYTES, Typ, seal, unseal
from device.logic.receipt import Answer, Receipt, read_receipts
from drivers.ports import Place
from sim.control_room.receipts import (
    MAX_PER_ENVELOPE,
    MAX_REASON,
    Command,
    Reply,
    Stamp,
    batches,
    command_envelope,
    receipt_payload,
)
from tests.sim.control_room.scene import EPOCH_1, OTHER, ROOM, ROOM_KEYS, ROOM_SIGNER, STORE

STAMP = Stamp(ROOM, 1_795_213_000, "jti-1")
DIGEST = "d" * 43


def _reply(seq: int, answer: Answer = Answer.RECEIVED, reason: str | None = None, device_id: str = STORE) -> Reply:
    return Reply(device_id, Place(EPOCH_1, seq), DIGEST, answer, reason)


@pytest.mark.parametrize("answer", list(Answer))
def test_device_reads_what_the_room_writes(answer: Answer) -> None:
    reason = "not our site" if answer is Answer.REJECTED else None
    envelope = seal(receipt_payload([_reply(1, answer, reason), _reply(2)], STAMP), Typ.RECEIPT, ROOM_SIGNER)

    receipts = read_receipts(envelope, STORE, ROOM_KEYS)

    assert receipts == [
        Receipt(Place(EPOCH_1, 1), DIGEST, answer, reason or ""),
        Receipt(Place(EPOCH_1, 2), DIGEST, Answer.RECEIVED),
    ]


def test_payload_is_as_documented() -> None:
    assert receipt_payload([_reply(7)], STAMP) == {
        "iss": ROOM,
        "aud": STORE,
        "iat": 1_795_213_000,
        "jti": "jti-1",
        "receipts": [{"id": f"{EPOCH_1}-7", "digest": DIGEST, "state": "received"}],
    }


@pytest.mark.parametrize(
    "replies", [[], [_reply(1), _reply(1, device_id=OTHER)], [_reply(seq) for seq in range(1, MAX_PER_ENVELOPE + 2)]]
)
def test_envelope_has_one_reader_and_a_bound(replies: list[Reply]) -> None:
    with pytest.raises(ValueError, match="do not go into one envelope"):
        receipt_payload(replies, STAMP)


def test_full_envelope_is_within_the_limit() -> None:
    replies = [_reply(2**53 - 1, Answer.ACKNOWLEDGED) for _ in range(MAX_PER_ENVELOPE)]

    assert len(seal(receipt_payload(replies, STAMP), Typ.RECEIPT, ROOM_SIGNER)) <= MAX_BYTES


def test_long_reason_is_cut() -> None:
    payload = receipt_payload([_reply(1, Answer.REJECTED, "x" * 500)], STAMP)

    assert payload["receipts"][0]["reason"] == "x" * MAX_REASON


def test_replies_are_grouped_by_device_in_order() -> None:
    replies = [_reply(seq, device_id=device_id) for seq in range(1, 61) for device_id in (STORE, OTHER)]

    grouped = list(batches(replies))

    assert [(batch[0].device, batch[0].place.seq, len(batch)) for batch in grouped] == [
        (STORE, 1, 50),
        (STORE, 51, 10),
        (OTHER, 1, 50),
        (OTHER, 51, 10),
    ]


@pytest.mark.parametrize("revision", [None, 3])
def test_command_is_as_documented(revision: int | None) -> None:
    command = Command(STORE, "door.unlock", STAMP.iat_s + 60, {"door": "7"}, revision)

    payload = unseal(command_envelope(command, STAMP, ROOM_SIGNER), Typ.COMMAND, ROOM_KEYS).payload

    assert payload.pop("revision", None) == revision
    assert payload == {
        "iss": ROOM,
        "aud": STORE,
        "iat": STAMP.iat_s,
        "exp": STAMP.iat_s + 60,
        "jti": "jti-1",
        "command": "door.unlock",
        "args": {"door": "7"},
    }
