from device.logic.envelope import Typ, unseal
from device.logic.event import Origin
from device.logic.status import Report, StatusWriter
from device.logic.units import MS, S
from drivers.ports import WallClock
from tests.builders import EPOCH, make_keys, make_signer

WALL = WallClock(1 * S, 1_795_214_161_123 * MS, synced=True)
REPORT = Report(7, 2, 30, {"button": "normal"}, {"troubles": ["link"]})


def _writer() -> StatusWriter:
    return StatusWriter(Origin("store-0042", EPOCH, "boot-1"), "1.2.3", 15, make_signer())


def test_birth_is_the_status_of_the_protocol() -> None:
    message = _writer().online(3, REPORT, 2 * S, WALL)
    assert message.topic == "ansim/v1/store-0042/status"
    assert message.retain
    assert unseal(message.payload, Typ.STATUS, make_keys()).payload == {
        "device": "store-0042",
        "state": "online",
        "epoch": EPOCH,
        "boot": "boot-1",
        "connection": 3,
        "time": "2026-11-20T22:36:02.123Z",
        "version": "1.2.3",
        "heartbeat_s": 15,
        "last_seq": 7,
        "outbox": {"depth": 2, "oldest_s": 30},
        "zones": {"button": "normal"},
        "health": {"troubles": ["link"]},
    }


def test_will_differs_in_its_state_alone() -> None:
    will = unseal(_writer().offline(3, REPORT, 2 * S, WALL).payload, Typ.STATUS, make_keys()).payload
    birth = unseal(_writer().online(3, REPORT, 2 * S, WALL).payload, Typ.STATUS, make_keys()).payload
    assert will == {**birth, "state": "offline"}
