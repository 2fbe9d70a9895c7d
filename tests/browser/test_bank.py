"""What somebody, a fitter and the control room do at a locker bank, and what the page shows of it."""

import pytest

from tests.browser.demo import Demo, bank_of, door_of
from tests.browser.desk import Desk

CARD = "#door-card"


def door(name: str) -> str:
    return f".door[data-door='{name}']"


def pick(desk: Desk, name: str) -> None:
    desk.click(door(name))
    desk.until(lambda: desk.text("#door-card-title") == f"Door {name}")


def do(desk: Desk, what: str) -> None:
    desk.click(f"{CARD} [data-act={what}]")


def send(desk: Desk, kind: str = "good") -> None:
    desk.click(f"{CARD} [data-act=unlock][data-state={kind}]")


def says(desk: Desk, name: str, state: str) -> bool:
    return desk.attribute(door(name), "data-state") == state


def is_open(desk: Desk, name: str) -> bool:
    return desk.attribute(door(name), "data-open") == "true"


def answer(desk: Desk) -> str:
    return desk.text(f"{CARD} .door-answer")


def note(desk: Desk) -> str:
    return desk.text(f"{CARD} .doings .door-note")


def jam(desk: Desk) -> None:
    if not desk.shown(f"{CARD} [data-act=mechanism]"):
        desk.click(f"{CARD} summary")
    desk.click(f"{CARD} [data-act=mechanism] [data-state=jammed]")


def test_a_stranger_sees_all_doors_and_is_told_to_pick_one(bank: Desk) -> None:
    assert len(bank.all(".door")) == 24
    assert "Pick a door" in bank.text(CARD)
    assert not bank.shown(f"{CARD} [data-act=unlock]")


def test_a_door_that_is_being_unlocked_is_not_asked_for_twice(bank: Desk, lockers: Demo) -> None:
    before = len(unlockings(lockers, "02"))
    pick(bank, "02")
    jam(bank)
    bank.until(lambda: bank.shown(f"{door('02')} .door-broken"))

    bank.run("for (let n = 0; n < 15; n++) document.querySelector('#door-card [data-state=good]').click()")
    bank.until(lambda: bank.attribute(f"{CARD} [data-act=unlock]", "aria-disabled") == "true")
    send(bank)
    do(bank, "inspect-door")
    bank.until(lambda: "Inspect 02" in answer(bank))

    assert len(unlockings(lockers, "02")) == before + 1
    lockers.until(lambda world: door_of(world, "02")["state"] == "jammed", 40.0)
    bank.until(lambda: bank.attribute(f"{CARD} [data-act=unlock]", "aria-disabled") is None)


def unlockings(lockers: Demo, name: str) -> list[object]:
    commands = bank_of(lockers.world())["commands"]
    return [each for each in commands if (each["command"], each["door"]) == ("door.unlock", name)]


def test_one_button_frees_hooks_too(bank: Desk, lockers: Demo) -> None:
    for name in ("09", "24"):
        lockers.act(do="force", store=bank.store, door=name, breaks="strike")
    lockers.until(lambda world: door_of(world, "09")["open"] and door_of(world, "24")["open"])
    lockers.act(do="force", store=bank.store, door="03")
    lockers.act(do="trip", store=bank.store, door="03")
    bank.click("[data-act=faults]")
    bank.until(lambda: "hook caught" in bank.text(".in-force") and bank.text(".in-force").count("strike torn") == 2)

    bank.click("[data-act=mend]")

    bank.until(lambda: "Nothing is broken" in bank.text(".in-force"))
    for name in ("03", "09", "24"):
        lockers.act(do="shut", store=bank.store, door=name)
    lockers.until(lambda world: not any(each["open"] for each in bank_of(world)["doors"]))


