"""The page of a bank says what the agent believes and what is so, and never one for the other."""

import pytest

from tests.browser.demo import Demo, door_of, newest_outcome
from tests.browser.desk import Desk
from tests.browser.test_bank import CARD, do, is_open, pick, says, send


def stands(desk: Desk) -> str:
    return desk.text(f"{CARD} .door-stands")


def more(desk: Desk) -> str:
    return desk.text("main > .story .more")


def test_a_door_that_reads_shut_while_it_is_open_is_told_as_both(bank: Desk) -> None:
    pick(bank, "04")
    do(bank, "force")
    bank.until(lambda: says(bank, "04", "forced"))
    do(bank, "trip")

    bank.until(lambda: "Door 04 reads shut" in bank.headline and "one switch" in bank.headline)
    bank.until(lambda: "It stands open: the agent cannot see that" in more(bank))
    bank.until(lambda: "stands open" in bank.text("main > [role=status]"))
    assert "has not noticed" in stands(bank)


def test_a_torn_strike_that_nothing_tells_of_is_said_on_the_card(bank: Desk) -> None:
    pick(bank, "09")
    do(bank, "strike")

    bank.until(lambda: "has not noticed" in stands(bank))


def test_a_cut_cable_is_no_forced_door(bank: Desk) -> None:
    pick(bank, "10")
    assert "cut cable" not in stands(bank)
    bank.run("document.querySelector('#door-card details').open = true")
    bank.click(f"{CARD} [data-act=cable][data-end=latch] [data-state=cut]")

    bank.until(lambda: "A cut cable looks the same to the agent" in stands(bank))
    assert says(bank, "10", "forced")
    bank.until(lambda: "To the agent door 10 is “forced”" in bank.headline and "It stands shut" in more(bank))


def test_a_door_that_moves_is_not_at_once_one_that_the_agent_is_wrong_about(bank: Desk, lockers: Demo) -> None:
    """It is late by a third of a second, and the page does not flicker."""
    pick(bank, "06")
    bank.run(
        "window.seen = []; new MutationObserver(() => seen.push(document.querySelector('.door-stands').textContent))"
        ".observe(document.querySelector('.door-stands'), {childList: true, characterData: true, subtree: true})"
    )
    do(bank, "force")
    bank.until(lambda: says(bank, "06", "forced"))

    assert bank.run("return seen.length") > 0
    assert bank.run("return seen.filter((words) => words.includes('noticed'))") == []


def test_a_door_whose_contact_alone_is_read_is_not_called_locked(bank: Desk, lockers: Demo) -> None:
    pick(bank, "23")
    lockers.act(do="lock-board", store=bank.store, bus="left", board=2, state="mute")

    bank.until(lambda: says(bank, "23", "closed"))
    bank.until(lambda: "contact on the door" in bank.text(f"{CARD} .door-means"))
    assert "locked, as far" not in bank.text(f"{CARD} .door-means")


def test_a_forced_door_is_on_the_tab_and_the_lamp_speaks_of_calls_for_help_alone(bank: Desk) -> None:
    tab = f".site[data-store='{bank.store}']"
    assert bank.text(f"{tab} .site-alarm") == ""

    pick(bank, "08")
    do(bank, "force")

    bank.until(lambda: bank.text(f"{tab} .site-alarm") == "1")
    assert "doors in alarm: 1" in str(bank.attribute(tab, "title"))
    assert "No call for help" in bank.text(".bank .lamp-words")
    do(bank, "shut")
    bank.until(lambda: bank.text(f"{tab} .site-alarm") == "")


def test_a_bank_without_power_is_gone_for_the_control_room_when_the_broker_says_so(bank: Desk, lockers: Demo) -> None:
    lockers.act(do="power", store=bank.store, state="off")

    bank.until(lambda: "no power" in bank.headline and "The broker has told the control room" in more(bank))
    assert lockers.world()["stores"][-1]["presence"] == "offline"


def test_without_a_router_nothing_is_being_told(bank: Desk, lockers: Demo) -> None:
    lockers.act(do="network", store=bank.store, state="refused")
    lockers.until(lambda world: not world["stores"][-1]["connected"])
    pick(bank, "12")
    do(bank, "force")

    bank.until(lambda: "Door 12 was forced" in bank.headline)
    assert "leaves in the moment in which there is a way" in more(bank)


@pytest.mark.parametrize(
    ("kind", "headline", "lesson"),
    [
        ("expired", "refused", "must not open a door now"),
        ("other-revision", "refused", "must know how it stands now"),
        ("replayed", "once and not twice", "gains nothing"),
        ("unsigned", "says a stranger", "signature is not the control room's"),
    ],
)
def test_what_a_wrong_command_teaches_stays_when_it_has_ended(
    bank: Desk, lockers: Demo, kind: str, headline: str, lesson: str
) -> None:
    pick(bank, "13")
    send(bank, kind)
    if kind == "unsigned":
        bank.until(lambda: "The control room knows" in more(bank))
    else:
        lockers.until(lambda world: newest_outcome(world) is not None)

    bank.until(lambda: headline in bank.headline and lesson in more(bank))
    assert is_open(bank, "13") is (kind == "replayed")


def test_commands_have_names_and_no_numbers(bank: Desk, lockers: Demo) -> None:
    pick(bank, "15")
    do(bank, "inspect-door")
    bank.click("[data-act=all]")

    bank.until(lambda: "Inspect 15" in bank.text(".messages > li[data-class=command] .where"))
    jti = lockers.world()["stores"][-1]["bank"]["commands"][0]["jti"]
    assert jti not in bank.text("main")
    bank.until(lambda: "Command done · Inspect 15" in bank.text(".earlier tbody"))


def test_all_doors_are_told_by_how_many_are_open_and_which_wait(bank: Desk, lockers: Demo) -> None:
    lockers.act(do="hold", store=bank.store, zone="key-switch")
    bank.until(lambda: "key switch is turned" in bank.headline)
    bank.click(".bank-whole [data-act=open-all]")
    bank.until(lambda: "of 24 are open" in bank.headline)

    lockers.until(lambda world: door_of(world, "24")["hook"] == "free", 60.0)

    bank.until(lambda: "waiting to be pulled: 23, 24" in more(bank))
    lockers.act(do="pull", store=bank.store, door="23")
    lockers.until(lambda world: newest_outcome(world) == "done", 60.0)
    bank.until(lambda: "24 did not open" in bank.headline)
    assert "23" not in bank.headline
