"""Writes the golden vectors: python -m tests.vectors.generate

Keys and contents are fixed. Ed25519 signatures are the same in every run; ES256 ones are random, so a committed one is
kept as long as what it signs has not changed.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from device.logic.envelope import JsonObject, Typ, digest, encode_json, seal
from drivers.jwk import jwk_of
from drivers.keystore import KeySigner
from tests.vectors.forge import forged, jws
from tests.vectors.told import (
    EPOCH_1,
    EPOCH_2,
    OTHER,
    OTHER_SIGNER,
    ROOM,
    ROOM_SIGNER,
    SECOND_ROOM_SIGNER,
    STORE,
    STORE_SIGNER,
    command,
    event,
    receipt,
    status,
)

FOLDER = Path(__file__).parent
FILES = ("keys", "events", "statuses", "receipts", "commands", "refused")


def load(name: str) -> list[JsonObject]:
    """The vectors in one committed file; none if it is not there yet."""
    path = FOLDER / f"{name}.json"
    vectors: list[JsonObject] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return vectors


def generate() -> dict[str, list[JsonObject]]:
    """All files and what is to be in them."""
    kept = {v["envelope"].rpartition(".")[0]: v["envelope"] for name in FILES for v in load(name) if "envelope" in v}
    return {
        "keys": list(_keys()),
        "events": list(_events(kept)),
        "statuses": list(_statuses(kept)),
        "receipts": list(_receipts(kept)),
        "commands": list(_commands(kept)),
        "refused": list(_refused()),
    }


def main() -> None:
    for name, vectors in generate().items():
        text = json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.json").write_text(text, "utf-8")


def _keys() -> Iterable[JsonObject]:
    owners = [(STORE, STORE_SIGNER), (OTHER, OTHER_SIGNER), (ROOM, ROOM_SIGNER), (ROOM, SECOND_ROOM_SIGNER)]
    for owner, signer in owners:
        yield {"owner": owner, "jwk": jwk_of(signer)}


def _vector(
    name: str, kind: str, payload: JsonObject, typ: Typ, signer: KeySigner, kept: Mapping[str, str], device_id: str
) -> JsonObject:
    envelope = seal(payload, typ, signer)
    if signer.alg == "ES256":
        envelope = kept.get(envelope.decode().rpartition(".")[0], envelope.decode()).encode()
    header = {"alg": signer.alg, "kid": signer.kid, "typ": typ.value}
    return _told(name, f"ansim/v1/{device_id}/{kind}", header, payload, envelope)


def _told(name: str, topic: str, header: JsonObject, payload: JsonObject, envelope: bytes) -> JsonObject:
    return {
        "name": name,
        "topic": topic,
        "header": header,
        "payload": payload,
        "envelope": envelope.decode(),
        "digest": digest(envelope),
    }


def _events(kept: Mapping[str, str]) -> Iterable[JsonObject]:
    prev: str | None = None
    for name, kind, epoch, seq, subject, data in _STORY:
        payload = event(kind, subject, epoch, seq, prev, **data)
        topic = "alarm" if kind.startswith("ansim.alarm.") else "event"
        vector = _vector(name, topic, payload, Typ.EVENT, STORE_SIGNER, kept, STORE)
        prev = vector["digest"]
        yield vector
    payload = event("ansim.alarm.escort", "lobby-button", EPOCH_1, 1, None, OTHER)
    yield _vector("escort request, ES256", "alarm", payload, Typ.EVENT, OTHER_SIGNER, kept, OTHER)
    payload = event("ansim.test.daily", "agent", EPOCH_2, 2, prev, phase="reported", status="test")
    header = {"alg": "EdDSA", "kid": STORE_SIGNER.kid, "typ": Typ.EVENT.value}
    envelope = jws(header, encode_json(payload), STORE_SIGNER)
    yield _told("the older name of Ed25519", f"ansim/v1/{STORE}/event", header, payload, envelope)


# One device's history without a gap, over a restart.
_STORY: list[tuple[str, str, str, int, str, JsonObject]] = [
    (
        *("first start of a new device", "ansim.system.started", EPOCH_1, 1, "agent"),
        {"phase": "reported", "detail": {"zones": {"counter-button": "normal", "mains": "normal"}}},
    ),
    ("hold-up", "ansim.alarm.holdup", EPOCH_1, 2, "counter-button", {"sia": "HA", "cid": 122}),
    (
        *("hold-up button released", "ansim.alarm.holdup", EPOCH_1, 3, "counter-button"),
        {"phase": "restored", "sia": "HH", "cid": 122},
    ),
    (
        *("mains lost, clock not yet synchronised", "ansim.trouble.mains", EPOCH_1, 4, "mains"),
        {"sia": "AT", "cid": 301, "clock": {"boot": "b", "uptime_ms": 4_100, "synced": False}},
    ),
    (
        *("drill", "ansim.alarm.panic", EPOCH_1, 5, "비상벨-1"),
        {"status": "exercise", "sia": "PA", "cid": 120, "detail": {"held_ms": 40}},
    ),
    (
        *("command refused", "ansim.command.refused", EPOCH_1, 6, "c-1"),
        {"phase": "reported", "detail": {"reason": "unknown command"}},
    ),
    (
        *("start after a restart", "ansim.system.started", EPOCH_2, 1, "agent"),
        {"phase": "reported", "detail": {"zones": {"counter-button": "normal", "mains": "raised"}}},
    ),
]


def _statuses(kept: Mapping[str, str]) -> Iterable[JsonObject]:
    yield _vector("heartbeat", "status", status(), Typ.STATUS, STORE_SIGNER, kept, STORE)
    waiting = status(connection=4, outbox={"depth": 17, "oldest_s": 62.5}, health={"storage": "read-only"})
    yield _vector("events are waiting", "status", waiting, Typ.STATUS, STORE_SIGNER, kept, STORE)
    yield _vector("will", "status", status(state="offline"), Typ.STATUS, STORE_SIGNER, kept, STORE)
    locker = status(device=OTHER, zones={})
    yield _vector("heartbeat, ES256", "status", locker, Typ.STATUS, OTHER_SIGNER, kept, OTHER)


def _receipts(kept: Mapping[str, str]) -> Iterable[JsonObject]:
    digests = {v["payload"]["id"]: v["digest"] for v in _events(kept)}
    answered = digests[f"{EPOCH_1}-2"]
    for state in ("received", "acknowledged", "dispatched", "on_scene", "closed"):
        yield _vector(state, "receipt", receipt(state, answered), Typ.RECEIPT, ROOM_SIGNER, kept, STORE)
    rejected = receipt("rejected", answered, "another envelope has this id")
    yield _vector("rejected", "receipt", rejected, Typ.RECEIPT, ROOM_SIGNER, kept, STORE)
    several = receipt("received", answered)
    several["receipts"] += [{"id": f"{EPOCH_1}-3", "digest": digests[f"{EPOCH_1}-3"], "state": "received"}]
    yield _vector("two in one", "receipt", several, Typ.RECEIPT, ROOM_SIGNER, kept, STORE)
    second = receipt("received", answered)
    yield _vector("received, ES256", "receipt", second, Typ.RECEIPT, SECOND_ROOM_SIGNER, kept, STORE)


def _commands(kept: Mapping[str, str]) -> Iterable[JsonObject]:
    yield _vector("unlock", "command", command(), Typ.COMMAND, ROOM_SIGNER, kept, STORE)
    revised = command(jti="c-2", revision=12)
    yield _vector("unlock, if nothing has changed", "command", revised, Typ.COMMAND, ROOM_SIGNER, kept, STORE)
    yield _vector("unlock, ES256", "command", command(jti="c-3"), Typ.COMMAND, SECOND_ROOM_SIGNER, kept, STORE)


def _refused() -> Iterable[JsonObject]:
    for each in forged():
        yield {
            "name": each.name,
            "who": each.who,
            "topic": each.topic,
            "envelope": each.envelope.decode("ascii"),
            "reason": each.reason.value,
        }


if __name__ == "__main__":
    main()
