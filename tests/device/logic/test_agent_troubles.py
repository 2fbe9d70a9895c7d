"""What the agent tells of its own disk, clock, certificate and link."""

from dataclasses import replace
from typing import Any

from device.logic.effects import Save
from device.logic.units import S
from drivers.ports import LinkUp, Place, Saved, StoreFailed, StoreFault, StoreWell, Thinned, Tick, WallClock
from tests.builders import EPOCH, make_record
from tests.device.logic.post import NOON_NS, SETTINGS, Desk, read


def test_failing_disk_is_one_trouble_and_alarms_leave_all_the_same() -> None:
    desk = Desk(auto=False).start()
    desk.feed(StoreFailed(desk.now_ns, StoreFault.READ_ONLY, "read-only", (desk.records[0].place,)))
    alarm = desk.press(2)
    desk.feed(StoreFailed(desk.now_ns, StoreFault.READ_ONLY, "read-only", (alarm.place,)))
    assert desk.sent(alarm) == 1
    assert desk.events("trouble") == ["trouble.storage raised"]
    saved = [each for each in desk.feed(StoreWell(desk.now_ns)) if isinstance(each, Save)]
    assert alarm in [each.record for each in saved]
    assert desk.events("trouble")[-1] == "trouble.storage restored"


def _hang(desk: Desk) -> None:
    """From 2 s on the disk answers nothing; all before is saved."""
    desk.feed(Saved(desk.now_ns, tuple(record.place for record in desk.records)))
    desk.press(2)


def test_disk_that_hangs_is_told_after_ten_seconds_and_restored_when_it_answers() -> None:
    desk = Desk(auto=False).start()
    _hang(desk)
    desk.until(12)
    assert desk.events("trouble") == []
    desk.until(12.1)
    assert desk.events("trouble") == ["trouble.storage raised"]
    assert desk.event("trouble.storage raised")["data"]["detail"] == {"fault": "hanging"}
    desk.feed(Saved(desk.now_ns, tuple(record.place for record in desk.records)))
    assert desk.events("trouble") == ["trouble.storage raised", "trouble.storage restored"]


def test_disk_that_hangs_and_then_fails_is_not_well_before_it_says_so() -> None:
    desk = Desk(auto=False).start()
    _hang(desk)
    desk.until(15)
    desk.feed(StoreFailed(desk.now_ns, StoreFault.FAILED, "input/output error", tuple(r.place for r in desk.records)))
    desk.until(20)
    assert desk.events("trouble") == ["trouble.storage raised"]
    desk.feed(StoreWell(desk.now_ns))
    assert desk.events("trouble") == ["trouble.storage raised", "trouble.storage restored"]


def test_file_kept_aside_is_told() -> None:
    desk = Desk().start()
    desk.feed(StoreWell(desk.now_ns, "events.db.corrupt-1"))
    assert desk.event("trouble.storage restored")["data"]["detail"]["kept_aside"] == "events.db.corrupt-1"


def test_thinned_events_are_told() -> None:
    desk = Desk().start()
    desk.feed(Thinned(desk.now_ns, 100, Place(EPOCH, 1), Place(EPOCH, 250)))
    detail = desk.event("system.thinned reported")["data"]["detail"]
    assert detail == {"count": 100, "first": f"{EPOCH}-1", "last": f"{EPOCH}-250"}


def test_memory_that_overflows_is_told() -> None:
    desk = Desk(auto=False)
    desk.feed(StoreFailed(0, StoreFault.FULL, "no space"))
    for number in range(10_100):
        desk.agent._delivery.add(make_record_fast(number), 0)
    desk.feed(Tick(1))
    assert "system.thinned reported" in desk.events()


def make_record_fast(number: int) -> Any:
    return replace(make_record(), place=Place("00000001aaaaaaaa", number))


def test_clock_that_jumps_marks_events_and_drops_none() -> None:
    desk = Desk(synced=False).start()
    desk.press(2)
    assert read(desk.records[-1].envelope)["data"]["clock"]["synced"] is False
    desk.feed(WallClock(desk.now_ns, NOON_NS + 9_999 * S, synced=True))
    desk.press(5)
    assert read(desk.records[-1].envelope)["data"]["clock"]["synced"] is True
    assert desk.events("trouble") == ["trouble.clock reported"]
    assert desk.event("trouble.clock reported")["data"]["detail"]["jump_ms"] > 9_990_000


def test_certificate_that_ends_soon_is_told() -> None:
    desk = Desk(settings=replace(SETTINGS, certificate_expires_ns=NOON_NS + 10 * 86_400 * S)).start()
    assert desk.event("trouble.certificate raised")["data"]["detail"] == {"days_left": 10}


def test_link_that_is_down_for_a_minute_is_told_when_it_is_back() -> None:
    desk = Desk().start().until(40)
    desk.break_link()
    desk.until(99.9)
    assert desk.events("trouble") == []
    desk.until(100)
    assert desk.events("trouble") == ["trouble.link raised"]
    desk.feed(LinkUp(desk.now_ns, 0, 20))
    desk.until(129.9)
    assert desk.events("trouble") == ["trouble.link raised"]
    desk.until(130)
    assert desk.events("trouble") == ["trouble.link raised", "trouble.link restored"]


def test_link_that_flaps_is_one_trouble_until_a_connection_lasts() -> None:
    desk = Desk().start().until(40)
    for _ in range(10):
        desk.break_link()
        desk.until(desk.now_ns / S + 2)
        desk.feed(LinkUp(desk.now_ns, 0, 20))
        desk.until(desk.now_ns / S + 15)
    assert desk.events("trouble") == ["trouble.link raised"]
    desk.until(desk.now_ns / S + 15)
    assert desk.events("trouble") == ["trouble.link raised", "trouble.link restored"]


def test_start_with_a_connection_is_no_trouble() -> None:
    assert Desk().start().until(300).events("trouble") == []


def test_health_light_shows_a_fault_while_there_is_no_link() -> None:
    desk = Desk().start()
    assert desk.agent._lights._lamps["box"][1].look == "healthy"
    desk.break_link()
    assert desk.agent._lights._lamps["box"][1].look == "fault"
