"""Read the control room's signed receipts. Pure. Implements docs/protocol.md, "Receipt"."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from device.logic.envelope import Refusal, Refused, Typ, unseal
from drivers.ports import Keys, Place

MAX_ANSWERS = 256
_MAX_TEXT = 200


class Answer(StrEnum):
    """How far the control room has come with an event. All but REJECTED mean that it is stored there."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    DISPATCHED = "dispatched"
    ON_SCENE = "on_scene"
    CLOSED = "closed"
    REJECTED = "rejected"


_ANSWERS = frozenset(answer.value for answer in Answer)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One answer for one event. Only where `digest` is that of what was sent does it mean anything."""

    place: Place
    digest: str
    answer: Answer
    reason: str = ""


def read_receipts(envelope: bytes, device: str, keys: Keys) -> list[Receipt]:
    """Verify an envelope from the receipt topic. Raises Refused if it is not wholly good, and nothing else."""
    payload = unseal(envelope, Typ.RECEIPT, keys).payload
    if payload.get("aud") != device:
        raise Refused(Refusal.AUDIENCE)
    answers = payload.get("receipts")
    if not isinstance(answers, list) or not 1 <= len(answers) <= MAX_ANSWERS:
        raise Refused(Refusal.PAYLOAD)
    return [_receipt(answer) for answer in answers]


def _receipt(answer: Any) -> Receipt:
    if not isinstance(answer, dict):
        raise Refused(Refusal.PAYLOAD)
    texts = [answer.get(name, "") for name in ("id", "digest", "state", "reason")]
    if not all(isinstance(text, str) and len(text) <= _MAX_TEXT for text in texts):
        raise Refused(Refusal.PAYLOAD)
    id_, digest, state, reason = texts
    epoch, dash, seq = id_.rpartition("-")
    # isdecimal alone would take digits of other scripts, and int() would read them.
    if not dash or not (seq.isascii() and seq.isdecimal()) or state not in _ANSWERS:
        raise Refused(Refusal.PAYLOAD)
    return Receipt(Place(epoch, int(seq)), digest, Answer(state), reason)
