import re
from importlib import import_module
from pathlib import Path

from device.logic.bank.release import ReleaseResult
from device.logic.bank.states import DoorState
from device.logic.kinds import BANK_CODES
from device.logic.units import MS, S

PAGE = Path("docs/lockers.md").read_text(encoding="utf-8")
UNITS_NS = {"ms": MS, "s": S, "": 1}


def test_numbers_of_the_page_are_the_codes_own() -> None:
    rows = re.findall(r"^\| ([\d,]+)(?: (\w+))? \| `(bank\.\w+)\.(\w+)` \|", PAGE, re.MULTILINE)
    said = {(module, name): int(number.replace(",", "")) * UNITS_NS[unit] for number, unit, module, name in rows}
    assert said == {(module, name): getattr(import_module(f"device.logic.{module}"), name) for module, name in said}
    assert len(said) > 20


def test_page_names_every_state_every_result_and_every_event() -> None:
    words = {*DoorState, *ReleaseResult, *BANK_CODES}
    assert [word for word in words if f"`{word}`" not in PAGE] == []
