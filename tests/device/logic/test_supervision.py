from device.logic.event import Happening, Phase
from device.logic.supervision import (
    CERTIFICATE_WARNING_NS,
    CLOCK_JUMP_NS,
    CLOCK_TROUBLE_NS,
    DISK_TROUBLE_NS,
    LINK_TROUBLE_NS,
    Supervision,
    Waits,
)
from device.logic.units import MS, S
from drivers.ports import Place, StoreFailed, StoreFault, StoreWell, WallClock

NOW_NS = 1_795_214_161 * S
DAY_NS = 86_400 * S
WELL = Waits(None, None)
FAILED = StoreFailed(1, StoreFault.FULL, "no space", (Place("x", 1),))


def _supervision(expires_ns: int | None = None, *, synced: bool = True) -> Supervision:
    return Supervision(WallClock(0, NOW_NS, synced), expires_ns)


def _down(since_ns: int) -> Waits:
    return Waits(since_ns, None)


def _asked(since_ns: int) -> Waits:
    """The disk owes an answer."""
    return Waits(None, since_ns)


def _told(happenings: list[Happening]) -> list[str]:
    return [f"{each.what} {each.phase}" for each in happenings]


def test_link_that_is_down_for_a_minute_is_one_trouble_and_its_end_is_told() -> None:
    supervision = _supervision()
    assert supervision.due_ns(_down(5)) == 5 + LINK_TROUBLE_NS
    assert supervision.tick(4 + LINK_TROUBLE_NS, _down(5)) == []
    assert _told(supervision.tick(5 + LINK_TROUBLE_NS, _down(5))) == ["trouble.link raised"]
    assert supervision.due_ns(_down(5)) is None
    assert supervision.tick(9 * LINK_TROUBLE_NS, _down(5)) == []
    assert _told(supervision.tick(9 * LINK_TROUBLE_NS, WELL)) == ["trouble.link restored"]
    assert supervision.due_ns(WELL) is None


def test_router_that_restarts_is_no_trouble() -> None:
    supervision = _supervision()
    assert supervision.tick(LINK_TROUBLE_NS - 1, _down(0)) == []
    assert supervision.tick(LINK_TROUBLE_NS, WELL) == []


