"""A locker bank over HTTP: a real agent, real serial ports, and every act on doors, locks and lines."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sim.acts.bank import BankAct, Force, Unlock
from sim.acts.reading import ACTS
from sim.panel.panel import Panel, Setup
from sim.panel.places import BANKS, PLACES
from sim.panel.server import PanelServer
from sim.scenario.model import Deed
from sim.scenario.reading import parse
from tests.sim.panel.client import Json, PanelClient, store_of

BANK = BANKS[0].device
SHUT = ("closed", "secured")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelServer]:
    """A store and a bank, one broker."""
    setup = Setup(folder=tmp_path_factory.mktemp("panel"), places=(*PLACES[:1], *BANKS[:1]), brokers=1)
    with Panel(setup) as panel, PanelServer(panel) as running:
        yield running


@pytest.fixture(scope="module")
def panel(server: PanelServer) -> PanelClient:
    """With every door shut, and seen to be."""
    client = PanelClient(server.url)
    client.until_store("all doors", lambda store: all(door["state"] in SHUT for door in _doors(store)), BANK)
    return client


def _doors(store: Json) -> Json:
    return store["bank"]["doors"]


def _door(store: Json, name: str) -> Json:
    return next(door for door in _doors(store) if door["name"] == name)


def _do(panel: PanelClient, do: str, **arguments: object) -> None:
    panel.do(do, BANK, **arguments)


def _until(panel: PanelClient, name: str, **members: object) -> Json:
    def is_so(store: Json) -> bool:
        door = _door(store, name)
        return all(door[member] == value for member, value in members.items())

    return _door(panel.until_store(f"door {name}: {members}", is_so, BANK), name)


def _outcome(panel: PanelClient) -> Json:
    """What came of the newest command."""

    def newest(store: Json) -> Json:
        return store["bank"]["commands"][0]

    return newest(panel.until_store("an outcome", lambda store: newest(store)["outcome"] is not None, BANK))


@contextmanager
def _key_turned(panel: PanelClient) -> Iterator[None]:
    def key(store: Json) -> Json:
        return next(zone for zone in store["zones"] if zone["type"] == "key")

    _do(panel, "hold", zone="key-switch")
    panel.until_store("the key", lambda store: key(store)["state"] == "raised" and store["bank"]["key"] == "on", BANK)
    yield
    _do(panel, "release", zone="key-switch")
    panel.until_store("no key", lambda store: key(store)["state"] == "normal", BANK)


def test_every_act_on_a_bank_has_a_test() -> None:
    tested = [name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")]
    words = [word for word, act in ACTS.items() if issubclass(act, BankAct)]

    assert [word for word in words if not any(name.startswith(f"{word}-") for name in tested)] == []


def test_a_store_has_no_bank_and_a_bank_has_no_counter(panel: PanelClient) -> None:
    world = panel.get("/api/world")

    assert store_of(world, PLACES[0].device)["bank"] is None
    assert [zone["type"] for zone in store_of(world, BANK)["zones"]] == ["panic", "key", "mains", "battery", "tamper"]
    assert panel.post({"do": "press", "store": BANK, "zone": "counter-button"})[0] == 422
    assert panel.post({"do": "pull", "store": BANK, "door": "99"})[0] == 422


# Before any lock has its pulse: a door that moves while a coil is live is another door's wrong one.


def test_shut_latches_a_door_again(panel: PanelClient) -> None:
    _do(panel, "force", door="02")
    _until(panel, "02", open=True, state="forced")

    _do(panel, "shut", door="02")

    _until(panel, "02", open=False, hook="engaged", state="closed")


def test_force_is_an_alarm_of_that_door(panel: PanelClient) -> None:
    before = panel.ids(BANK)

    _do(panel, "force", door="03")

    row = panel.until_raised("03", before, "ansim.alarm.forced", BANK)
    assert (row["class"], row["phase"]) == ("alarm", "raised")
    assert not any(dot["id"] == row["id"] for dot in panel.get("/api/world")["latency"])


def test_cable_that_is_shorted_blinds_the_agent(panel: PanelClient) -> None:
    _do(panel, "cable", door="05", sensor="latch", state="stuck")
    _do(panel, "force", door="05")

    assert _until(panel, "05", open=True)["state"] == "closed"

    _do(panel, "cable", door="05", sensor="latch", state="whole")
    _until(panel, "05", state="forced")


def test_unlock_opens_a_door_and_its_outcome_is_an_event_that_was_verified(panel: PanelClient) -> None:
    _do(panel, "unlock", door="01")

    _until(panel, "01", open=True, state="open")
    outcome = _outcome(panel)
    assert (outcome["command"], outcome["door"], outcome["outcome"]) == ("door.unlock", "01", "done")
    assert outcome["result"] == "opened"
    assert outcome["after_ms"] > 0


def test_pull_opens_what_is_released_and_nothing_else(panel: PanelClient) -> None:
    _do(panel, "pull", door="23")
    _do(panel, "unlock", door="23")
    assert not _until(panel, "23", hook="free")["open"]

    _do(panel, "pull", door="23")

    _until(panel, "23", open=True, state="open")


def test_trip_keeps_a_door_with_two_sensors_from_counting_as_shut(panel: PanelClient) -> None:
    _do(panel, "force", door="24")
    _until(panel, "24", open=True)

    _do(panel, "trip", door="24")

    assert _until(panel, "24", hook="engaged")["open"]


def test_untrip_lets_a_door_be_shut_that_was_tripped(panel: PanelClient) -> None:
    _do(panel, "force", door="08")
    _until(panel, "08", open=True)
    _do(panel, "trip", door="08")
    _until(panel, "08", hook="engaged")

    _do(panel, "untrip", door="08")
    _until(panel, "08", open=True, hook="free")
    _do(panel, "shut", door="08")

    _until(panel, "08", open=False, hook="engaged")


def test_cables_of_two_locks_that_are_exchanged_open_the_wrong_door(panel: PanelClient) -> None:
    before = panel.ids(BANK)
    _do(panel, "swap", zone="09", other="10")
    assert _until(panel, "10", swapped_with="09")["name"] == "10"
    assert panel.post({"do": "swap", "store": BANK, "zone": "10", "other": "11"})[0] == 422
    assert panel.post({"do": "swap", "store": BANK, "zone": "11", "other": "11"})[0] == 422

    _do(panel, "unlock", door="09")

    panel.until_raised("10", before, "ansim.alarm.wrong_door", BANK)
    _do(panel, "swap", zone="10", other="09")
    _until(panel, "09", open=False, swapped_with=None)
    _do(panel, "shut", door="10")
    _until(panel, "10", open=False)


def test_mechanism_that_jams_is_a_trouble(panel: PanelClient) -> None:
    before = panel.ids(BANK)
    _do(panel, "mechanism", door="04", state="jammed")
    _do(panel, "unlock", door="04")

    panel.until_raised("04", before, "ansim.trouble.jammed", BANK)

    _do(panel, "mechanism", door="04", state="good")
    assert _until(panel, "04", mechanism="good")["strike"] == "whole"


def test_inspect_tells_how_a_door_stands(panel: PanelClient) -> None:
    _do(panel, "inspect", door="12")

    outcome = _outcome(panel)
    assert (outcome["command"], outcome["outcome"], outcome["result"]) == ("door.inspect", "done", "closed")
    assert _until(panel, "12")["revision"] is not None

    def told(world: Json) -> Json:
        return next((row for row in world["room"]["alarms"] if row["subject"] == outcome["jti"]), None)

    row = told(panel.until("the control room to be told", lambda world: told(world) is not None))
    assert {name: row["detail"][name] for name in ("command", "door")} == {"command": "door.inspect", "door": "12"}


@pytest.mark.parametrize(("state", "reason"), [("expired", "expired"), ("other-revision", "other revision")])
def test_unlock_that_must_not_be_obeyed_is_refused(panel: PanelClient, state: str, reason: str) -> None:
    _do(panel, "unlock", door="12", state=state)

    outcome = _outcome(panel)
    assert (outcome["state"], outcome["outcome"], outcome["reason"]) == (state, "refused", reason)
    assert not _until(panel, "12")["open"]


def test_unlock_by_a_stranger_is_a_trouble_and_has_no_outcome(panel: PanelClient) -> None:
    _do(panel, "unlock", door="12", state="unsigned")

    store = panel.until_store("the trouble", lambda store: "message" in store["troubles"], BANK)
    assert store["bank"]["commands"][0]["outcome"] is None
    assert not _door(store, "12")["open"]


def test_coil_noise_opens_nothing_but_what_was_asked_for(panel: PanelClient) -> None:
    before = panel.ids(BANK)
    _do(panel, "coil-noise", bus="left", state="on")
    _do(panel, "unlock", door="13")
    _until(panel, "13", state="open")
    assert _outcome(panel)["result"] == "opened"
    _do(panel, "coil-noise", bus="left", state="off")

    rows = panel.get("/api/world")["room"]["alarms"]
    assert [row["type"] for row in rows if row["id"] not in before and row["class"] == "alarm"] == []


def test_lock_board_that_says_nothing_leaves_its_doors_unknown(panel: PanelClient) -> None:
    _do(panel, "lock-board", bus="left", board=2, state="mute")

    _until(panel, "22", state="unknown")
    assert _until(panel, "12")["state"] == "closed"

    _do(panel, "lock-board", bus="left", board=2, state="well")
    _until(panel, "22", state="closed")


def test_adapter_that_is_pulled_out_leaves_all_doors_unknown(panel: PanelClient) -> None:
    before = panel.ids(BANK)
    _do(panel, "adapter", bus="left", state="out")

    panel.until_raised("left", before, "ansim.trouble.bus", BANK)
    _until(panel, "12", state="unknown")

    _do(panel, "adapter", bus="left", state="in")
    _until(panel, "12", state="closed")


def test_open_all_is_refused_without_the_key_and_opens_all_with_it(panel: PanelClient) -> None:
    _do(panel, "open-all")
    assert _outcome(panel)["reason"] == "key switch is off"

    with _key_turned(panel):
        _do(panel, "open-all")
        for name in ("06", "12", "22"):
            _until(panel, name, open=True)


def test_a_power_cut_moves_no_door(panel: PanelClient) -> None:
    _do(panel, "power", state="off")
    dark = _until(panel, "06", state=None)
    assert dark["open"]

    _do(panel, "power", state="on")

    assert _until(panel, "06", state="found-open")["open"]


def test_what_was_done_to_a_bank_is_a_scenario_that_can_be_read(panel: PanelClient) -> None:
    _, _, toml = panel.ask("GET", "/api/scenario")

    scenario = parse(toml.decode(), "recorded.toml")

    (bank,) = [shop.written for shop in scenario.shops if shop.written.id == BANK]
    assert (bank.bank, bank.doors) == ("xor8a", 24)
    done = {type(step.act) for step in scenario.steps if isinstance(step, Deed) and step.store == BANK}
    assert done >= {Force, Unlock}
