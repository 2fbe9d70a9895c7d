from device.logic.event import Happening, Phase
from device.logic.supervision import (
    CERTIFICATE_WARNING_NS,
    CLOCK_JUMP_NS,
    CLOCK_TROUBLE_NS,
    LINK_TROUBLE_NS,
    Supervision,
)
from device.logic.units import MS, S
from drivers.ports import Place, StoreFailed, StoreFault, StoreWell, WallClock

NOW_NS = 1_795_214_161 * S
DAY_NS = 86_400 * S


def _supervision(expires_ns: int | None = None, *, synced: bool = True) -> Supervision:
    return Supervision(WallClock(0, NOW_NS, synced), expires_ns)


def _told(happenings: list[Happening]) -> list[str]:
    return [f"{each.what} {each.phase}" for each in happenings]


def test_link_that_is_down_for_a_minute_is_one_trouble_and_its_end_is_told() -> None:
    supervision = _supervision()
    assert supervision.due_ns(5) == 5 + LINK_TROUBLE_NS
    assert supervision.tick(4 + LINK_TROUBLE_NS, 5) == []
    assert _told(supervision.tick(5 + LINK_TROUBLE_NS, 5)) == ["trouble.link raised"]
    assert supervision.due_ns(5) is None
    assert supervision.tick(9 * LINK_TROUBLE_NS, 5) == []
    assert _told(supervision.tick(9 * LINK_TROUBLE_NS, None)) == ["trouble.link restored"]
    assert supervision.due_ns(None) is None


def test_router_that_restarts_is_no_trouble() -> None:
    supervision = _supervision()
    assert supervision.tick(LINK_TROUBLE_NS - 1, 0) == []
    assert supervision.tick(LINK_TROUBLE_NS, None) == []


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
    assert supervision.due_ns(None) == CLOCK_TROUBLE_NS
    assert _told(supervision.tick(CLOCK_TROUBLE_NS, None)) == ["trouble.clock raised"]
    assert supervision.due_ns(None) is None
    assert supervision.tick(2 * CLOCK_TROUBLE_NS, None) == []
    at_ns = 3 * CLOCK_TROUBLE_NS
    assert _told(supervision.clock(WallClock(at_ns, NOW_NS + at_ns, True))) == ["trouble.clock restored"]
    supervision.clock(WallClock(at_ns, NOW_NS + at_ns, False))
    supervision.clock(WallClock(at_ns + S, NOW_NS + at_ns + S, False))
    assert supervision.due_ns(None) == at_ns + CLOCK_TROUBLE_NS


def test_certificate_warns_four_weeks_ahead_and_once() -> None:
    supervision = _supervision(NOW_NS + CERTIFICATE_WARNING_NS + DAY_NS)
    assert supervision.due_ns(None) == 0
    assert supervision.tick(0, None) == []
    told: list[Happening] = []
    now_ns = 0
    while now_ns < 3 * DAY_NS:
        due_ns = supervision.due_ns(None)
        assert due_ns is not None
        assert due_ns > now_ns
        now_ns = due_ns
        told += supervision.tick(now_ns, None)
    assert _told(told) == ["trouble.certificate raised"]
    assert told[0].detail == {"days_left": 27}
    assert DAY_NS < told[0].at_ns <= DAY_NS + 3_600 * S


def test_expired_certificate_is_told_at_start() -> None:
    (told,) = _supervision(NOW_NS - 1).tick(0, None)
    assert told.detail == {"days_left": -1}


def test_store_is_one_trouble_and_a_file_kept_aside_is_named() -> None:
    supervision = _supervision()
    failed = StoreFailed(1, StoreFault.FULL, "no space", (Place("x", 1),))
    assert _told(supervision.store(failed)) == ["trouble.storage raised"]
    assert supervision.store(failed) == []
    assert _told(supervision.store(StoreWell(2))) == ["trouble.storage restored"]
    assert supervision.store(StoreWell(3)) == []
    told = supervision.store(StoreWell(4, "events.db.corrupt-1"))
    assert _told(told) == ["trouble.storage raised", "trouble.storage restored"]
    assert told[1].detail["kept_aside"] == "events.db.corrupt-1"