def test_a_door_that_is_unlocked_springs_open_and_can_be_pushed_shut(bank: Desk) -> None:
    pick(bank, "03")
    send(bank)

    bank.until(lambda: is_open(bank, "03") and says(bank, "03", "open"))
    bank.until(lambda: "opened" in answer(bank))
    bank.until(lambda: "Door 03 is open" in bank.headline)

    do(bank, "shut")
    bank.until(lambda: not is_open(bank, "03") and says(bank, "03", "closed"))
    bank.until(lambda: "Door 03 reads shut" in bank.headline)


def test_a_large_door_must_be_pulled(bank: Desk, lockers: Demo) -> None:
    pick(bank, "23")
    send(bank)
    lockers.until(lambda world: door_of(world, "23")["hook"] == "free")
    bank.until(lambda: "Pull it" in bank.headline)
    assert not is_open(bank, "23")

    do(bank, "pull")

    bank.until(lambda: is_open(bank, "23") and says(bank, "23", "open"))
    bank.until(lambda: "opened" in answer(bank))


def test_a_forced_door_is_an_alarm_before_the_control_room(bank: Desk) -> None:
    pick(bank, "08")
    do(bank, "force")

    bank.until(lambda: says(bank, "08", "forced") and bank.attribute(door("08"), "data-mood") == "alarm")
    bank.until(lambda: "Door 08 was forced" in bank.headline)
    bank.until(lambda: "Door forced" in bank.text(".room .what"))
    assert "Door 08" in bank.text(".room .where")
    assert "forced" in str(bank.attribute(door("08"), "aria-label"))


def test_a_strike_that_is_torn_off_is_not_seen_where_the_hook_alone_is_watched(bank: Desk) -> None:
    pick(bank, "09")
    do(bank, "strike")

    bank.until(lambda: is_open(bank, "09"))
    bank.until(lambda: "torn off" in bank.text(f"{CARD} .door-stands"))
    assert says(bank, "09", "closed")


def test_what_does_not_move_is_said(bank: Desk) -> None:
    pick(bank, "04")
    for deed, words in (("pull", "does not move"), ("trip", "out of reach"), ("shut", "shut already")):
        do(bank, deed)
        bank.until(lambda words=words: words in note(bank))  # type: ignore[misc]  # bound now
    assert not is_open(bank, "04")

    do(bank, "force")
    bank.until(lambda: is_open(bank, "04") and note(bank) == "")
    for deed in ("pull", "force", "strike"):
        do(bank, "shut")
        bank.until(lambda: not is_open(bank, "04"))
        do(bank, "force")
        bank.until(lambda: is_open(bank, "04"))
        do(bank, deed)
        bank.until(lambda: "open already" in note(bank))


def test_a_hook_that_was_tripped_keeps_the_door_from_shutting(bank: Desk, lockers: Demo) -> None:
    lockers.act(do="adapter", store=bank.store, bus="left", state="out")  # else the agent frees it at once
    pick(bank, "05")
    do(bank, "force")
    bank.until(lambda: is_open(bank, "05"))
    do(bank, "trip")
    bank.until(lambda: bank.attribute(door("05"), "data-hook") == "engaged")

    do(bank, "shut")

    bank.until(lambda: "bounces back" in note(bank))
    assert is_open(bank, "05")

    do(bank, "untrip")
    bank.until(lambda: bank.attribute(door("05"), "data-hook") == "free")
    do(bank, "untrip")
    bank.until(lambda: "free already" in note(bank))
    do(bank, "shut")
    bank.until(lambda: not is_open(bank, "05"))
    lockers.act(do="adapter", store=bank.store, bus="left", state="in")


@pytest.mark.parametrize(
    ("kind", "words"),
    [("expired", "its time is over"), ("other-revision", "no longer as the command says"), ("unsigned", "no answer")],
)
def test_a_wrong_command_opens_nothing(bank: Desk, kind: str, words: str) -> None:
    pick(bank, "10")
    send(bank, kind)

    bank.until(lambda: words in answer(bank))
    assert not is_open(bank, "10")


