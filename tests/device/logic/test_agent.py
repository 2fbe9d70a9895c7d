from dataclasses import replace

import pytest

from device.logic.agent import STATUS_TOKEN
from device.logic.effects import Connect, Drop, Effect, Leave, Light, Load, Note, Publish, Save, Settle
from device.logic.envelope import Typ, unseal
from device.logic.receipt import Answer
from device.logic.units import MS, S
from drivers.ports import (
    Edge,
    LinkDown,
    LinkUp,
    Loaded,
    Published,
    Saved,
    Settled,
    StoreFailed,
    StoreFault,
    Tick,
    WallClock,
)
from tests.builders import EPOCH, make_keys, make_record
from tests.device.logic.letters import receipt
from tests.device.logic.post import FRESH, NOON_NS, Desk, read

HOLDUP = ["alarm.holdup raised", "alarm.holdup restored"]


def _kinds(effects: list[Effect]) -> list[type[Effect]]:
    return [type(effect) for effect in effects]


# ---------------------------------------------------------------- press to light


def test_press_is_lit_sent_and_saved_in_this_order() -> None:
    desk = Desk(auto=False).start()
    desk.feed(Edge(2 * S, "GPIO17", high=False))
    effects = desk.feed(Tick(2 * S + 20 * MS))
    assert _kinds(effects)[:3] == [Light, Publish, Save]
    assert effects[0] == Light("counter", on=True)
    assert desk.events("alarm") == HOLDUP[:1]
    assert read(desk.records[-1].envelope)["time"] == "2026-11-20T22:36:03.000Z"


def test_light_goes_from_heard_to_sending_to_received_and_not_before_the_disk_knows() -> None:
    desk = Desk(auto=False).start()
    alarm = desk.press(2, 3)
    assert desk.look() == "heard"
    desk.feed(Saved(desk.now_ns, (alarm.place,)))
    assert desk.look() == "sending"
    desk.hear(receipt(alarm))
    assert desk.effects[-1] == Settle(alarm.place, "received")
    assert desk.look() == "sending"
    desk.feed(Settled(desk.now_ns, (alarm.place,)))
    assert desk.look() == "received"
    assert desk.lamps["counter"]


def test_person_does_not_wait_for_a_disk_that_fails_after_the_receipt() -> None:
    desk = Desk().start()
    alarm = desk.press(2)
    desk.hear(receipt(alarm))
    desk.feed(StoreFailed(desk.now_ns, StoreFault.FULL, "no space", (alarm.place,)))
    assert desk.look() == "received"


def test_person_waits_a_second_at_most_for_a_disk_that_does_not_settle() -> None:
    desk = Desk().start()
    alarm = desk.press(2)
    heard_s = desk.now_ns / S
    desk.hear(receipt(alarm))
    desk.hear(receipt(alarm, answer=Answer.DISPATCHED))
    desk.until(heard_s + 0.999)
    assert desk.look() == "sending"
    desk.until(heard_s + 1)
    assert desk.look() == "help"
    desk.feed(Settled(desk.now_ns, (alarm.place,)))
    assert desk.look() == "help"
    desk.hear(receipt(alarm, answer=Answer.CLOSED))
    assert desk.look() == "dark"


def test_receipt_after_a_long_silence_is_still_shown() -> None:
    desk = Desk().start()
    alarm = desk.press(2)
    desk.until(4_000)
    assert desk.look() == "fault"
    desk.answer(alarm)
    assert desk.look() == "received"
    desk.until(4_599)
    assert desk.look() == "received"
    desk.until(4_601)
    assert desk.look() == "dark"


def test_receipt_for_an_alarm_that_was_never_sent_lights_nothing() -> None:
    desk = Desk().start()
    desk.break_link()
    alarm = desk.press(2)
    before = desk.depth()
    desk.hear(receipt(alarm))
    desk.feed(Settled(desk.now_ns, (alarm.place,)))
    assert desk.look() == "sending"
    assert desk.depth() == before
    assert "message" not in desk.agent._supervision.troubles


