"""Envelopes that nobody should take, beside the good ones they are made from."""

import json
from dataclasses import dataclass

from device.logic.envelope import MAX_BYTES, JsonObject, Refusal, Typ, b64url, encode_json, seal
from drivers.keystore import KeySigner
from tests.builders import make_signer
from tests.vectors.told import (
    EPOCH_1,
    IAT_S,
    OTHER,
    ROOM_SIGNER,
    STORE,
    STORE_SIGNER,
    event,
    receipt,
    status,
)

STRANGER = make_signer(owner="stranger")
GOOD = event("ansim.alarm.holdup", "counter-button", EPOCH_1, 1, None)


@dataclass(frozen=True, slots=True)
class Forged:
    """One envelope on one topic, and the reason that it is refused for. `who` refuses it: control-room or a device."""

    name: str
    who: str
    topic: str
    envelope: bytes
    reason: Refusal


def jws(header: JsonObject, payload: bytes, signer: KeySigner) -> bytes:
    """Signs what our own encoder would not write."""
    signed = b64url(encode_json(header)) + b"." + b64url(payload)
    return signed + b"." + b64url(signer.sign(signed))


def header(**changes: object) -> JsonObject:
    return {"alg": STORE_SIGNER.alg, "kid": STORE_SIGNER.kid, "typ": Typ.EVENT.value} | changes


def forged() -> list[Forged]:
    return [*_bad_envelopes(), *_bad_events(), *_bad_receipts()]


def _up(name: str, envelope: bytes, reason: Refusal, kind: str = "alarm") -> Forged:
    return Forged(name, "control-room", f"ansim/v1/{STORE}/{kind}", envelope, reason)


def _down(name: str, envelope: bytes, reason: Refusal) -> Forged:
    return Forged(name, STORE, f"ansim/v1/{STORE}/receipt", envelope, reason)


def _bad_envelopes() -> list[Forged]:
    good = seal(GOOD, Typ.EVENT, STORE_SIGNER)
    head, body, signature = good.split(b".")
    text = encode_json(GOOD)
    twice = text.replace(b'"subject":', b'"subject":"back-door","subject":')
    return [
        _up("one octet over the limit", b"a" * (MAX_BYTES + 1), Refusal.SIZE),
        _up("nothing at all", b"", Refusal.FORM),
        _up("no signature part", head + b"." + body, Refusal.FORM),
        _up("padding behind the signature", good + b"==", Refusal.FORM),
        _up("base64 with + and /", good[:-3] + b"+/A", Refusal.FORM),
        _up("header that is not JSON", b64url(b"{") + b"." + body + b"." + signature, Refusal.HEADER),
        _up("header with a fourth member", jws(header(crit=["exp"]), text, STORE_SIGNER), Refusal.HEADER),
        _up("algorithm none", b64url(encode_json(header(alg="none"))) + b"." + body + b".", Refusal.HEADER),
        _up("algorithm HS256", jws(header(alg="HS256"), text, STORE_SIGNER), Refusal.HEADER),
        _up("algorithm of another kind of key", jws(header(alg="ES256"), text, STORE_SIGNER), Refusal.SIGNATURE),
        _up("receipt in place of an event", seal(GOOD, Typ.RECEIPT, STORE_SIGNER), Refusal.TYP),
        _up("event in place of a status", good, Refusal.TYP, "status"),
        _up("stranger's key", seal(GOOD, Typ.EVENT, STRANGER), Refusal.KID),
        _up("stranger's signature under the device's kid", jws(header(), text, STRANGER), Refusal.SIGNATURE),
        _up("payload exchanged", head + b"." + b64url(text + b" ") + b"." + signature, Refusal.SIGNATURE),
        _up("payload that is not an object", jws(header(), b"[]", STORE_SIGNER), Refusal.PAYLOAD),
        _up("payload that is not UTF-8", jws(header(), b'{"a":"\xff"}', STORE_SIGNER), Refusal.PAYLOAD),
        _up("member name that stands twice", jws(header(), twice, STORE_SIGNER), Refusal.PAYLOAD),
    ]


def _bad_events() -> list[Forged]:
    def signed(**changes: object) -> bytes:
        return seal(GOOD | changes, Typ.EVENT, STORE_SIGNER)

    def data(**changes: object) -> bytes:
        return signed(data=GOOD["data"] | changes)

    def told(**changes: object) -> bytes:
        return seal(status(**changes), Typ.STATUS, STORE_SIGNER)

    trouble = event("ansim.trouble.mains", "mains", EPOCH_1, 1, None)
    anonymous = {name: value for name, value in GOOD.items() if name != "subject"}
    zeroth = event("ansim.alarm.holdup", "counter-button", EPOCH_1, 0, None)
    return [
        _up("another device's source", signed(source=f"ansim:{OTHER}"), Refusal.TOPIC),
        _up("alarm on the event topic", seal(GOOD, Typ.EVENT, STORE_SIGNER), Refusal.TOPIC, "event"),
        _up("trouble on the alarm topic", seal(trouble, Typ.EVENT, STORE_SIGNER), Refusal.TOPIC),
        _up("CloudEvents version that does not exist", signed(specversion="2.0"), Refusal.PAYLOAD),
        _up("id that is not the chain's place", signed(id=f"{EPOCH_1}-2"), Refusal.PAYLOAD),
        _up("class that does not exist", signed(type="ansim.weather.rain"), Refusal.PAYLOAD),
        _up("no subject", seal(anonymous, Typ.EVENT, STORE_SIGNER), Refusal.PAYLOAD),
        _up("time without an offset", signed(time="2026-11-20T22:36:01.123"), Refusal.PAYLOAD),
        _up("phase that does not exist", data(phase="lowered"), Refusal.PAYLOAD),
        _up("status that does not exist", data(status="drill"), Refusal.PAYLOAD),
        _up("seq 0", seal(zeroth, Typ.EVENT, STORE_SIGNER), Refusal.PAYLOAD),
        _up("status of another device", told(device=OTHER), Refusal.TOPIC, "status"),
        _up("status without its outbox", told(outbox=None), Refusal.PAYLOAD, "status"),
    ]


def _bad_receipts() -> list[Forged]:
    good = receipt("received")

    def signed(payload: JsonObject, signer: KeySigner = ROOM_SIGNER, typ: Typ = Typ.RECEIPT) -> bytes:
        return seal(payload, typ, signer)

    bad_state = json.loads(json.dumps(good).replace('"received"', '"filed"'))
    return [
        _down("receipt to another device", signed(good | {"aud": OTHER}), Refusal.AUDIENCE),
        _down("receipt signed as a command", signed(good, typ=Typ.COMMAND), Refusal.TYP),
        _down("receipt signed by a stranger", signed(good, STRANGER), Refusal.KID),
        _down("receipt signed by the device itself", signed(good, STORE_SIGNER), Refusal.KID),
        _down("receipt with a state that does not exist", signed(bad_state), Refusal.PAYLOAD),
        _down("receipt without receipts", signed({"iss": "control-room", "aud": STORE, "iat": IAT_S}), Refusal.PAYLOAD),
    ]
