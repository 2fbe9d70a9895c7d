"""Every act over HTTP has its effect on real stores, brokers and the control room."""

import pytest

from sim.acts.bank import BankAct
from sim.acts.reading import ACTS
from tests.sim.panel.client import OTHER, STORE, Json, PanelClient, rows, store_of, zone_of

BUTTON, BELL, HOTLINE, TAMPER = "counter-button", "panic-bell", "hotline", "tamper"


@pytest.fixture(autouse=True)
def _mended(panel: PanelClient) -> None:
    panel.mend()


def test_every_act_has_a_test() -> None:
    tested = {name.split("_")[1] for name in globals() if name.startswith("test_")}

    assert {word for word, act in ACTS.items() if not issubclass(act, BankAct)} <= tested


def test_press_is_an_alarm_with_every_step_of_its_way_and_the_lamp_says_received(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("press", zone=BUTTON)
    row = panel.until_raised(BUTTON, before)
    panel.until_store("the lamp", lambda store: store["lamp"]["look"] == "received")
    # Device and control room each tell their own steps, so the lamp may be seen before the verdict that lit it.
    ways = {"edge", "believed", "signed", "sent", "broker", "stored", "verified", "receipt"}
    store = panel.until_store("every step", lambda store: set(_journey(store, row["id"])["steps"]) == ways)

    row = next(each for each in panel.get("/api/world")["room"]["alarms"] if each["id"] == row["id"])
    assert (row["type"], row["class"], row["answer"]) == ("ansim.alarm.holdup", "alarm", "received")
    journey = _journey(store, row["id"])
    steps = journey["steps"]
    assert steps["edge"] == 0 < 20 <= steps["believed"] <= steps["signed"] <= steps["sent"] <= steps["verified"]
    assert steps["verified"] <= steps["receipt"]
    assert (journey["by_person"], journey["sent_times"], journey["answer"]) == (True, 1, "received")
    assert row["id"] in {each["id"] for each in panel.get("/api/world")["latency"]}


def test_press_at_another_store_is_that_stores_alarm(panel: PanelClient) -> None:
    before = panel.ids(OTHER)

    panel.do("press", OTHER, zone=BELL)

    assert panel.until_raised(BELL, before, store=OTHER)["store"] == OTHER


def test_hold_lasts_until_it_is_released(panel: PanelClient) -> None:
    panel.do("hold", zone=BELL)
    held = panel.until_store("raised", lambda store: zone_of(store, BELL)["state"] == "raised")
    panel.do("release", zone=BELL)
    released = panel.until_store("normal", lambda store: zone_of(store, BELL)["state"] == "normal")

    assert zone_of(held, BELL)["held"]
    assert not zone_of(released, BELL)["held"]


def test_release_of_a_lifted_handset_ends_its_alarm(panel: PanelClient) -> None:
    before = panel.ids()
    panel.do("hold", zone=TAMPER)
    row = panel.until_raised(TAMPER, before)
    panel.do("release", zone=TAMPER)

    panel.until(
        "the restoral", lambda world: any(r["id"] == row["id"] and r["restored"] for r in world["room"]["alarms"])
    )


def test_chatter_is_one_trouble(panel: PanelClient) -> None:
    before = panel.ids(OTHER)

    panel.do("chatter", OTHER, zone=HOTLINE, edges=400, period="2ms")

    panel.until_raised(HOTLINE, before, "ansim.trouble.chatter", OTHER)


def test_glitch_raises_nothing(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("glitch", zone=BELL, pulses=5, length="20us")
    panel.do("press", zone=BUTTON)
    panel.until_raised(BUTTON, before)

    assert [row for row in rows(panel.get("/api/world"), STORE, BELL, "ansim.") if row["id"] not in before] == []


def test_contact_that_is_worn_raises_one_alarm_all_the_same(panel: PanelClient) -> None:
    before = panel.ids(OTHER)

    panel.do("contact", OTHER, zone=BUTTON, state="worn")
    panel.do("hold", OTHER, zone=BUTTON)
    panel.until_raised(BUTTON, before, store=OTHER)
    shown = zone_of(store_of(panel.get("/api/world"), OTHER), BUTTON)
    panel.do("release", OTHER, zone=BUTTON)

    raised = [row for row in rows(panel.get("/api/world"), OTHER, BUTTON, "ansim.alarm.") if row["id"] not in before]
    assert shown["contact"] == "worn"
    assert len(raised) == 1


def test_wire_that_is_cut_is_trouble_until_it_is_mended(panel: PanelClient) -> None:
    panel.do("wire", zone=BUTTON, state="cut", leg="common")
    cut = panel.until_store("the fault", lambda store: zone_of(store, BUTTON)["state"].startswith("line-"))
    panel.do("wire", zone=BUTTON, state="whole")
    panel.until_store("whole", lambda store: zone_of(store, BUTTON)["state"] == "normal")

    assert zone_of(cut, BUTTON)["wires"] == {"common": "cut", "open": "whole", "closed": "whole"}


def test_wire_shorted_on_one_leg_shows_on_that_leg(panel: PanelClient) -> None:
    panel.do("wire", zone=BUTTON, state="shorted", leg="open")
    short = panel.until_store("the fault", lambda store: zone_of(store, BUTTON)["state"].startswith("line-"))
    panel.do("wire", zone=BUTTON, state="whole", leg="open")
    panel.until_store("whole", lambda store: zone_of(store, BUTTON)["state"] == "normal")

    assert zone_of(short, BUTTON)["wires"]["open"] == "shorted"


def test_swap_lets_one_zone_speak_for_the_other_and_once_more_puts_them_right(panel: PanelClient) -> None:
    panel.do("swap", zone=HOTLINE, other=TAMPER)
    swapped = store_of(panel.get("/api/world"))
    before = panel.ids()
    panel.do("hold", zone=HOTLINE)
    panel.until_raised(TAMPER, before)
    panel.do("release", zone=HOTLINE)
    panel.until_store("calm", lambda store: zone_of(store, TAMPER)["state"] == "normal")
    panel.do("swap", zone=HOTLINE, other=TAMPER)

    assert zone_of(swapped, HOTLINE)["swapped_with"] == TAMPER
    assert zone_of(store_of(panel.get("/api/world")), TAMPER)["swapped_with"] is None


def test_power_cut_makes_everything_dark_and_what_lasts_is_there_again_afterwards(panel: PanelClient) -> None:
    panel.do("wire", zone=BELL, state="shorted", leg="open")
    panel.do("clock", jump="1h")
    panel.until_store("raised", lambda store: zone_of(store, BELL)["state"] == "raised")
    panel.do("power", state="off")
    dark = panel.until_store("dark", lambda store: store["power"] == "off")
    offline = panel.until_store("the will", lambda store: store["presence"] == "offline")
    before = panel.ids()
    panel.do("power", state="on")
    row = panel.until_raised(BELL, before)
    panel.do("wire", zone=BELL, state="whole")

    assert (dark["lamp"], dark["connected"]) == ({"lit": False, "look": None}, False)
    assert {zone["state"] for zone in dark["zones"]} == {None}
    assert offline["power"] == "off"
    assert row["time"] > panel.get(f"/api/events/{STORE}/{row['id']}")["payload"]["data"]["clock"]["boot"][:0]
    assert store_of(panel.get("/api/world"))["clock"]["off_ms"] == 3_600_000


def test_mains_off_leaves_the_board_on_its_battery_and_it_tells(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("mains", state="off")
    panel.until_raised("mains", before, "ansim.trouble.mains")
    falling = panel.until_store("the battery to fall", lambda store: store["battery_percent"] < 99)

    assert (falling["on_battery"], falling["mains"], falling["power"]) == (True, "off", "on")


def test_battery_that_is_low_is_trouble_and_an_empty_one_is_the_end(panel: PanelClient) -> None:
    before = panel.ids()
    panel.do("mains", state="off")
    panel.do("battery", charge_percent=15)
    panel.until_raised("battery", before, "ansim.trouble.battery")

    panel.do("battery", charge_percent=0)
    panel.until_store("the end", lambda store: store["power"] == "off")
    panel.do("mains", state="on")

    panel.until_store("life", lambda store: store["power"] == "on" and store["connected"])


def test_brownout_starts_the_board_anew(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("brownout", dips=2, length="50ms", gap="100ms")

    panel.until_raised("agent", before, "ansim.system.started")


def test_restart_is_in_good_order(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("restart")

    panel.until_raised("agent", before, "ansim.system.stopped")
    panel.until(
        "the start",
        lambda world: any(r["id"] not in before for r in rows(world, STORE, "agent", "ansim.system.started")),
    )


def test_clock_that_jumps_shows_in_the_time_of_the_next_alarm(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("clock", state="unset", jump="2d")
    store = store_of(panel.get("/api/world"))
    panel.do("press", zone=BUTTON)
    row = panel.until_raised(BUTTON, before)

    assert row["time"].startswith("1970-01-03")
    assert not store["clock"]["synced"]
    assert not panel.get(f"/api/events/{STORE}/{row['id']}")["payload"]["data"]["clock"]["synced"]
    assert row["late_ms"] < 60_000


def test_clock_that_drifts_is_off_more_and_more(panel: PanelClient) -> None:
    panel.do("clock", drift_ppm=100_000)

    panel.until_store("drift", lambda store: store["clock"]["off_ms"] > 100)


@pytest.mark.parametrize("state", ["full", "read-only", "failed"])
def test_disk_that_does_not_keep_is_trouble_and_alarms_arrive(panel: PanelClient, state: str) -> None:
    before = panel.ids()

    panel.do("disk", state=state)
    panel.do("press", zone=BELL)
    panel.until_raised(BELL, before)

    if state != "full":  # of a full disk alarms have a reserve
        panel.until_store("the trouble", lambda store: "storage" in store["troubles"])
    assert store_of(panel.get("/api/world"))["disk"] == {"state": state, "delay_ms": 0}


def test_disk_that_is_slow_is_later_than_the_receipt(panel: PanelClient) -> None:
    before = panel.ids(OTHER)

    panel.do("disk", OTHER, state="slow", delay="400ms")
    panel.do("press", OTHER, zone=BELL)
    row = panel.until_raised(BELL, before, store=OTHER)
    store = panel.until_store(
        "the disk", lambda store: {"stored", "verified"} <= set(_journey(store, row["id"])["steps"]), OTHER
    )

    steps = _journey(store, row["id"])["steps"]
    assert steps["stored"] > steps["verified"]
    assert store["disk"] == {"state": "slow", "delay_ms": 400}


def test_disk_that_is_corrupt_is_put_aside_and_told(panel: PanelClient) -> None:
    before = panel.ids(OTHER)

    panel.do("disk", OTHER, state="corrupt")
    panel.do("press", OTHER, zone=BELL)

    panel.until_raised(BELL, before, store=OTHER)
    panel.until_raised("store", before, "ansim.trouble.storage", OTHER)


def test_network_that_refuses_sends_the_store_to_the_other_broker(panel: PanelClient) -> None:
    panel.do("network", state="refused", broker=1)
    store = panel.until_store("the other broker", lambda store: store["broker"] == 2)

    assert [network["state"] for network in store["networks"]] == ["refused", "up"]


@pytest.mark.parametrize("state", ["black", "half-open-up", "half-open-down", "flapping", "refused"])
def test_network_that_is_bad_keeps_an_alarm_until_it_is_well(panel: PanelClient, state: str) -> None:
    before = panel.ids()

    panel.do("network", state=state, period="1h")
    panel.do("press", zone=BELL)
    waiting = panel.until_store("the alarm", lambda store: store["outbox"] > 0)
    panel.do("network", state="up")
    # A new alarm does not wait for the backoff, and takes the old one with it.
    panel.do("press", zone=BUTTON)
    panel.until_raised(BELL, before)

    assert {network["state"] for network in waiting["networks"]} == {state}


@pytest.mark.parametrize(("state", "arguments"), [("slow", {"delay": "150ms"}), ("lossy", {"loss_percent": 60})])
def test_network_that_is_slow_or_lossy_only_delays(panel: PanelClient, state: str, arguments: dict[str, Json]) -> None:
    before = panel.ids()

    panel.do("network", state=state, **arguments)
    panel.do("press", zone=BELL)

    row = panel.until_raised(BELL, before)
    if state == "slow":
        assert row["late_ms"] > 150


def test_broker_that_is_down_is_left_for_the_other_one(panel: PanelClient) -> None:
    panel.do("broker", None, state="down", broker=1)
    for store in (STORE, OTHER):  # a new alarm does not wait for the backoff
        panel.do("press", store, zone=TAMPER)
    panel.until("both on the second", lambda world: {store["broker"] for store in world["stores"]} == {2})
    before = panel.ids()
    panel.do("press", zone=BUTTON)
    panel.until_raised(BUTTON, before)

    panel.do("broker", None, state="up", broker=1)
    assert panel.get("/api/world")["brokers"][0]["state"] == "up"


def test_broker_that_restarts_comes_back_by_itself(panel: PanelClient) -> None:
    panel.do("broker", None, state="restarting", broker=1, delay="300ms")
    assert panel.get("/api/world")["brokers"][0]["state"] == "restarting"

    panel.until("the broker", lambda world: world["brokers"][0]["state"] == "up")


def test_broker_that_is_slow_passes_on_later(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("broker", None, state="slow", delay="500ms")
    panel.do("press", zone=BUTTON)

    assert panel.until_raised(BUTTON, before)["late_ms"] > 500


def test_broker_that_forgets_costs_no_alarm(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("broker", None, state="forgetful")
    panel.do("press", zone=BELL)
    store = panel.until_store("a second try", lambda store: store["journeys"][0]["sent_times"] > 1)
    panel.do("broker", None, state="up")
    row = panel.until_raised(BELL, before)

    waiting = [journey for journey in store["journeys"] if "receipt" not in journey["steps"]]
    assert row["id"] in {journey["id"] for journey in waiting}
    # The broker has acknowledged it, and nobody has heard it.
    assert {"sent", "broker"} <= set(_journey(store, row["id"])["steps"])
    assert "verified" not in _journey(store, row["id"])["steps"]


def test_room_that_is_silent_leaves_the_lamp_waiting(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("room", None, state="silent")
    panel.do("press", zone=BELL)
    panel.until_raised(BELL, before)
    store = panel.until_store("the lamp", lambda store: store["lamp"]["look"] == "sending")

    assert store["outbox"] > 0
    assert panel.get("/api/world")["room"]["state"] == "silent"


def test_room_that_is_slow_answers_late(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("room", None, state="slow", delay="500ms")
    panel.do("press", zone=BELL)
    row = panel.until_raised(BELL, before)
    store = panel.until_store("the receipt", lambda store: "receipt" in _journey(store, row["id"])["steps"])

    assert _journey(store, row["id"])["steps"]["receipt"] > 500


def test_room_that_lies_is_not_believed(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("room", None, state="lying", lie="signature")
    panel.do("press", zone=BELL)
    row = panel.until_raised(BELL, before)
    store = panel.until_store("the refusal", lambda store: "message" in store["troubles"])

    assert "receipt" not in _journey(store, row["id"])["steps"]


def test_room_that_is_away_hears_everything_when_it_is_back(panel: PanelClient) -> None:
    before = panel.ids()

    panel.do("room", None, state="away")
    panel.until("nobody there", lambda world: not world["room"]["connected"])
    panel.do("press", zone=BELL)
    panel.until_store("the alarm", lambda store: store["outbox"] > 0)
    panel.do("room", None, state="prompt")

    panel.until_raised(BELL, before)


def test_answer_that_help_is_coming_shows_on_the_lamp(panel: PanelClient) -> None:
    before = panel.ids()
    panel.do("press", zone=BUTTON)
    row = panel.until_raised(BUTTON, before)
    panel.until_store("the receipt", lambda store: store["lamp"]["look"] == "received")

    panel.do("answer", state="dispatched")
    store = panel.until_store("help", lambda store: store["lamp"]["look"] == "help")

    assert _journey(store, row["id"])["answer"] == "dispatched"
    assert next(r for r in panel.get("/api/world")["room"]["alarms"] if r["id"] == row["id"])["answer"] == "dispatched"
    panel.do("answer", state="closed", event=row["id"])
    panel.until_store("no more help", lambda store: store["lamp"]["look"] != "help")


def _journey(store: Json, id_: str) -> Json:
    return next((each for each in store["journeys"] if each["id"] == id_), {"steps": {}})
