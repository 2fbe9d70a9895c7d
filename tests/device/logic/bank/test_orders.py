"""A command from being taken to its end."""

import json

import pytest

from device.logic.bank.release import ReleaseResult
from device.logic.bank.settings import BankSettings, DoorSettings, Reed
from device.logic.envelope import MAX_BYTES
from device.logic.event import Journal, Origin
from device.logic.units import S
from drivers.command_ports import CommandState, KeptCommand
from tests.builders import EPOCH, make_signer
from tests.device.logic.bank.order_desk import NOON_S, SETTINGS, START_NS, OrderDesk, kept

ALL = "door.open_all"
LOOK = "door.inspect"


# ---------------------------------------------------------------- durable first


def test_command_is_stored_before_anything_is_asked_of_the_bank() -> None:
    desk = OrderDesk(keeps=False)

    desk.unlock()
    before = list(desk.bank.asked)
    desk.disk()

    assert desk.stored == [
        KeptCommand("c-1", "door.unlock", "07", 1, NOON_S * S, (NOON_S + 60) * S, CommandState.TAKEN)
    ]
    assert before == []
    assert desk.bank.asked == [("07", "c-1")]


def test_command_that_the_disk_does_not_take_is_refused() -> None:
    desk = OrderDesk(keeps=False)
    desk.unlock()

    desk.disk(kept=False)

    assert (desk.bank.asked, desk.reasons()) == ([], ["not stored"])


def test_disk_that_hangs_until_the_command_has_expired_gets_it_refused_once() -> None:
    desk = OrderDesk(keeps=False)
    desk.unlock()

    desk.after(59.9)
    early = list(desk.told)
    desk.after(0.1)
    desk.disk()
    desk.disk(kept=False)

    assert early == []
    assert (desk.bank.asked, desk.reasons()) == ([], ["not stored"])


def test_answer_of_the_disk_that_comes_with_the_expiry_opens_nothing() -> None:
    desk = OrderDesk(keeps=False)
    desk.unlock()
    desk.now_ns += 60 * S

    desk.disk()

    assert (desk.bank.asked, desk.reasons()) == ([], ["expired"])


def test_bank_is_told_until_when_the_command_holds() -> None:
    desk = OrderDesk(keeps=False)
    desk.unlock()
    expires_ns = desk.now_ns + 60 * S
    desk.now_ns += 2 * S

    desk.disk()

    assert desk.bank.until_ns == [expires_ns]


def test_disk_that_answers_again_is_passed_over() -> None:
    desk = OrderDesk()
    desk.unlock()

    desk.disk()
    desk.disk(kept=False)
    desk.disk("c-2")

    assert (desk.bank.asked, desk.told) == ([("07", "c-1")], [])


def test_door_that_has_changed_while_the_disk_was_busy_is_not_opened() -> None:
    desk = OrderDesk(keeps=False)
    desk.unlock(revision=7)
    desk.bank.revisions["07"] = 8

    desk.disk()

    assert (desk.bank.asked, desk.reasons(), desk.told[-1].detail["revision"]) == ([], ["other revision"], 8)


def test_key_that_was_turned_back_while_the_disk_was_busy_opens_nothing() -> None:
    desk = OrderDesk(keeps=False)
    desk.orders.key_turned(is_on=True)
    desk.take(desk.command(name=ALL))
    desk.orders.key_turned(is_on=False)

    desk.disk()

    assert (desk.bank.asked, desk.reasons()) == ([], ["key switch is off"])


def test_refused_opening_does_not_count() -> None:
    desk = OrderDesk(keeps=False)
    for number in range(5):
        assert desk.unlock(f"c-{number}") == []
        desk.disk(f"c-{number}", kept=False)

    assert desk.reasons() == ["not stored"] * 5


# ---------------------------------------------------------------- how it ends


