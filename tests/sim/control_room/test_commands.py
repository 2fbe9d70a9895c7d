"""Commands to a locker bank: what is asked, in time or not, signed by whom."""

from itertools import count

import pytest

from device.logic.command import Command, read_command
from device.logic.envelope import Refusal, Refused
from device.logic.units import S
from drivers.ports import WallClock
from sim.acts.bank import CommandAct, Inspect, OpenAll, Unlock
from sim.acts.words import CommandState
from sim.control_room.commands import LIFE_S, CommandWriter, Written
from tests.builders import make_signer
from tests.sim.control_room.scene import ROOM, ROOM_KEYS, ROOM_SIGNER, UTC_NS

BANK = "bank-0007"
NOW = WallClock(7 * S, UTC_NS, synced=True)
NOW_S = UTC_NS // S


def _write(asked: CommandAct) -> Written:
    numbers = count(1)
    writer = CommandWriter(ROOM_SIGNER, make_signer(owner="stranger"), ROOM, lambda: f"jti-{next(numbers)}")
    return writer.write(asked, BANK, NOW)


def _read(written: Written) -> Command:
    return read_command(written.messages[0].payload, BANK, ROOM_KEYS)


@pytest.mark.parametrize(
    ("asked", "name", "door", "args"),
    [
        (Unlock(door="07"), "door.unlock", "07", {"door": "07"}),
        (Inspect(door="07"), "door.inspect", "07", {"door": "07"}),
        (Inspect(), "door.inspect", None, {}),
        (OpenAll(), "door.open_all", None, {}),
    ],
)
def test_a_command_says_what_is_asked(asked: CommandAct, name: str, door: str | None, args: dict[str, str]) -> None:
    written = _write(asked)
    command = _read(written)

    assert (written.command, written.door) == (name, door)
    assert (command.jti, command.name, command.args) == (written.jti, name, args)
    assert (command.issued_s, command.expires_s, command.revision) == (NOW_S, NOW_S + LIFE_S, None)
    assert [message.topic for message in written.messages] == [f"ansim/v1/{BANK}/command"]


def test_no_two_commands_have_one_name() -> None:
    numbers = count(1)
    writer = CommandWriter(ROOM_SIGNER, make_signer(owner="stranger"), ROOM, lambda: f"jti-{next(numbers)}")

    assert writer.write(OpenAll(), BANK, NOW).jti != writer.write(OpenAll(), BANK, NOW).jti


def test_an_expired_one_lives_no_longer_than_others_and_is_over() -> None:
    command = _read(_write(Unlock(door="07", state=CommandState.EXPIRED)))

    assert command.expires_s < NOW_S
    assert command.expires_s - command.issued_s == LIFE_S


def test_a_replayed_one_is_the_same_bytes_twice() -> None:
    first, second = _write(Unlock(door="07", state=CommandState.REPLAYED)).messages

    assert first == second


def test_one_about_another_revision_names_one_that_no_door_has() -> None:
    command = _read(_write(Unlock(door="07", state=CommandState.OTHER_REVISION)))

    # docs/lockers.md: revisions begin at 2^20 for the first start.
    assert command.revision is not None
    assert command.revision < 2**20


def test_one_that_is_unsigned_fits_no_key_of_the_control_room() -> None:
    with pytest.raises(Refused) as refused:
        _read(_write(Unlock(door="07", state=CommandState.UNSIGNED)))

    assert refused.value.reason in (Refusal.KID, Refusal.SIGNATURE)
