"""What is refused, and why: nothing of it moves a lock, and only what may pass is written down."""

from dataclasses import replace
from typing import Any

import pytest

from drivers.command_ports import CommandState
from tests.device.logic.bank.order_desk import NOON_S, SETTINGS, OrderDesk, kept

ALL = "door.open_all"
LOOK = "door.inspect"


def refused(desk: OrderDesk, name: str = "door.unlock", **changed: Any) -> str:
    """Why it is refused; nothing has been asked of the bank."""
    (told,) = desk.take(desk.command(name=name, **changed))
    assert (told.what, told.subject, told.detail["command"]) == ("command.refused", "c-1", name)
    assert desk.bank.asked == []
    return str(told.detail["reason"])


@pytest.mark.parametrize("name", ["door.burn", "DOOR.UNLOCK", "unlock", "custody.release"])
def test_command_that_nobody_knows_is_refused(name: str) -> None:
    assert refused(OrderDesk(), name) == "unknown command"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("door.unlock", {}),
        ("door.unlock", {"door": ""}),
        ("door.unlock", {"door": 7}),
        ("door.unlock", {"door": None}),
        ("door.unlock", {"door": ["07"]}),
        ("door.unlock", {"doors": "07"}),
        (LOOK, {"door": ""}),
        (LOOK, {"door": 7}),
        (ALL, {"door": "07"}),
    ],
)
def test_arguments_that_make_no_sense_are_refused(name: str, args: dict[str, Any]) -> None:
    assert refused(OrderDesk(), name, args=args) == "bad arguments"


@pytest.mark.parametrize("name", [ALL, LOOK])
def test_bank_as_a_whole_has_no_revision(name: str) -> None:
    assert refused(OrderDesk(), name, revision=7) == "bad arguments"


@pytest.mark.parametrize("name", ["door.unlock", LOOK])
def test_door_that_is_not_there_is_refused(name: str) -> None:
    assert refused(OrderDesk(), name, args={"door": "99"}) == "unknown door"


def test_door_that_nothing_can_release_is_refused() -> None:
    assert refused(OrderDesk(), args={"door": "nook"}) == "door without a lock"


def test_argument_that_is_not_known_is_passed_over() -> None:
    desk = OrderDesk()

    assert desk.unlock(args={"door": "07", "operator": "kim"}) == []
    assert desk.bank.asked == [("07", "c-1")]


@pytest.mark.parametrize("life_s", [-1, 0, 61, 3600])
@pytest.mark.parametrize("name", ["door.unlock", LOOK])
def test_command_that_lives_for_too_long_is_refused(name: str, life_s: int) -> None:
    desk = OrderDesk()

    assert refused(desk, name, expires_s=desk.now_s + life_s) == "lifetime not allowed"
    assert desk.stored == []


@pytest.mark.parametrize("name", ["door.unlock", LOOK])
@pytest.mark.parametrize("age_s", [60, 61, 7200])
def test_command_that_has_expired_is_refused(name: str, age_s: int) -> None:
    desk = OrderDesk()

    assert refused(desk, name, issued_s=NOON_S - age_s, expires_s=NOON_S - age_s + 60) == "expired"
    assert desk.stored == []


def test_command_is_taken_in_its_last_second() -> None:
    desk = OrderDesk()

    assert desk.unlock(issued_s=NOON_S - 59, expires_s=NOON_S + 1) == []


def test_command_may_be_issued_ten_seconds_ahead_and_no_more() -> None:
    assert OrderDesk().unlock(issued_s=NOON_S + 10, expires_s=NOON_S + 70) == []
    assert refused(OrderDesk(), issued_s=NOON_S + 11, expires_s=NOON_S + 70) == "issued in the future"


@pytest.mark.parametrize("name", ["door.unlock", ALL])
def test_nothing_is_opened_while_the_clock_cannot_be_trusted(name: str) -> None:
    assert refused(OrderDesk(synced=False), name) == "clock not synchronised"


