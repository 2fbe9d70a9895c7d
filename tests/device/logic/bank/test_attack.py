import pytest

from device.logic.bank.attack import ATTACK_WINDOW_NS, Attack
from device.logic.bank.settings import Night
from device.logic.event import Happening
from device.logic.units import S
from tests.device.logic.bank.cabinet import NOON_NS, Cabinet, both


def _told(happenings: list[Happening]) -> list[str]:
    return [f"{each.subject} {each.what} {each.phase.value}" for each in happenings]


@pytest.mark.parametrize("tamper_ns", [-ATTACK_WINDOW_NS, 0, 2 * ATTACK_WINDOW_NS])
def test_two_faults_of_one_board_within_a_minute_of_an_open_cabinet_at_night_are_an_attack(tamper_ns: int) -> None:
    attack, told = Attack(), list[Happening]()
    steps = [(0, "01"), (ATTACK_WINDOW_NS, "02"), (tamper_ns, "")]
    for at_ns, door in sorted(steps):
        if door:
            told += attack.fault("left/1", door, True, at_ns, is_night=True)
        else:
            told += attack.tamper(True, at_ns, is_night=True)
    assert _told(told) == (["left/1 alarm.attack raised"] if tamper_ns <= ATTACK_WINDOW_NS else [])


@pytest.mark.parametrize(
    ("board", "gap_ns", "is_night"),
    [("left/2", 0, True), ("left/1", ATTACK_WINDOW_NS + 1, True), ("left/1", 0, False)],
    ids=["two boards", "too far apart", "by day"],
)
def test_faults_that_have_less_in_common_are_faults(board: str, gap_ns: int, is_night: bool) -> None:
    attack = Attack()
    told = attack.tamper(True, 0, is_night=is_night)
    told += attack.fault("left/1", "01", True, 5, is_night=is_night)
    told += attack.fault(board, "02", True, 5 + gap_ns, is_night=is_night)
    assert told == []


def test_attack_is_over_when_the_cabinet_is_shut_and_all_sensors_are_well() -> None:
    attack = Attack()
    attack.tamper(True, 0, is_night=True)
    attack.fault("left/1", "01", True, 1, is_night=True)
    attack.fault("left/1", "02", True, 2, is_night=True)
    assert attack.tamper(False, 3, is_night=True) == []
    assert attack.fault("left/1", "01", False, 4, is_night=True) == []
    restored = attack.fault("left/1", "02", False, 5, is_night=False)
    assert _told(restored) == ["left/1 alarm.attack restored"]


def test_two_sensors_that_flutter_while_the_cabinet_is_open_at_night_are_an_attack() -> None:
    cabinet = Cabinet(both(1), both(2), night=Night(11 * 60, 13 * 60, 0), utc_ns=NOON_NS).at(1_000)
    cabinet.bank.tamper(True, cabinet.now_ns)
    for change in range(8):
        for name in ("01", "02"):
            cabinet.reed(name, shut=change % 2 == 1)
        cabinet.later(100)
    assert cabinet.names()[-1] == "left/1 alarm.attack raised"
    assert cabinet.find("left/1 alarm.attack raised").detail == {"doors": ["01", "02"]}
    cabinet.bank.tamper(False, 2 * S)
    cabinet.later(80_000)
    assert cabinet.names()[-1] == "left/1 alarm.attack restored"