def test_a_command_that_is_sent_twice_is_carried_out_once(bank: Desk) -> None:
    pick(bank, "11")
    send(bank, "replayed")

    bank.until(lambda: "once and not twice" in answer(bank))
    assert is_open(bank, "11")


def test_all_doors_are_not_opened_unless_the_key_is_turned(bank: Desk, lockers: Demo) -> None:
    bank.click(".bank-whole [data-act=open-all]")
    bank.until(lambda: "key switch is not turned" in bank.text(".commands li:first-child .outcome"))
    assert not any(each["open"] for each in bank_of(lockers.world())["doors"])

    bank.click(".bank-key")
    bank.until(lambda: bank.pressed(".bank-key") and "The key is turned" in bank.text(".bank-whole .door-note"))


def test_inspecting_tells_how_a_door_stands(bank: Desk) -> None:
    pick(bank, "12")
    do(bank, "inspect-door")

    bank.until(lambda: "it is closed" in answer(bank))


def test_a_jammed_lock_is_a_trouble_and_is_mended_by_one_button(bank: Desk, lockers: Demo) -> None:
    pick(bank, "13")
    jam(bank)
    bank.until(lambda: bank.shown(f"{door('13')} .door-broken"))
    send(bank)

    lockers.until(lambda world: door_of(world, "13")["state"] == "jammed", 40.0)
    bank.until(lambda: says(bank, "13", "jammed") and "does not open" in bank.headline)

    bank.click("[data-act=faults]")
    bank.click("[data-act=mend]")
    lockers.until(lambda world: door_of(world, "13")["mechanism"] == "good")
    bank.until(lambda: not bank.shown(f"{door('13')} .door-broken"))


def swap_with(desk: Desk, other: str) -> None:
    if not desk.shown(f"{CARD} [data-act=swap]"):
        desk.click(f"{CARD} summary")
    desk.probe("choose", f"{CARD} [data-act=swap]", other)


def partner(lockers: Demo, name: str) -> object:
    return door_of(lockers.world(), name)["swapped_with"]


def test_locks_whose_cables_are_exchanged_open_the_wrong_door(bank: Desk, lockers: Demo) -> None:
    pick(bank, "17")
    swap_with(bank, "18")
    bank.until(lambda: "lock cable exchanged with Door 17" in str(bank.attribute(door("18"), "aria-label")))
    assert bank.shown(f"{door('17')} .door-broken")

    send(bank)

    bank.until(lambda: is_open(bank, "18") and says(bank, "18", "wrong-door"))
    assert not is_open(bank, "17")
    bank.until(lambda: "wrong door opened" in bank.headline)

    bank.click("[data-act=faults]")
    bank.click("[data-act=mend]")
    lockers.until(lambda world: door_of(world, "17")["swapped_with"] is None)
    bank.until(lambda: not bank.shown(f"{door('18')} .door-broken"))


def test_a_cable_is_exchanged_with_one_other_at_a_time(bank: Desk, lockers: Demo) -> None:
    pick(bank, "19")
    swap_with(bank, "20")
    bank.until(lambda: partner(lockers, "20") == "19")

    pick(bank, "21")
    options = [option.get_attribute("value") for option in bank.all(f"{CARD} [data-act=swap] option")]
    assert "22" in options
    assert not {"19", "20", "21"} & set(options)

    pick(bank, "19")
    assert bank.find(f"{CARD} [data-act=swap]").get_property("value") == "20"
    swap_with(bank, "22")
    bank.until(lambda: (partner(lockers, "19"), partner(lockers, "20")) == ("22", None))
    swap_with(bank, "")
    bank.until(lambda: (partner(lockers, "19"), partner(lockers, "22")) == (None, None))


def test_a_cut_cable_reads_open_while_the_door_is_shut(bank: Desk) -> None:
    pick(bank, "14")
    if not bank.shown(f"{CARD} [data-act=cable]"):
        bank.click(f"{CARD} summary")
    bank.click(f"{CARD} [data-act=cable][data-end=latch] [data-state=cut]")

    bank.until(lambda: says(bank, "14", "forced"))
    assert not is_open(bank, "14")


