import pytest

from device.logic.command import Command, read_command
from device.logic.envelope import JsonObject, Refused, Typ
from tests.builders import make_keys
from tests.device.logic.letters import CONTROL_ROOM, DEVICE, command, letter

KEYS = make_keys(CONTROL_ROOM)


def test_good_command_is_read() -> None:
    assert read_command(command("17", "door.unlock"), DEVICE, KEYS) == Command("17", "door.unlock")


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
    ],
    ids=repr,
)
def test_command_without_name_or_jti_is_refused(changed: JsonObject) -> None:
    payload = {"aud": DEVICE, "jti": "1", "command": "test", **changed}
    with pytest.raises(Refused, match="payload"):
        read_command(letter(payload, Typ.COMMAND), DEVICE, KEYS)


def test_command_for_another_device_or_of_another_type_is_refused() -> None:
    with pytest.raises(Refused, match="audience"):
        read_command(command(device="store-0043"), DEVICE, KEYS)
    with pytest.raises(Refused, match="typ"):
        read_command(letter({"aud": DEVICE, "jti": "1", "command": "test"}), DEVICE, KEYS)
