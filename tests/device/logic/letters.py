"""What the control room of these tests says."""

from collections.abc import Iterable

from device.logic.envelope import JsonObject, Typ, seal
from device.logic.receipt import Answer
from drivers.ports import Record, Signer
from sim.control_room.receipts import Command, Reply, Stamp, command_envelope, receipt_payload
from tests.builders import make_signer

DEVICE = "store-0042"
CONTROL_ROOM = make_signer(owner="control room")
STAMP = Stamp("control-room", 1_795_214_161, "0001")


def receipt(*records: Record, answer: Answer = Answer.RECEIVED, reason: str | None = None) -> bytes:
    """A good receipt for these events."""
    replies = [Reply(DEVICE, record.place, record.digest, answer, reason) for record in records]
    return seal(receipt_payload(replies, STAMP), Typ.RECEIPT, CONTROL_ROOM)


def letter(payload: JsonObject, typ: Typ = Typ.RECEIPT, signer: Signer = CONTROL_ROOM) -> bytes:
    return seal(payload, typ, signer)


def receipts_payload(answers: object, device: str = DEVICE) -> JsonObject:
    return {"iss": "control-room", "aud": device, "iat": 1, "jti": "1", "receipts": answers}


def command(jti: str = "0001", name: str = "door.unlock", device: str = DEVICE) -> bytes:
    return command_envelope(Command(device, name, exp_s=STAMP.iat_s + 30), Stamp("control-room", 1, jti), CONTROL_ROOM)


def answer_of(record: Record, **changed: object) -> JsonObject:
    return {"id": str(record.place), "digest": record.digest, "state": "received", **changed}


def bad_answers(record: Record) -> Iterable[object]:
    """Everything that is not wholly a receipt."""
    yield from (None, 7, "received", [], {})
    yield answer_of(record, state="forgotten")
    yield answer_of(record, state=None)
    yield answer_of(record, digest=1)
    yield answer_of(record, reason=["x"])
    yield answer_of(record, reason="x" * 201)
    yield answer_of(record, id="")
    yield answer_of(record, id=record.place.epoch)
    yield answer_of(record, id=f"{record.place.epoch}-")
    yield answer_of(record, id=f"{record.place.epoch}-\N{ARABIC-INDIC DIGIT ONE}")
    yield answer_of(record, id=f"{record.place.epoch}-+1")