def test_clock_that_jumps_is_reported_with_how_far() -> None:
    supervision = _supervision()
    for jump_ns in (CLOCK_JUMP_NS, -CLOCK_JUMP_NS):
        (told,) = supervision.clock(
            WallClock(9 * S, supervision.wall.utc_ns + 9 * S - supervision.wall.at_ns + jump_ns, True)
        )
        assert (told.what, told.phase, told.detail) == ("trouble.clock", Phase.REPORTED, {"jump_ms": jump_ns // MS})
    assert supervision.clock(WallClock(9 * S, supervision.wall.utc_ns + CLOCK_JUMP_NS - 1, True)) == []


def test_clock_that_stays_without_a_source_is_a_trouble_until_it_has_one() -> None:
    supervision = _supervision(synced=False)
    assert supervision.due_ns(WELL) == CLOCK_TROUBLE_NS
    assert _told(supervision.tick(CLOCK_TROUBLE_NS, WELL)) == ["trouble.clock raised"]
    assert supervision.due_ns(WELL) is None
    assert supervision.tick(2 * CLOCK_TROUBLE_NS, WELL) == []
    at_ns = 3 * CLOCK_TROUBLE_NS
    assert _told(supervision.clock(WallClock(at_ns, NOW_NS + at_ns, True))) == ["trouble.clock restored"]
    supervision.clock(WallClock(at_ns, NOW_NS + at_ns, False))
    supervision.clock(WallClock(at_ns + S, NOW_NS + at_ns + S, False))
    assert supervision.due_ns(WELL) == at_ns + CLOCK_TROUBLE_NS


def test_certificate_warns_four_weeks_ahead_and_once() -> None:
    supervision = _supervision(NOW_NS + CERTIFICATE_WARNING_NS + DAY_NS)
    assert supervision.due_ns(WELL) == 0
    assert supervision.tick(0, WELL) == []
    told: list[Happening] = []
    now_ns = 0
    while now_ns < 3 * DAY_NS:
        due_ns = supervision.due_ns(WELL)
        assert due_ns is not None
        assert due_ns > now_ns
        now_ns = due_ns
        told += supervision.tick(now_ns, WELL)
    assert _told(told) == ["trouble.certificate raised"]
    assert told[0].detail == {"days_left": 27}
    assert DAY_NS < told[0].at_ns <= DAY_NS + 3_600 * S


def test_expired_certificate_is_told_at_start() -> None:
    (told,) = _supervision(NOW_NS - 1).tick(0, WELL)
    assert told.detail == {"days_left": -1}


def test_store_is_one_trouble_and_a_file_kept_aside_is_named() -> None:
    supervision = _supervision()
    assert _told(supervision.store(FAILED)) == ["trouble.storage raised"]
    assert supervision.store(FAILED) == []
    assert _told(supervision.store(StoreWell(2))) == ["trouble.storage restored"]
    assert supervision.store(StoreWell(3)) == []
    told = supervision.store(StoreWell(4, "events.db.corrupt-1"))
    assert _told(told) == ["trouble.storage raised", "trouble.storage restored"]
    assert told[1].detail["kept_aside"] == "events.db.corrupt-1"


def test_disk_that_owes_an_answer_for_ten_seconds_hangs_and_its_end_is_told() -> None:
    supervision = _supervision()
    assert supervision.due_ns(_asked(5)) == 5 + DISK_TROUBLE_NS
    assert supervision.tick(4 + DISK_TROUBLE_NS, _asked(5)) == []
    (told,) = supervision.tick(5 + DISK_TROUBLE_NS, _asked(5))
    assert (told.what, told.subject, told.phase) == ("trouble.storage", "store", Phase.RAISED)
    assert told.detail == {"fault": "hanging"}
    assert supervision.due_ns(_asked(5)) is None
    assert supervision.tick(9 * DISK_TROUBLE_NS, _asked(5)) == []
    assert _told(supervision.tick(9 * DISK_TROUBLE_NS, WELL)) == ["trouble.storage restored"]
    assert supervision.tick(9 * DISK_TROUBLE_NS, WELL) == []


def test_hanging_is_over_when_only_newer_saves_are_owed() -> None:
    supervision = _supervision()
    supervision.tick(DISK_TROUBLE_NS, _asked(0))
    at_ns = 3 * DISK_TROUBLE_NS
    assert _told(supervision.tick(at_ns, _asked(at_ns - 1))) == ["trouble.storage restored"]
    assert supervision.due_ns(_asked(at_ns - 1)) == at_ns - 1 + DISK_TROUBLE_NS


def test_slow_card_is_no_trouble() -> None:
    supervision = _supervision()
    for at_ns in range(0, 9 * DISK_TROUBLE_NS, DISK_TROUBLE_NS - 1):
        assert supervision.tick(at_ns + DISK_TROUBLE_NS - 1, _asked(at_ns)) == []


def test_disk_that_hangs_and_then_fails_is_one_trouble_until_it_is_well() -> None:
    supervision = _supervision()
    supervision.tick(DISK_TROUBLE_NS, _asked(0))
    assert supervision.store(FAILED) == []
    assert supervision.tick(DISK_TROUBLE_NS, WELL) == []
    assert _told(supervision.store(StoreWell(2 * DISK_TROUBLE_NS))) == ["trouble.storage restored"]
    assert supervision.tick(2 * DISK_TROUBLE_NS, WELL) == []


def test_disk_that_fails_and_then_hangs_is_one_trouble_until_it_is_well() -> None:
    supervision = _supervision()
    supervision.store(FAILED)
    assert supervision.due_ns(_asked(0)) is None
    assert supervision.tick(DISK_TROUBLE_NS, _asked(0)) == []
    assert supervision.tick(DISK_TROUBLE_NS, WELL) == []
    assert _told(supervision.store(StoreWell(2 * DISK_TROUBLE_NS))) == ["trouble.storage restored"]


def test_disk_that_hangs_and_is_well_again_is_told_once() -> None:
    supervision = _supervision()
    supervision.tick(DISK_TROUBLE_NS, _asked(0))
    assert _told(supervision.store(StoreWell(2 * DISK_TROUBLE_NS))) == ["trouble.storage restored"]
    assert supervision.tick(2 * DISK_TROUBLE_NS, WELL) == []
    assert _told(supervision.tick(4 * DISK_TROUBLE_NS, _asked(3 * DISK_TROUBLE_NS))) == ["trouble.storage raised"]