def test_help_that_is_coming_is_not_taken_back_by_a_receipt_that_comes_again() -> None:
    desk = Desk().start()
    alarm = desk.press(2)
    received, dispatched = receipt(alarm), receipt(alarm, answer=Answer.DISPATCHED)
    for envelope in (received, dispatched, received):
        desk.hear(envelope)
    desk.feed(Settled(desk.now_ns, (alarm.place,)))
    assert desk.look() == "help"
    desk.hear(received)
    assert desk.look() == "help"
    desk.hear(receipt(alarm, answer=Answer.CLOSED))
    assert desk.look() == "dark"
    desk.hear(dispatched)
    assert desk.look() == "dark"
    assert len([each for each in desk.of(Settle) if isinstance(each, Settle) and each.place == alarm.place]) == 1


def test_rejected_alarm_is_a_fault_and_one_trouble_however_often_its_receipt_comes_again() -> None:
    desk = Desk().start()
    alarm, later = desk.press(2), desk.press(5)
    rejected, received = receipt(alarm, answer=Answer.REJECTED, reason="unknown device"), receipt(later)
    for _ in range(5):
        desk.hear(rejected)
        desk.hear(received)
    desk.feed(Settled(desk.now_ns, (alarm.place, later.place)))
    assert desk.events("trouble.rejected") == ["trouble.rejected raised", "trouble.rejected restored"]
    assert desk.event("trouble.rejected raised")["data"]["detail"] == {"reason": "unknown device"}
    sent = desk.sent(alarm)
    desk.until(90)
    assert desk.sent(alarm) == sent
    assert desk.look() == "received"


def test_alarm_without_a_receipt_goes_again_and_shows_a_fault() -> None:
    desk = Desk().start()
    alarm = desk.press(2)
    desk.until(30)
    assert desk.sent(alarm) > 3
    assert desk.look() == "fault"
    desk.answer(alarm)
    assert desk.look() == "received"


def test_short_lift_is_noted_and_not_sent() -> None:
    desk = Desk().start()
    desk.press(2, 3, pin="GPIO27")
    assert desk.of(Note) == [Note("phone: active for 3000 ms, shorter than hold_ms")]
    assert desk.events("alarm") == []
    desk.until(20)
    assert desk.statuses()[-1]["health"]["short"] == {"phone": 1}


def test_glitch_whose_edges_come_late_is_no_alarm() -> None:
    desk = Desk().start()
    late = [Edge(2 * S, "GPIO17", high=False), Edge(2 * S + 5 * MS, "GPIO17", high=True)]
    desk.feed(WallClock(2 * S + 300 * MS, NOON_NS + 2 * S + 300 * MS, synced=True))
    for edge in late:
        desk.feed(edge)
    desk.until(4)
    assert desk.events("alarm") == []


# ---------------------------------------------------------------- start and end


@pytest.mark.parametrize(
    ("same_boot", "orderly", "reason"), [(False, True, "boot"), (True, True, "restart"), (True, False, "crash")]
)
def test_start_is_told_with_its_reason_and_the_zones(same_boot: bool, orderly: bool, reason: str) -> None:
    desk = Desk(beginning=replace(FRESH, prev="p" * 43, same_boot=same_boot, orderly=orderly)).start()
    told = desk.event("system.started reported")
    assert told["data"]["detail"] == {
        "reason": reason,
        "version": "1.2.3",
        "zones": {"button": "normal", "phone": "normal"},
    }
    assert told["data"]["chain"] == {"epoch": EPOCH, "seq": 1, "prev": "p" * 43}
    assert told["time"] == "2026-11-20T22:36:01.000Z"


def test_start_does_not_wait_for_a_zone_that_is_unknown() -> None:
    desk = Desk()
    desk.feed(Edge(0, "GPIO17", high=True))
    desk.until(5)
    assert desk.event("system.started reported")["data"]["detail"]["zones"]["phone"] == "unknown"


