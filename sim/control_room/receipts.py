"""What the control room says to a device: receipts and commands. Pure. Implements docs/protocol.md, "Receipt"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from device.logic.envelope import JsonObject, Typ, seal
from device.logic.receipt import Answer
from drivers.ports import Place, Signer

# 50 receipts of about 140 octets are 9.3 KiB in base64url, well within the 16 KiB of an envelope.
MAX_PER_ENVELOPE = 50
MAX_REASON = 120


@dataclass(frozen=True, slots=True)
class Reply:
    """One receipt: to whom, for which envelope, and what it says. `reason` goes with `rejected` only."""

    device: str
    place: Place
    digest: str
    answer: Answer
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who signs a message and when. `jti` is never used twice."""

    iss: str
    iat_s: int
    jti: str


@dataclass(frozen=True, slots=True)
class Command:
    """What a device is told to do until `exp_s` (UTC seconds)."""

    device: str
    command: str
    exp_s: int
    args: JsonObject = field(default_factory=dict)
    revision: int | None = None


def receipt_payload(replies: Sequence[Reply], stamp: Stamp) -> JsonObject:
    """All to one device, 1 to MAX_PER_ENVELOPE of them. ValueError otherwise."""
    devices = {reply.device for reply in replies}
    if len(devices) != 1 or len(replies) > MAX_PER_ENVELOPE:
        raise ValueError(f"{len(replies)} receipts for {len(devices)} devices do not go into one envelope")
    return {
        "iss": stamp.iss,
        "aud": devices.pop(),
        "iat": stamp.iat_s,
        "jti": stamp.jti,
        "receipts": [_receipt(reply) for reply in replies],
    }


def command_payload(command: Command, stamp: Stamp) -> JsonObject:
    payload: JsonObject = {
        "iss": stamp.iss,
        "aud": command.device,
        "iat": stamp.iat_s,
        "exp": command.exp_s,
        "jti": stamp.jti,
        "command": command.command,
        "args": command.args,
    }
    if command.revision is not None:
        payload["revision"] = command.revision
    return payload


def command_envelope(command: Command, stamp: Stamp, signer: Signer) -> bytes:
    return seal(command_payload(command, stamp), Typ.COMMAND, signer)


def batches(replies: Iterable[Reply]) -> Iterable[tuple[Reply, ...]]:
    """Replies as they go into envelopes: by device, in order, at most MAX_PER_ENVELOPE each."""
    by_device: dict[str, list[Reply]] = {}
    for reply in replies:
        by_device.setdefault(reply.device, []).append(reply)
    for own in by_device.values():
        rest = iter(own)
        while batch := tuple(islice(rest, MAX_PER_ENVELOPE)):
            yield batch


def _receipt(reply: Reply) -> JsonObject:
    receipt: JsonObject = {"id": str(reply.place), "digest": reply.digest, "state": reply.answer.value}
    if reply.reason is not None:
        receipt["reason"] = reply.reason[:MAX_REASON]
    return receipt
