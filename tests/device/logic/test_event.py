from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.envelope import MAX_BYTES, Typ, digest, unseal
from device.logic.event import Happening, Journal, Origin, Phase, rfc3339, utc_at
from device.logic.kinds import KINDS, ZoneType
from device.logic.units import MS, S
from drivers.keystore import KeySigner
from drivers.ports import Place, Record, Urgency, WallClock
from tests.builders import EPOCH, make_keys, make_signer

ORIGIN = Origin("store-0042", EPOCH, "3f6c1c9e-boot")
NOON_NS = 1_795_214_161_123 * MS  # 2026-11-20T22:36:01.123Z


def _journal(prev: str | None = None) -> Journal:
    return Journal(ORIGIN, prev, make_signer())


def _read(record: Record) -> dict[str, Any]:
    return unseal(record.envelope, Typ.EVENT, make_keys()).payload


def _pressed(at_ns: int = 50 * S) -> Happening:
    return Happening(at_ns, "alarm.holdup", "counter-button", Phase.RAISED, KINDS[ZoneType.HOLDUP].code, {})


def test_event_is_the_cloud_event_of_the_protocol() -> None:
    record = _journal("x" * 43).write(_pressed(), WallClock(50 * S, NOON_NS, synced=True))
    assert _read(record) == {
        "specversion": "1.0",
        "id": f"{EPOCH}-1",
        "source": "ansim:store-0042",
        "type": "ansim.alarm.holdup",
        "subject": "counter-button",
        "time": "2026-11-20T22:36:01.123Z",
        "datacontenttype": "application/json",
        "data": {
            "phase": "raised",
            "status": "actual",
            "sia": "HA",
            "cid": 122,
            "chain": {"epoch": EPOCH, "seq": 1, "prev": "x" * 43},
            "clock": {"boot": "3f6c1c9e-boot", "uptime_ms": 50_000, "synced": True},
            "detail": {},
        },
    }
    assert record.urgency is Urgency.ALARM
    assert record.digest == digest(record.envelope)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.lists(st.sampled_from(["alarm.panic", "trouble.link", "system.started"]), max_size=30))
def test_sequence_has_no_gap_and_every_event_names_the_one_before(whats: list[str]) -> None:
    journal, prev = _journal(), None
    for seq, what in enumerate(whats, 1):
        record = journal.write(Happening(0, what, "x", Phase.REPORTED), WallClock(0, NOON_NS, synced=True))
        assert record.place == Place(EPOCH, seq)
        assert _read(record)["data"]["chain"] == {"epoch": EPOCH, "seq": seq, "prev": prev}
        prev = record.digest
    assert journal.seq == len(whats)


def test_time_is_counted_back_to_when_the_contact_moved() -> None:
    late = WallClock(80 * S, NOON_NS + 30 * S, synced=False)
    read = _read(_journal().write(_pressed(), late))
    assert read["time"] == "2026-11-20T22:36:01.123Z"
    assert read["data"]["clock"]["uptime_ms"] == 50_000
    assert read["data"]["clock"]["synced"] is False


def test_restoral_carries_its_own_code_and_a_reading_before_1970_is_1970() -> None:
    happening = Happening(9 * S, "alarm.holdup", "b", Phase.RESTORED, KINDS[ZoneType.HOLDUP].code)
    read = _read(_journal().write(happening, WallClock(10 * S, 0, synced=False)))
    assert read["data"]["sia"] == "HH"
    assert read["time"] == "1970-01-01T00:00:00.000Z"


def test_no_code_is_made_up() -> None:
    read = _read(_journal().write(Happening(0, "alarm.escort", "b", Phase.RAISED), WallClock(0, 0, synced=False)))
    assert "sia" not in read["data"]
    assert "cid" not in read["data"]


def test_largest_event_fits_an_envelope() -> None:
    zones = {"z" * 36 + str(number): "line-short" for number in range(1_000, 1_064)}
    detail = {"reason": "\N{HANGUL SYLLABLE GAG}" * 200, "version": "1.0", "zones": zones}
    record = _journal().write(
        Happening(0, "system.started", "a" * 128, Phase.REPORTED, detail=detail), WallClock(0, NOON_NS, synced=True)
    )
    assert len(record.envelope) <= MAX_BYTES


def test_wall_clock_is_read_at_any_monotonic_time() -> None:
    assert utc_at(7 * S, WallClock(10 * S, 100 * S, synced=True)) == 97 * S
    assert rfc3339(NOON_NS + MS - 1) == "2026-11-20T22:36:01.123Z"


def test_alarm_is_known_by_its_class() -> None:
    assert _pressed().is_alarm
    assert not Happening(0, "trouble.alarm", "x", Phase.RAISED).is_alarm


def test_key_in_a_token_is_not_asked_to_rehearse() -> None:
    asked: list[bytes] = []

    class Token(KeySigner):
        def sign(self, data: bytes) -> bytes:
            asked.append(data)
            return super().sign(data)

    for is_slow in (True, False):
        signer = Token(Ed25519PrivateKey.generate(), is_slow=is_slow)
        Journal(ORIGIN, None, signer).rehearse(WallClock(0, NOON_NS, synced=True))

    assert len(asked) == 1
