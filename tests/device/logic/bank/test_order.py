"""All doors at once, which takes the key on the bank."""

from typing import Any

import pytest

from device.logic.bank.order import GROUP
from device.logic.bank.release import ReleaseResult
from device.logic.bank.settings import BankSettings, DoorSettings, Reed
from tests.device.logic.bank.order_desk import LOCKED, OrderDesk

ALL = "door.open_all"


def all_doors(desk: OrderDesk) -> None:
    desk.orders.key_turned(is_on=True)
    assert desk.take(desk.command(name=ALL)) == []


def answer(desk: OrderDesk, results: dict[str, ReleaseResult]) -> None:
    """The bank opens door after door, until nothing is asked of it."""
    for door, _ in (asked := desk.bank.asked):
        assert len(asked) <= len(LOCKED)
        desk.released(results.get(door, ReleaseResult.OPENED), door=door)


def end_of_all(**results: ReleaseResult) -> tuple[str, dict[str, Any]]:
    desk = OrderDesk()
    all_doors(desk)
    answer(desk, {door.removeprefix("d"): result for door, result in results.items()})
    (told,) = desk.told
    return told.what, told.detail


def test_with_the_key_every_door_that_has_a_lock_is_opened_a_few_at_a_time() -> None:
    desk = OrderDesk()
    all_doors(desk)
    first = len(desk.bank.asked)

    answer(desk, {})

    assert first == GROUP
    assert [door for door, _ in desk.bank.asked] == [door.name for door in LOCKED]
    (told,) = desk.told
    assert (told.what, told.detail) == (
        "command.done",
        {"command": ALL, "doors": {"opened": 20}, "not_opened": [], "after_ms": 0},
    )


def test_opening_of_all_may_take_longer_than_a_command_lives() -> None:
    desk = OrderDesk()
    all_doors(desk)

    answer(desk, {})

    assert set(desk.bank.until_ns) == {None}


def test_doors_that_are_not_open_are_named() -> None:
    what, detail = end_of_all(d03=ReleaseResult.JAMMED, d05=ReleaseResult.ALREADY_OPEN, d09=ReleaseResult.UNKNOWN)

    assert what == "command.done"
    assert detail["doors"] == {"opened": 17, "jammed": 1, "already-open": 1, "unknown": 1}
    assert detail["not_opened"] == ["03", "09"]


@pytest.mark.parametrize(
    ("result", "what", "reason"),
    [
        (ReleaseResult.NOT_SENT, "command.refused", "not-sent"),
        (ReleaseResult.REFUSED, "command.refused", "not-sent"),
        (ReleaseResult.UNKNOWN, "command.unknown", "unknown"),
    ],
)
def test_end_of_all_says_when_nothing_was_sent_or_is_known(result: ReleaseResult, what: str, reason: str) -> None:
    told, detail = end_of_all(**{f"d{door.name}": result for door in LOCKED})

    assert (told, detail["reason"], len(detail["not_opened"])) == (what, reason, 20)


def test_key_that_is_turned_back_ends_the_opening_of_all() -> None:
    desk = OrderDesk()
    all_doors(desk)
    desk.released(ReleaseResult.OPENED, door="01")

    desk.orders.key_turned(is_on=False)
    answer(desk, {})

    assert len(desk.bank.asked) == GROUP + 1
    (told,) = desk.told
    assert told.detail["doors"] == {"opened": 9, "not-released": 11}
    assert told.detail["not_opened"][0] == "10"


def test_opening_of_all_does_not_count_against_the_limit() -> None:
    desk = OrderDesk()
    all_doors(desk)
    answer(desk, {})
    desk.orders.key_turned(is_on=False)

    assert [command.opens for command in desk.stored] == [0]
    assert desk.unlock("c-2") == []


def test_bank_without_a_lock_has_nothing_to_open() -> None:
    desk = OrderDesk(settings=BankSettings((DoorSettings("nook", reed=Reed("GPIO27")),), key_zone="key"))
    desk.orders.key_turned(is_on=True)

    (told,) = desk.take(desk.command(name=ALL))

    assert (told.what, told.detail["reason"]) == ("command.refused", "not-sent")
