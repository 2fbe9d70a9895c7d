"""Signed receipts, for whoever plays a control room of his own. Implements docs/protocol.md, "Receipt"."""

import base64
import json
import secrets
import time
from typing import Any

from device.logic.envelope import Typ, digest, seal
from device.logic.receipt import Answer
from drivers.ports import Message, Place, Signer
from sim.control_room.receipts import Reply, Stamp, receipt_payload
from sim.testing.errors import Unplayable

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True

ISSUER = "control-room"
_STATES = ", ".join(f'"{answer.value}"' for answer in Answer)


def sign_receipt(envelope: bytes, signer: Signer, state: str = "received", reason: str | None = None) -> Message:
    """What a device believes about its event if it believes the signer: topic and payload. Any thread.

    The event is read and not verified: that is the receiver's own work. Raises Unplayable.
    """
    if state not in set(Answer):
        raise Unplayable(f'state = "{state}": one of {_STATES} is allowed')
    device, place = _about(envelope)
    reply = Reply(device, place, digest(envelope), Answer(state), reason)
    stamp = Stamp(iss=ISSUER, iat_s=int(time.time()), jti=secrets.token_urlsafe(16))
    payload = seal(receipt_payload([reply], stamp), Typ.RECEIPT, signer)
    return Message(f"ansim/v1/{device}/receipt", payload)


def _about(envelope: bytes) -> tuple[str, Place]:
    try:
        body = envelope.split(b".")[1]
        event: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
        chain = event["data"]["chain"]
        return event["source"].removeprefix("ansim:"), Place(chain["epoch"], chain["seq"])
    except (LookupError, TypeError, ValueError) as error:
        raise Unplayable(f"not the envelope of an event: {envelope[:40]!r} …") from error
