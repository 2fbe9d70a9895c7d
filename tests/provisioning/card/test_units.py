"""The units are what systemd takes, and what the installing page says."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path("provisioning/card")
UNITS = sorted(FOLDER.glob("*.service"))


def keys(text: str, section: str) -> list[tuple[str, str]]:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[method-assign,assignment]  # systemd's keys have capitals
    parser.read_string(text)
    return parser.items(section)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong(unit: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        assert {"Unit", "Service", "Install"} == set(re.findall(r"^\[(\w+)\]$", unit.read_text(), re.MULTILINE))
        return

    done = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)

    # The program is not installed on the machine that tests.
    told = [line for line in done.stderr.splitlines() if unit.name in line and "is not executable" not in line]
    assert told == []


def test_the_agents_unit_is_the_documented_one_and_waits_for_an_identity() -> None:
    page = Path("docs/installing.md").read_text()
    documented = re.search(r"```ini\n(\[Unit\]\nDescription=Ansim agent.*?)```", page, re.DOTALL)
    ours = (FOLDER / "ansim-agent.service").read_text()

    assert documented is not None
    for section in ("Service", "Install"):
        assert keys(ours, section) == keys(documented[1], section)
    assert ("ConditionPathExists", "/var/lib/ansim/identity/device.crt") in keys(ours, "Unit")


def test_an_enrolled_device_does_not_wait_for_the_network() -> None:
    units = {unit.name: unit.read_text() for unit in UNITS}

    assert "network" not in " ".join(value for _, value in keys(units["ansim-agent.service"], "Unit"))
    assert "Before" not in dict(keys(units["ansim-enroll.service"], "Unit"))


def test_enrolment_is_tried_until_there_is_a_certificate() -> None:
    unit = (FOLDER / "ansim-enroll.service").read_text()

    assert ("ConditionPathExists", "!/var/lib/ansim/identity/device.crt") in keys(unit, "Unit")
    assert {("Restart", "on-failure"), ("RestartSec", "30"), ("User", "ansim")} <= set(keys(unit, "Service"))