@pytest.mark.parametrize(
    ("result", "what", "word"),
    [
        (ReleaseResult.OPENED, "command.done", "result"),
        (ReleaseResult.ALREADY_OPEN, "command.done", "result"),
        (ReleaseResult.JAMMED, "command.done", "result"),
        (ReleaseResult.WRONG_DOOR, "command.done", "result"),
        (ReleaseResult.UNKNOWN, "command.unknown", "reason"),
        (ReleaseResult.EXPIRED, "command.refused", "reason"),
        (ReleaseResult.REFUSED, "command.refused", "reason"),
        (ReleaseResult.NOT_SENT, "command.refused", "reason"),
    ],
)
def test_what_became_of_the_door_is_told(result: ReleaseResult, what: str, word: str) -> None:
    desk = OrderDesk()
    desk.unlock()
    desk.now_ns += 1_500_000_000
    desk.bank.revisions["07"] = 9

    desk.released(result, opened="08")

    (told,) = desk.told
    assert (told.what, told.subject, told.at_ns) == (what, "c-1", desk.now_ns)
    expected = {"opened": "08", word: result.value, "after_ms": 1500, "revision": 9}
    assert told.detail == {"command": "door.unlock", "door": "07", **expected}


def test_words_of_the_bank_do_not_replace_those_of_the_command() -> None:
    desk = OrderDesk()
    desk.unlock()

    desk.released(ReleaseResult.JAMMED, state="x", name="x", door_="x", command="x")

    detail = desk.told[0].detail
    assert (detail["command"], detail["door"], detail["state"]) == ("door.unlock", "07", "x")


@pytest.mark.parametrize("result", [ReleaseResult.EXPIRED, ReleaseResult.REFUSED, ReleaseResult.NOT_SENT])
def test_opening_that_never_left_does_not_count(result: ReleaseResult) -> None:
    desk = OrderDesk()
    for number in range(5):
        assert desk.unlock(f"c-{number}") == []
        desk.released(result, f"c-{number}")

    assert desk.reasons() == [result.value] * 5


def test_release_that_somebody_else_asked_for_is_passed_over() -> None:
    desk = OrderDesk()
    desk.unlock()

    desk.released(ReleaseResult.OPENED, "a PIN")
    desk.released(ReleaseResult.OPENED, door="08")

    assert desk.told == []


def test_two_commands_are_told_apart() -> None:
    desk = OrderDesk()
    desk.unlock("a", args={"door": "01"})
    desk.unlock("b", args={"door": "02"})

    desk.released(ReleaseResult.JAMMED, "b", "02")
    desk.released(ReleaseResult.OPENED, "a", "01")

    assert [(told.subject, told.detail["door"], told.detail["result"]) for told in desk.told] == [
        ("b", "02", "jammed"),
        ("a", "01", "opened"),
    ]


# ---------------------------------------------------------------- the same again


def test_command_that_comes_again_while_it_is_under_way_is_passed_over() -> None:
    desk = OrderDesk(keeps=False)

    assert [desk.unlock() for _ in range(3)] == [[], [], []]
    desk.disk()
    assert desk.unlock() == []

    assert (len(desk.stored), desk.bank.asked) == (1, [("07", "c-1")])


def test_command_that_comes_again_afterwards_is_answered_once_and_not_repeated() -> None:
    desk = OrderDesk()
    desk.open("c-1")

    (told,) = desk.unlock()

    assert told.what == "command.refused"
    assert told.detail == {"command": "door.unlock", "reason": "seen before", "outcome": "done"}
    assert [desk.unlock(), desk.unlock(name=LOOK, args={})] == [[], []]
    assert (len(desk.stored), len(desk.bank.asked)) == (1, 1)


@pytest.mark.parametrize("name", ["door.burn", LOOK])
def test_what_was_answered_at_once_is_not_answered_again(name: str) -> None:
    desk = OrderDesk()
    desk.take(desk.command(name=name))

    assert desk.take(desk.command(name=name)) == []


