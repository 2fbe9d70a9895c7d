"""The key switch as the bank heeds it: on only while it is known to be."""

import pytest

from device.logic.bank.locker_bank import LockerBank
from device.logic.bank.settings import BankSettings
from device.logic.command import Command
from device.logic.event import Happening, Phase
from device.logic.kinds import NO_CODE
from device.logic.units import S
from drivers.ports import Beginning, WallClock
from tests.device.logic.bank.cabinet import BOTH

NOON_S = 1_795_867_200
RAISED, RESTORED = Phase.RAISED, Phase.RESTORED


class Keyed:
    """A bank with a key switch that is off."""

    def __init__(self) -> None:
        beginning = Beginning("00000007aaaaaaaa", None, 0, 0, same_boot=True, orderly=True, commands_from_ns=0)
        self._wall = WallClock(1_000 * S, NOON_S * S, synced=True)
        self._bank = LockerBank(BankSettings((BOTH,), key_zone="key"), beginning, self._wall)
        self._asked = 0

    def hear(self, what: str, phase: Phase, subject: str = "key") -> None:
        self._bank.heed(Happening(1_000 * S, what, subject, phase, NO_CODE))

    @property
    def may_open_all(self) -> bool:
        self._asked += 1
        command = Command(f"c-{self._asked}", "door.open_all", NOON_S, NOON_S + 60, {})
        outcomes = self._bank.command(command, 1_000 * S, self._wall)
        return not any(isinstance(each, Happening) for each in outcomes)


def test_key_is_on_while_it_is_turned() -> None:
    keyed = Keyed()
    assert not keyed.may_open_all
    keyed.hear("door.key", RAISED)
    assert keyed.may_open_all
    keyed.hear("door.key", RESTORED)
    assert not keyed.may_open_all


@pytest.mark.parametrize("trouble", ["trouble.line", "trouble.chatter", "trouble.stuck"])
def test_trouble_with_the_key_switch_is_no_key(trouble: str) -> None:
    keyed = Keyed()
    keyed.hear(trouble, RAISED)
    assert not keyed.may_open_all
    keyed.hear(trouble, RESTORED)
    assert not keyed.may_open_all


@pytest.mark.parametrize("trouble", ["trouble.line", "trouble.chatter"])
def test_key_that_cannot_be_believed_is_off_until_it_can(trouble: str) -> None:
    keyed = Keyed()
    keyed.hear("door.key", RAISED)
    keyed.hear(trouble, RAISED)
    assert not keyed.may_open_all
    keyed.hear(trouble, RESTORED)
    assert keyed.may_open_all


def test_key_that_is_left_on_is_on() -> None:
    keyed = Keyed()
    keyed.hear("door.key", RAISED)
    keyed.hear("trouble.stuck", RAISED)
    assert keyed.may_open_all


def test_another_zone_is_no_key() -> None:
    keyed = Keyed()
    keyed.hear("door.key", RAISED, "another")
    assert not keyed.may_open_all
