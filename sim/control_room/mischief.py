"""Receipts that a device must not believe. Pure. Only the playing control room makes them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

from device.logic.envelope import JsonObject, Typ, b64url, digest, encode_json, seal
from drivers.ports import Place, Signer
from sim.control_room.receipts import Reply, Stamp, receipt_payload


class Wrongness(StrEnum):
    """What is wrong with a receipt. Everything else about it is right."""

    DIGEST = "digest"
    """Names other bytes than those that were sent."""
    ID = "id"
    """Names an event that was never sent."""
    STATE = "state"
    """Says a state that does not exist."""
    AUDIENCE = "audience"
    """Is addressed to another device."""
    TYP = "typ"
    """Is signed as an event."""
    KEY = "key"
    """Is signed by a stranger under his own kid."""
    BORROWED_KID = "borrowed-kid"
    """Is signed by a stranger under the control room's kid."""
    ALGORITHM = "algorithm"
    """Says `none` and carries no signature."""
    SIGNATURE = "signature"
    """Has one bit of the signature turned."""
    TRUNCATED = "truncated"
    """Ends in the middle."""
    PAYLOAD = "payload"
    """Is signed well, and says nothing that can be read as receipts."""


class Forger:
    """Signs wrong receipts with the control room's key, or with a stranger's."""

    def __init__(self, signer: Signer, stranger: Signer) -> None:
        self._signer = signer
        self._stranger = stranger

    def seal(self, kind: Wrongness, replies: Sequence[Reply], stamp: Stamp) -> bytes:
        """An envelope that is wrong in one way."""
        payload = receipt_payload(_misled(kind, replies), stamp)
        honest = seal(payload, Typ.RECEIPT, self._signer)
        forge: dict[Wrongness, Callable[[], bytes]] = {
            Wrongness.STATE: lambda: self._resign(payload, receipts=[_with_state(r) for r in payload["receipts"]]),
            Wrongness.AUDIENCE: lambda: self._resign(payload, aud=f"not-{stamp.iss}"[:40]),
            Wrongness.TYP: lambda: seal(payload, Typ.EVENT, self._signer),
            Wrongness.KEY: lambda: seal(payload, Typ.RECEIPT, self._stranger),
            Wrongness.BORROWED_KID: lambda: self._borrow_kid(honest),
            Wrongness.ALGORITHM: lambda: _unsigned(payload, self._signer.kid),
            Wrongness.SIGNATURE: lambda: _turn_bit(honest),
            Wrongness.TRUNCATED: lambda: honest[: len(honest) // 2],
            Wrongness.PAYLOAD: lambda: self._resign(payload, receipts={"all": "received"}),
        }
        return forge.get(kind, lambda: honest)()

    def _resign(self, payload: JsonObject, **changes: object) -> bytes:
        return seal(payload | changes, Typ.RECEIPT, self._signer)

    def _borrow_kid(self, honest: bytes) -> bytes:
        signed = honest.rpartition(b".")[0]
        return signed + b"." + b64url(self._stranger.sign(signed))


def _misled(kind: Wrongness, replies: Sequence[Reply]) -> list[Reply]:
    match kind:
        case Wrongness.DIGEST:
            return [replace(reply, digest=digest(reply.digest.encode())) for reply in replies]
        case Wrongness.ID:
            return [replace(reply, place=Place(reply.place.epoch, reply.place.seq + 1_000_000)) for reply in replies]
        case _:
            return list(replies)


def _with_state(receipt: JsonObject) -> JsonObject:
    return receipt | {"state": "filed"}


def _unsigned(payload: JsonObject, kid: str) -> bytes:
    header = {"alg": "none", "kid": kid, "typ": Typ.RECEIPT.value}
    return b64url(encode_json(header)) + b"." + b64url(encode_json(payload)) + b"."


def _turn_bit(envelope: bytes) -> bytes:
    # Not the last character: its low bits are no part of the signature.
    flipped = b"B" if envelope[-2:-1] == b"A" else b"A"
    return envelope[:-2] + flipped + envelope[-1:]