def test_looking_needs_no_clock() -> None:
    desk = OrderDesk(synced=False)

    (told,) = desk.take(desk.command(name=LOOK, issued_s=1, expires_s=61))

    assert told.what == "command.done"


def test_another_revision_is_refused_and_the_present_one_told() -> None:
    desk = OrderDesk()

    assert refused(desk, revision=6) == "other revision"
    assert desk.told[-1].detail["revision"] == 7
    assert desk.unlock("c-2", revision=7) == []


def test_all_doors_are_opened_with_the_key_alone() -> None:
    assert refused(OrderDesk(), ALL) == "key switch is off"


def test_fourth_opening_in_ten_minutes_is_refused() -> None:
    desk = OrderDesk()
    for number in range(3):
        desk.open(f"o-{number}")
    desk.bank.asked.clear()

    assert refused(desk) == "too many openings"
    desk.after(600)
    assert desk.unlock("c-2") == []


def test_key_lifts_the_limit_and_what_it_opens_does_not_count() -> None:
    desk = OrderDesk()
    desk.orders.key_turned(is_on=True)
    for number in range(10):
        desk.open(f"o-{number}")
    desk.orders.key_turned(is_on=False)

    assert [command.opens for command in desk.stored] == [0] * 10
    for number in range(3):
        assert desk.unlock(f"c-{number}") == []
    (told,) = desk.unlock("c-3")
    assert told.detail["reason"] == "too many openings"


def test_limit_outlives_a_restart() -> None:
    states = (CommandState.DONE, CommandState.UNKNOWN, CommandState.TAKEN)
    desk = OrderDesk(kept=tuple(kept(state.value, state, age_s=300) for state in states))
    desk.told.clear()

    assert refused(desk) == "too many openings"
    desk.after(300)
    assert desk.unlock("c-2") == []


@pytest.mark.parametrize(("opens", "is_refused"), [(0, False), (2, False), (3, True)])
def test_earlier_command_counts_for_the_doors_that_it_opened(opens: int, is_refused: bool) -> None:
    desk = OrderDesk(kept=(kept("c-0", CommandState.DONE, opens=opens),))

    assert [told.detail["reason"] for told in desk.unlock()] == ["too many openings"] * is_refused


def test_refused_openings_of_earlier_runs_do_not_count() -> None:
    desk = OrderDesk(kept=tuple(kept(str(number), CommandState.REFUSED) for number in range(5)))

    assert desk.unlock() == []


def test_more_commands_than_can_be_remembered_are_refused() -> None:
    desk = OrderDesk()
    desk.orders.key_turned(is_on=True)
    for number in range(1_024):
        desk.open(str(number))
    desk.bank.asked.clear()

    assert refused(desk) == "too many commands"


# ---------------------------------------------------------------- a clock that is turned back


def test_old_command_does_not_come_back_to_life_with_a_clock_that_is_turned_back() -> None:
    desk = OrderDesk()
    old = desk.command("old")
    desk.after(86_400)
    desk.open("yesterday's last")
    desk.after(86_400)
    desk.behind_s = 2 * 86_400

    (told,) = desk.take(old)

    assert told.detail["reason"] == "expired"


def test_neither_does_it_after_a_restart() -> None:
    """The store never forgets the command that expires last."""
    desk = OrderDesk(kept=(kept("newest", CommandState.DONE, age_s=1000),), behind_s=2000)

    assert refused(desk) == "expired"


def test_machines_of_the_control_room_need_not_agree_to_the_second() -> None:
    desk = OrderDesk()
    desk.unlock("long", issued_s=NOON_S + 10, expires_s=NOON_S + 70)

    assert desk.unlock("short", issued_s=NOON_S - 9, expires_s=NOON_S + 1) == []


# ---------------------------------------------------------------- a memory that is lost


def test_without_a_memory_nothing_opens_that_was_issued_before_this_run() -> None:
    desk = OrderDesk(commands_from_ns=None)
    desk.after(30)

    for issued_s in (NOON_S - 20, NOON_S, NOON_S + 10):
        assert refused(desk, jti="c-1", issued_s=issued_s, expires_s=issued_s + 60) == "memory lost"
        desk = OrderDesk(commands_from_ns=None)
        desk.after(30)
    assert desk.unlock(issued_s=NOON_S + 11, expires_s=NOON_S + 71) == []