def test_repeat_that_was_refused_is_not_answered_again_even_if_it_would_be_good_now() -> None:
    desk = OrderDesk(synced=False)
    command = desk.command()
    desk.take(command)
    desk.synced = True

    assert desk.take(command) == []
    assert desk.bank.asked == []


def test_replay_after_a_restart_is_answered_once() -> None:
    desk = OrderDesk(kept=(kept("c-1", CommandState.DONE, age_s=30),))
    command = desk.command(issued_s=NOON_S - 30, expires_s=NOON_S + 30)

    (told,) = desk.take(command)

    assert told.detail == {"command": "door.unlock", "reason": "seen before", "outcome": "done"}
    assert desk.take(command) == []
    assert desk.bank.asked == []


def test_replay_after_it_was_forgotten_has_expired() -> None:
    desk = OrderDesk()
    desk.orders.key_turned(is_on=True)
    command = desk.command()
    desk.take(command)
    desk.released(ReleaseResult.OPENED)
    for number in range(64):
        desk.open(f"later {number}")
    desk.after(86_400)

    (told,) = desk.take(command)

    assert (told.detail["reason"], len(desk.bank.asked)) == ("expired", 65)


def test_memory_is_kept_no_longer_than_needed() -> None:
    desk = OrderDesk(kept=tuple(kept(f"c-{number}", CommandState.DONE, opens=0) for number in range(65)))
    assert desk.orders.due_ns() == START_NS + 600 * S

    desk.after(601)

    assert desk.orders.due_ns() is None


# ---------------------------------------------------------------- a crash in between


def test_command_without_an_outcome_is_told_as_unknown_once_and_not_repeated() -> None:
    states = (CommandState.DONE, CommandState.TAKEN, CommandState.REFUSED, CommandState.UNKNOWN)
    desk = OrderDesk(kept=tuple(kept(state.value, state, age_s=20) for state in states))

    (told,) = desk.told
    assert (told.what, told.subject, told.at_ns) == ("command.unknown", "taken", START_NS)
    assert told.detail == {"reason": "restarted", "command": "door.unlock", "door": "07"}
    assert desk.orders.begin(START_NS) == []

    (again,) = desk.take(desk.command("taken", issued_s=NOON_S - 20, expires_s=NOON_S + 40))
    assert (again.detail["outcome"], desk.bank.asked) == ("unknown", [])


# ---------------------------------------------------------------- looking


def test_looking_at_a_door_tells_how_it_is_and_stores_nothing() -> None:
    desk = OrderDesk()
    desk.now_ns += 2 * S

    (told,) = desk.take(desk.command(name=LOOK, args={"door": "07"}, revision=7))

    assert (told.what, told.detail) == (
        "command.done",
        {
            "state": "secured",
            "for_ms": 3000,
            "revision": 7,
            "reed": "closed",
            "latch": "locked",
            "last": "secured",
            "seen_ms_ago": 2000,
            "command": LOOK,
            "door": "07",
        },
    )
    assert (desk.stored, desk.bank.asked) == ([], [])


def test_looking_at_all_doors_tells_each_state_and_revision() -> None:
    (told,) = (desk := OrderDesk()).take(desk.command(name=LOOK))

    assert told.detail["doors"] == {door.name: ["secured", 7] for door in SETTINGS.doors}


def test_look_at_the_largest_bank_fits_into_an_envelope() -> None:
    doors = tuple(DoorSettings(f"{number:040}", reed=Reed("GPIO5")) for number in range(128))
    desk = OrderDesk(settings=BankSettings(doors))
    desk.bank.revisions = {door.name: 2**52 for door in doors}

    (told,) = desk.take(desk.command("j" * 128, LOOK))
    record = Journal(Origin("d" * 40, EPOCH, "b" * 36), "p" * 43, make_signer()).write(told, desk.wall)

    # "secured" is 6 characters shorter than the longest word for a door.
    assert len(record.envelope) + 128 * 6 * 4 // 3 <= MAX_BYTES
    assert len(json.dumps(told.detail)) > 128 * 60
