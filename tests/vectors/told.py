"""What the golden vectors say, before it is signed. Every value is fixed."""

from device.logic.envelope import JsonObject
from tests.builders import make_signer

STORE, OTHER, ROOM = "store-0042", "locker-0007", "control-room"
STORE_SIGNER = make_signer(owner=STORE)
OTHER_SIGNER = make_signer("ES256", owner=OTHER)
ROOM_SIGNER = make_signer(owner=ROOM)
SECOND_ROOM_SIGNER = make_signer("ES256", owner=ROOM)
EPOCH_1, EPOCH_2 = "0000002a9f3c51d7", "0000002b04e1c2aa"
BOOT = "8c0f2a4e-6f0d-4a53-9d0e-2f6f5a1b7c3d"
DIGEST = "Vb3T1x2fJ3n4bS0oM2m5yqJm1o0QzXw9r8sT7uV6wXY"
IAT_S = 1_795_214_162
_TIME = "2026-11-20T22:36:01.123Z"


def event(
    kind: str, subject: str, epoch: str, seq: int, prev: str | None, device_id: str = STORE, **data: object
) -> JsonObject:
    """An event payload; `data` replaces members of `data`."""
    return {
        "specversion": "1.0",
        "id": f"{epoch}-{seq}",
        "source": f"ansim:{device_id}",
        "type": kind,
        "subject": subject,
        "time": _TIME,
        "datacontenttype": "application/json",
        "data": {
            "phase": "raised",
            "status": "actual",
            "chain": {"epoch": epoch, "seq": seq, "prev": prev},
            "clock": {"boot": BOOT, "uptime_ms": 86_400_123, "synced": True},
            "detail": {},
        }
        | data,
    }


def status(**changes: object) -> JsonObject:
    """A status payload; members that are None are left out."""
    payload: JsonObject = {
        "device": STORE,
        "state": "online",
        "epoch": EPOCH_1,
        "boot": BOOT,
        "connection": 3,
        "time": _TIME,
        "version": "0.1.0",
        "heartbeat_s": 15,
        "last_seq": 6,
        "outbox": {"depth": 0, "oldest_s": 0},
        "zones": {"counter-button": "normal", "mains": "raised"},
        "health": {},
    }
    return {name: value for name, value in (payload | changes).items() if value is not None}


def receipt(state: str, digest: str = DIGEST, reason: str | None = None) -> JsonObject:
    item: JsonObject = {"id": f"{EPOCH_1}-2", "digest": digest, "state": state}
    if reason is not None:
        item["reason"] = reason
    return {"iss": ROOM, "aud": STORE, "iat": IAT_S, "jti": f"r-{state}", "receipts": [item]}


def command(**changes: object) -> JsonObject:
    return {
        "iss": ROOM,
        "aud": STORE,
        "iat": IAT_S,
        "exp": IAT_S + 60,
        "jti": "c-1",
        "command": "door.unlock",
        "args": {"door": "7"},
    } | changes
