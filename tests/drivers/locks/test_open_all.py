"""Opening every lock of a board."""

import ast
from pathlib import Path
from typing import Any

import pytest

from drivers import locks
from drivers.locks.frames import Unlock
from drivers.locks.modbus_relay import ModbusRelay
from drivers.locks.open_all import KeySwitch, OpenAll
from tests.drivers.locks.board_side import read_kerong, read_modbus, read_xor8a

OPEN_ALL = OpenAll(KeySwitch(turned_at_ns=5, source="service"))


@pytest.mark.parametrize(("board", "frame"), [(1, "8A 01 00 11 9A"), (2, "8A 02 00 11 99")])
def test_boards_that_speak_8a_take_lock_zero(board: int, frame: str) -> None:
    assert OPEN_ALL.xor8a(board) == (bytes.fromhex(frame),)
    assert read_xor8a(bytes.fromhex(frame)) == "open all"


def test_kerong_boards_have_a_command_for_it() -> None:
    assert OPEN_ALL.kerong_cu16(0) == (bytes.fromhex("02 00 33 03 38"),)
    assert read_kerong(*OPEN_ALL.kerong_cu16(9)) == "open all"


def test_relays_are_pulsed_one_after_the_other_and_never_left_on() -> None:
    frames = OPEN_ALL.modbus_relay(3, ModbusRelay(500))

    assert [read_modbus(frame) for frame in frames] == [(Unlock(3, lock), 500) for lock in range(1, 9)]


@pytest.mark.parametrize("board", [0, 33])
def test_boards_that_do_not_exist_are_refused(board: int) -> None:
    with pytest.raises(ValueError, match="allowed is 1–32"):
        OPEN_ALL.xor8a(board)


@pytest.mark.parametrize("board", [-1, 10, 15])
def test_all_boards_at_once_are_refused(board: int) -> None:
    with pytest.raises(ValueError, match="allowed is 0–9"):
        OPEN_ALL.kerong_cu16(board)


@pytest.mark.parametrize("key", [None, True, "service", 5, object()])
def test_nothing_but_a_key_will_do(key: Any) -> None:
    with pytest.raises(TypeError, match="key switch"):
        OpenAll(key)


def test_a_key_says_where_it_was_turned() -> None:
    with pytest.raises(ValueError, match="has a name"):
        KeySwitch(turned_at_ns=5, source="")


def test_no_other_module_of_the_package_knows_it() -> None:
    (folder,) = locks.__path__
    importers = [path.name for path in Path(folder).glob("*.py") if _imports(path, "drivers.locks.open_all")]

    assert importers == []


def _imports(path: Path, module: str) -> bool:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            if module in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                return True
        elif isinstance(node, ast.Import) and module in (alias.name for alias in node.names):
            return True
    return False
