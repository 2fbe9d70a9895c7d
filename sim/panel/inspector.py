"""One event under the glass: its envelope, and everything that proves it. Any thread."""

import base64
import json
import re
from pathlib import Path
from typing import Any

from device.logic.envelope import JsonObject, Typ, digest
from drivers.jwk import KeyRing, parse_jwks
from drivers.ports import Place
from sim.control_room.device_keys import DeviceKeys
from sim.control_room.ledger import Ledger, StoredEvent
from sim.control_room.values import VerifiedEvent
from sim.control_room.verifier import Verifier
from sim.panel.receipts import ReceiptBook, part_of

_PLACE = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,15})")
_OURS = ("device", "iat", "exp", "revoked")


class Inspector:
    """Looks into the control room's ledger, with a connection of its own for every look."""

    def __init__(self, ledger: Path, device_keys: Path, receipts: ReceiptBook) -> None:
        self._ledger = ledger
        self._device_keys = device_keys
        self._receipts = receipts

    def inspect(self, store: str, id_: str) -> JsonObject | None:
        """The Envelope of the panel's JSON; None if the control room has no such event."""
        found = _PLACE.fullmatch(id_)
        if found is None:
            return None
        place = Place(found[1], int(found[2]))
        with Ledger(self._ledger) as ledger:
            event = ledger.find(store, place)
            links = {link.place: link.digest for link in ledger.links(store)} if event is not None else {}
        return None if event is None else self._told(event, links)

    def _told(self, event: StoredEvent, links: dict[Place, str]) -> JsonObject:
        envelope = event.envelope.decode("ascii")
        header, payload = part_of(envelope, 0) or {}, part_of(envelope, 1) or {}
        key = self._key(event.device, header.get("kid"))
        receipt = self._receipts.find(event.device, str(event.place))
        return {
            "store": event.device,
            "id": str(event.place),
            "envelope": envelope,
            "header": header,
            "payload": payload,
            "digest": digest(event.envelope),
            "expected_digest_ok": digest(event.envelope) == event.digest,
            "key": key,
            "kid": header.get("kid"),
            "verified": self._is_verified(event),
            "checks": [{"name": name, "ok": ok} for name, ok in _checks(event, header, payload, key, links)],
            "receipt": None if receipt is None else {"envelope": receipt.envelope, "payload": receipt.payload},
        }

    def _is_verified(self, event: StoredEvent) -> bool:
        keys = DeviceKeys(self._device_keys)
        kind = "alarm" if event.type.startswith("ansim.alarm.") else "event"
        verifier = Verifier(keys.pinned, keys.revoked_utc_ns)
        return isinstance(verifier.verify(f"ansim/v1/{event.device}/{kind}", event.envelope), VerifiedEvent)

    def _key(self, device: str, kid: object) -> JsonObject | None:
        """The public key as the office lists it, without what the office adds to it."""
        jwks: dict[str, Any] = json.loads(self._device_keys.read_bytes())
        for jwk in jwks["keys"]:
            if jwk["device"] == device and _ring(jwk).kids[0] == kid:
                return {name: value for name, value in jwk.items() if name not in _OURS}
        return None


def _checks(
    event: StoredEvent, header: JsonObject, payload: JsonObject, key: JsonObject | None, links: dict[Place, str]
) -> list[tuple[str, bool]]:
    signed, _, _ = event.envelope.rpartition(b".")
    ring = None if key is None else _ring(key)
    return [
        ("signature", ring is not None and _is_signed(ring, header, signed, event.envelope)),
        ("kid is the key's thumbprint", ring is not None and ring.kids[0] == header.get("kid")),
        ("typ", header.get("typ") == Typ.EVENT.value),
        ("source is the device", payload.get("source") == f"ansim:{event.device}"),
        ("chain", _is_chained(event.place, payload, links)),
    ]


def _is_signed(ring: KeyRing, header: JsonObject, signed: bytes, envelope: bytes) -> bool:
    text = envelope.rpartition(b".")[2]
    signature = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    return bool(ring.verify(str(header.get("kid")), str(header.get("alg")), signature, signed))


def _is_chained(place: Place, payload: JsonObject, links: dict[Place, str]) -> bool:
    """It names the event before it: the one that the control room has, or one of an earlier epoch."""
    prev = payload.get("data", {}).get("chain", {}).get("prev")
    if place.seq > 1:
        return prev is not None and links.get(Place(place.epoch, place.seq - 1)) == prev
    return prev is None or prev in links.values()


def _ring(jwk: JsonObject) -> KeyRing:
    members = {name: value for name, value in jwk.items() if name not in _OURS}
    return parse_jwks(json.dumps({"keys": [members]}).encode())