def test_only_a_large_door_has_a_contact_of_its_own_to_cut(bank: Desk) -> None:
    pick(bank, "14")
    assert bank.find(f"{CARD} [data-end=reed]").get_property("hidden")

    pick(bank, "24")
    assert not bank.find(f"{CARD} [data-end=reed]").get_property("hidden")


def test_without_the_adapter_nothing_is_known_and_nothing_is_made_up(bank: Desk, lockers: Demo) -> None:
    if not bank.shown(".bank-whole [data-act=adapter]"):
        bank.click(".bank-whole summary")
    bank.click(".bank-whole [data-act=adapter] [data-state=out]")

    bank.until(lambda: says(bank, "01", "unknown") and says(bank, "22", "unknown"))
    bank.until(lambda: "line to the lock boards" in bank.headline)

    bank.click(".bank-whole [data-act=adapter] [data-state=in]")
    lockers.until(lambda world: door_of(world, "01")["state"] == "closed")


@pytest.mark.parametrize("state", ["mute", "absent", "bad-checksum"])
def test_a_lock_board_that_cannot_be_heard_leaves_its_doors_unknown(bank: Desk, lockers: Demo, state: str) -> None:
    if not bank.shown(".bank-whole [data-act=lock-board]"):
        bank.click(".bank-whole summary")
    bank.probe("choose", ".bank-whole [data-act=lock-board][data-board='2']", state)

    bank.until(lambda: says(bank, "13", "unknown"))
    assert says(bank, "01", "closed")

    bank.probe("choose", ".bank-whole [data-act=lock-board][data-board='2']", "well")
    lockers.until(lambda world: door_of(world, "13")["state"] == "closed")


def test_the_panic_button_is_an_alarm_like_any_other(bank: Desk) -> None:
    bank.click(".bank-panic")

    bank.until(lambda: "The control room has it" in bank.headline)
    bank.until(lambda: bank.attribute(".bank .lamp", "data-look") == "received")


def test_the_cover_and_the_plug_go_both_ways(bank: Desk, lockers: Demo) -> None:
    bank.click(".bank-flap")
    bank.until(lambda: bank.pressed(".bank-flap") and "alarm" in bank.text(".bank-flap .state"))

    bank.click(".bank-whole [data-act=bank-mains] [data-state=off]")
    lockers.until(lambda world: world["stores"][-1]["on_battery"])
    bank.click(".bank-whole [data-act=bank-mains] [data-state=on]")
    lockers.until(lambda world: not world["stores"][-1]["on_battery"])


def test_doors_stand_after_a_power_cut_as_they_stood_before(bank: Desk, lockers: Demo) -> None:
    pick(bank, "16")
    do(bank, "force")
    bank.until(lambda: says(bank, "16", "forced"))

    lockers.act(do="power", store=bank.store, state="off")
    bank.until(lambda: says(bank, "16", "none") and "no power" in bank.text(door("16")))
    assert is_open(bank, "16")

    lockers.act(do="power", store=bank.store, state="on")
    bank.until(lambda: says(bank, "16", "found-open"))
    assert is_open(bank, "16")


def test_a_store_and_a_bank_each_have_their_own_page(bank: Desk) -> None:
    assert bank.shown(".bank")
    assert not bank.shown(".counter")

    bank.click(".site:nth-child(1)")
    bank.until(lambda: bank.shown(".counter") and not bank.shown(".bank") and not bank.shown(".bank-whole"))


def test_the_example_for_curl_is_a_command_that_works(bank: Desk) -> None:
    command = bank.text(".take:last-child pre")
    body = command[command.index("{") : command.rindex("}") + 1]

    assert bank.probe("post", body) == 200
    bank.until(lambda: is_open(bank, "01"))