def test_memory_of_this_run_begins_when_the_clock_says_so_afterwards() -> None:
    """At the start, the clock was an hour slow."""
    desk = OrderDesk(commands_from_ns=None, synced=False, behind_s=3600)
    desk.after(30)
    desk.synced, desk.behind_s = True, 0

    assert refused(desk, issued_s=NOON_S - 5, expires_s=NOON_S + 55) == "memory lost"
    assert desk.unlock("c-2", issued_s=NOON_S + 11, expires_s=NOON_S + 71) == []


@pytest.mark.parametrize("is_asked_before", [True, False])
def test_clock_that_is_turned_back_brings_nothing_to_life_that_was_issued_before_this_run(
    is_asked_before: bool,
) -> None:
    desk = OrderDesk(commands_from_ns=None, synced=not is_asked_before)
    desk.synced = True
    if is_asked_before:
        desk.unlock("c-0", issued_s=NOON_S - 30, expires_s=NOON_S + 30)
    desk.bank.asked.clear()
    desk.after(600)
    desk.behind_s = 615

    assert desk.now_s == NOON_S - 15
    assert desk.unlock(issued_s=NOON_S - 20, expires_s=NOON_S + 40)[0].detail["reason"] == "memory lost"
    assert desk.unlock("c-2", issued_s=NOON_S - 6, expires_s=NOON_S + 40)[0].detail["reason"] == "memory lost"
    assert desk.bank.asked == []


def test_memory_that_begins_late_guards_what_was_before_it() -> None:
    desk = OrderDesk(commands_from_ns=(NOON_S - 40) * 1_000_000_000)

    assert refused(desk, issued_s=NOON_S - 30, expires_s=NOON_S + 30) == "memory lost"
    assert desk.unlock("c-2", issued_s=NOON_S - 29, expires_s=NOON_S + 31) == []


def test_looking_needs_no_memory() -> None:
    desk = OrderDesk(commands_from_ns=None)

    (told,) = desk.take(desk.command(name=LOOK, issued_s=NOON_S - 5, expires_s=NOON_S + 55))

    assert told.what == "command.done"


# ---------------------------------------------------------------- refusals that outlive a restart


@pytest.mark.parametrize(
    ("run", "changed"),
    [
        ({"synced": False}, {}),
        ({}, {"issued_s": NOON_S + 15, "expires_s": NOON_S + 75}),
        ({}, {"revision": 8}),
        ({}, {"name": ALL}),
        ({"commands_from_ns": None}, {"issued_s": NOON_S - 5, "expires_s": NOON_S + 55}),
        ({"settings": replace(SETTINGS, remote_opens=0)}, {}),
    ],
    ids=["clock", "ahead", "revision", "key", "memory", "limit"],
)
def test_refusal_that_may_pass_is_stored_before_it_is_told(run: dict[str, Any], changed: dict[str, Any]) -> None:
    desk = OrderDesk(**run)

    outcomes = desk.orders.take(desk.command(**changed), desk.now_ns, desk.wall)

    assert [type(outcome).__name__ for outcome in outcomes] == ["KeepCommand", "Happening"]
    (stored,) = [outcome.command for outcome in outcomes if hasattr(outcome, "command")]
    assert (stored.jti, stored.state, stored.opens) == ("c-1", CommandState.REFUSED, 0)


def test_refusal_of_a_command_from_far_ahead_is_not_stored_for_as_long() -> None:
    desk = OrderDesk()

    assert refused(desk, issued_s=NOON_S + 86_400, expires_s=NOON_S + 86_460) == "issued in the future"
    assert desk.stored == []


def test_answer_of_the_disk_to_a_refusal_changes_nothing() -> None:
    for keeps in (True, False):
        desk = OrderDesk(synced=False)
        desk.unlock()
        desk.disk(kept=keeps)
        assert (len(desk.told), desk.bank.asked) == (1, [])
