"""A store that speaks and a control room that hears it, with the clock turned by hand."""

from collections.abc import Iterable
from itertools import count

from device.logic.envelope import JsonObject, Typ, digest, seal
from device.logic.event import Happening, Journal, Origin, Phase
from device.logic.units import S
from drivers.keystore import KeySigner
from drivers.ports import Place, Record, WallClock
from sim.control_room.core import RoomCore
from sim.control_room.desk import Desk
from sim.control_room.ledger import Ledger
from sim.control_room.mischief import Forger
from sim.control_room.values import VerifiedEvent, VerifiedStatus
from sim.control_room.verifier import Verifier
from tests.builders import make_keys, make_signer

STORE = "store-0042"
OTHER = "store-0043"
ROOM = "control-room"
BOOT = "5d9c7f0a-1a62-4d5e-9f0b-3c1f6f2b7a10"
EPOCH_1 = "0000002a9f3c51d7"
EPOCH_2 = "0000002b00000001"
UTC_NS = 1_795_213_000 * S
DEVICE_SIGNER = make_signer(owner=STORE)
OTHER_SIGNER = make_signer("ES256", owner=OTHER)
ROOM_SIGNER = make_signer("ES256", owner=ROOM)
ROOM_KEYS = make_keys(ROOM_SIGNER)


def at(at_s: float = 100.0) -> WallClock:
    """Both clocks, this long after the machine started."""
    return WallClock(round(at_s * S), UTC_NS + round(at_s * S), synced=True)


def make_verifier() -> Verifier:
    return Verifier({STORE: make_keys(DEVICE_SIGNER), OTHER: make_keys(OTHER_SIGNER)})


def make_desk(ledger: Ledger) -> Desk:
    numbers = count(1)
    return Desk(make_verifier(), ledger, ROOM_SIGNER, ROOM, lambda: f"jti-{next(numbers)}")


def make_core(ledger: Ledger) -> RoomCore:
    return RoomCore(make_desk(ledger), Forger(ROOM_SIGNER, make_signer(owner="stranger")))


def make_journal(epoch: str = EPOCH_1, prev: str | None = None, device_id: str = STORE) -> Journal:
    signer = DEVICE_SIGNER if device_id == STORE else OTHER_SIGNER
    return Journal(Origin(device_id, epoch, BOOT), prev, signer)


def press(journal: Journal, at_s: float = 100.0) -> Record:
    return tell(journal, "alarm.holdup", "counter-button", Phase.RAISED, at_s=at_s)


def tell(
    journal: Journal, what: str, subject: str, phase: Phase, detail: JsonObject | None = None, at_s: float = 100.0
) -> Record:
    return journal.write(Happening(round(at_s * S), what, subject, phase, detail=detail or {}), at(at_s))


def topic(kind: str, device_id: str = STORE) -> str:
    return f"ansim/v1/{device_id}/{kind}"


def event_payload(**changes: object) -> JsonObject:
    """A hold-up with seq 1842. `changes` replace members; those that are None are left out."""
    payload: JsonObject = {
        "specversion": "1.0",
        "id": f"{EPOCH_1}-1842",
        "source": f"ansim:{STORE}",
        "type": "ansim.alarm.holdup",
        "subject": "counter-button",
        "time": "2026-11-20T22:36:01.123Z",
        "datacontenttype": "application/json",
        "data": event_data(),
    }
    return _changed(payload, changes)


def event_data(**changes: object) -> JsonObject:
    data: JsonObject = {
        "phase": "raised",
        "status": "actual",
        "sia": "HA",
        "cid": 122,
        "chain": {"epoch": EPOCH_1, "seq": 1842, "prev": digest(b"1841")},
        "clock": {"boot": BOOT, "uptime_ms": 86_400_123, "synced": True},
        "detail": {},
    }
    return _changed(data, changes)


def status_payload(**changes: object) -> JsonObject:
    payload: JsonObject = {
        "device": STORE,
        "state": "online",
        "epoch": EPOCH_1,
        "boot": BOOT,
        "connection": 3,
        "time": "2026-11-20T22:36:01.123Z",
        "version": "0.1.0",
        "heartbeat_s": 15,
        "last_seq": 1842,
        "outbox": {"depth": 2, "oldest_s": 1.5},
        "zones": {"counter-button": "normal"},
        "health": {"temperature_c": 41.5},
    }
    return _changed(payload, changes)


def sign(payload: JsonObject, typ: Typ = Typ.EVENT, signer: KeySigner = DEVICE_SIGNER) -> bytes:
    return seal(payload, typ, signer)


def verified(record: Record, kind: str = "alarm", device_id: str = STORE) -> VerifiedEvent:
    event = make_verifier().verify(topic(kind, device_id), record.envelope)
    assert isinstance(event, VerifiedEvent), event
    return event


def verified_status(**changes: object) -> VerifiedStatus:
    status = make_verifier().verify(topic("status"), sign(status_payload(**changes), Typ.STATUS))
    assert isinstance(status, VerifiedStatus), status
    return status


def seqs(places: Iterable[Place]) -> list[int]:
    return [place.seq for place in places]


def _changed(payload: JsonObject, changes: dict[str, object]) -> JsonObject:
    merged = payload | changes
    return {name: value for name, value in merged.items() if value is not None}
