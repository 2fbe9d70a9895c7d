import pytest

from device.logic.command import Command, read_command
from device.logic.envelope import JsonObject, Refused, Typ
from tests.builders import make_keys
from tests.device.logic.letters import CONTROL_ROOM, DEVICE, command, letter

KEYS = make_keys(CONTROL_ROOM)
GOOD: JsonObject = {"aud": DEVICE, "iat": 100, "exp": 160, "jti": "17", "command": "door.unlock", "args": {"door": "7"}}


def read(**changed: object) -> Command:
    return read_command(letter({**GOOD, **changed}, Typ.COMMAND), DEVICE, KEYS)


def test_good_command_is_read() -> None:
    assert read() == Command("17", "door.unlock", 100, 160, {"door": "7"}, None)
    assert read(revision=12).revision == 12


def test_members_that_are_not_known_are_passed_over() -> None:
    assert read(iss="control-room", operator="kim") == read()


def test_command_that_expires_before_it_was_issued_is_in_good_form() -> None:
    assert read(exp=1).expires_s == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"jti": ""},
        {"jti": 1},
        {"jti": "x" * 129},
        {"jti": "a\nb"},
        {"command": ""},
        {"command": None},
        {"command": "\0"},
        {"iat": "soon"},
        {"iat": None},
        {"iat": -1},
        {"iat": True},
        {"exp": 160.0},
        {"exp": 2**32},
        {"args": None},
        {"args": ["7"]},
        {"args": {str(number): number for number in range(17)}},
        {"revision": None},
        {"revision": "12"},
        {"revision": -1},
        {"revision": 2**53},
        {"revision": False},
    ],
    ids=repr,
)
def test_command_out_of_form_is_refused(changed: JsonObject) -> None:
    with pytest.raises(Refused, match="payload"):
        read(**changed)


@pytest.mark.parametrize("member", ["iat", "exp", "jti", "command", "args"])
def test_command_that_lacks_a_member_is_refused(member: str) -> None:
    payload = {name: value for name, value in GOOD.items() if name != member}
    with pytest.raises(Refused, match="payload"):
        read_command(letter(payload, Typ.COMMAND), DEVICE, KEYS)


def test_command_for_another_device_or_of_another_type_is_refused() -> None:
    with pytest.raises(Refused, match="audience"):
        read_command(command(device="store-0043"), DEVICE, KEYS)
    with pytest.raises(Refused, match="typ"):
        read_command(letter({"aud": DEVICE, "jti": "1", "command": "test"}), DEVICE, KEYS)
