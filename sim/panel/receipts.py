"""The receipts that the control room has sent, by event. Any thread."""

import base64
import json
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from device.logic.envelope import JsonObject
from drivers.ports import Message

_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class SentReceipt:
    """As it went out, whether it can be believed or not."""

    envelope: str
    payload: JsonObject


class ReceiptBook:
    """The newest receipt for each event."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._receipts: OrderedDict[tuple[str, str], SentReceipt] = OrderedDict()

    def note(self, message: Message) -> None:
        """Nothing for what cannot be read: a lie may be anything."""
        envelope = message.payload.decode("ascii", "replace")
        payload = payload_of(envelope)
        receipts = payload.get("receipts") if payload is not None else None
        if payload is None or not isinstance(receipts, list):
            return
        device = message.topic.split("/")[2]
        with self._lock:
            for receipt in receipts:
                key = (device, str(receipt.get("id")))
                self._receipts[key] = SentReceipt(envelope, payload)
                self._receipts.move_to_end(key)
            while len(self._receipts) > _KEPT:
                self._receipts.popitem(last=False)

    def find(self, device: str, id_: str) -> SentReceipt | None:
        with self._lock:
            return self._receipts.get((device, id_))


def part_of(envelope: str, number: int) -> JsonObject | None:
    """Header (0) or payload (1) of a compact JWS, unverified; None if there is none to be read."""
    parts = envelope.split(".")
    if len(parts) != 3:
        return None
    try:
        text = parts[number]
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def payload_of(envelope: str) -> JsonObject | None:
    return part_of(envelope, 1)