def test_button_held_at_start_is_the_first_thing_said() -> None:
    desk = Desk()
    desk.feed(Edge(0, "GPIO17", high=False))
    desk.until(1)
    assert read(desk.records[0].envelope)["data"]["detail"] == {"at_start": True}


def test_backlog_is_loaded_and_sent_with_the_first_connection() -> None:
    old = make_record(7, epoch="00000001aaaaaaaa")
    desk = Desk(beginning=replace(FRESH, unanswered=1, unanswered_urgent=0))
    assert Load(False, None, 32) in desk.feed(Tick(0))
    desk.feed(Loaded(0, False, (old,), more=False))
    desk.start()
    assert desk.sent(old) == 1


def test_goodbye_turns_the_lights_off_and_leaves_with_the_will() -> None:
    desk = Desk().start()
    effects = desk.agent.stop(desk.now_ns)
    assert _kinds(effects) == [Light, Light, Publish, Save, Leave]
    leave = effects[-1]
    assert isinstance(leave, Leave)
    assert unseal(leave.farewell.payload, Typ.STATUS, make_keys()).payload["state"] == "offline"


# ---------------------------------------------------------------- status


def test_birth_is_sent_on_every_connection_and_its_will_carries_the_same_number() -> None:
    desk = Desk().start()
    desk.break_link()
    desk.until(5)
    desk.feed(LinkUp(desk.now_ns, 0, 20))
    wills = [
        unseal(each.will.payload, Typ.STATUS, make_keys()).payload for each in desk.effects if isinstance(each, Connect)
    ]
    assert [(will["state"], will["connection"]) for will in wills] == [("offline", 1), ("offline", 2)]
    births = [status for status in desk.statuses() if status["state"] == "online"]
    assert births[0]["connection"] == 1
    assert births[-1]["connection"] == 2
    assert all(each.token == STATUS_TOKEN for each in desk.effects if isinstance(each, Publish) and each.message.retain)


def test_heartbeat_comes_when_nothing_changes() -> None:
    desk = Desk().start()
    desk.until(100)
    times = [status["time"] for status in desk.statuses()]
    assert len(times) in (7, 8)


def test_change_of_a_zone_is_told_within_half_a_second() -> None:
    desk = Desk().start()
    desk.feed(Edge(2 * S, "GPIO17", high=False))
    desk.until(2.5)
    assert desk.statuses()[-1]["zones"] == {"button": "raised", "phone": "normal"}
    assert desk.statuses()[-1]["last_seq"] == desk.records[-1].place.seq


def test_nothing_is_sent_without_a_connection() -> None:
    desk = Desk()
    desk.until(200)
    assert desk.of(Publish) == []


def test_refused_status_is_counted_and_harms_nothing() -> None:
    desk = Desk(auto=False).start()
    desk.feed(Published(desk.now_ns, STATUS_TOKEN, "not authorized"))
    desk.until(20)
    assert desk.statuses()[-1]["health"]["refused_by_broker"] == 1


def test_swallowed_alarm_has_the_next_broker_tried() -> None:
    desk = Desk(auto=False).start()
    desk.press(2, 0.5)
    desk.until(10)
    assert len(desk.of(Drop)) == 1
    desk.feed(LinkDown(desk.now_ns, 0, "dropped"))
    desk.until(10.1)
    assert [each.broker for each in desk.effects if isinstance(each, Connect)] == [0, 1]


def test_connection_behind_a_bounce_that_came_late_is_told_at_once() -> None:
    desk = Desk().start()
    desk.break_link()
    desk.until(3)
    due_ns = desk.agent.due_ns()
    assert due_ns is not None
    desk.feed(Edge(due_ns, "GPIO17", high=False))
    desk.agent.due_ns()

    effects = desk.feed(LinkUp(due_ns + 1, 0, 20))

    assert [each.token for each in effects if isinstance(each, Publish)].count(STATUS_TOKEN) == 1
