"""Opening a GPIO back-end. What touches lgpio runs in a process of its own: the import starts a thread for good."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.errors import GpioError
from drivers.gpio_factory import open_factory, translated

_OPEN = """
import os, sys
sys.path.insert(0, {root!r})
from drivers.errors import GpioError
from drivers.gpio_factory import open_factory
before = os.getcwd()
try:
    open_factory().close()
    print("opened")
except GpioError as error:
    print(error)
assert "lgpio" in sys.modules, "lgpio was not imported"
assert before == os.getcwd(), "the working directory was left"
assert os.environ.get("LG_WD") == {lg_wd!r}, "the environment was changed"
"""

_ROOT = Path(__file__).parents[2]


def _open_in(folder: Path, tmp: Path, lg_wd: str | None = None) -> str:
    environ = {key: value for key, value in os.environ.items() if key not in {"GPIOZERO_PIN_FACTORY", "LG_WD"}}
    environ |= {"TMPDIR": str(tmp)} | ({} if lg_wd is None else {"LG_WD": lg_wd})
    code = _OPEN.format(root=str(_ROOT), lg_wd=lg_wd)
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def tmp(tmp_path: Path) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


def test_lgpio_leaves_no_file_and_no_trace_in_the_working_directory(tmp_path: Path, tmp: Path) -> None:
    folder = tmp_path / "cwd"
    folder.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    said = _open_in(folder, tmp, lg_wd=str(elsewhere))

    assert len(said.splitlines()) == 1
    assert not list(folder.iterdir())
    assert not list(elsewhere.iterdir())
    assert not list(tmp.iterdir())


def test_lgpio_opens_from_a_directory_where_nothing_can_be_written(tmp: Path) -> None:
    # Not even root writes into /proc.
    said = _open_in(Path("/proc"), tmp)

    assert len(said.splitlines()) == 1
    assert not list(tmp.iterdir())


@pytest.mark.skipif(bool(list(Path("/dev").glob("gpiochip*"))), reason="this machine has a GPIO chip")
def test_machine_that_is_no_pi_is_told_in_one_line(tmp_path: Path, tmp: Path) -> None:
    said = _open_in(tmp_path, tmp)

    assert "GPIO back-end lgpio: " in said
    assert "Raspberry Pi" in said


@pytest.mark.parametrize("name", ["mock", "MOCK"])
def test_back_end_can_be_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", name)

    factory = open_factory()

    assert type(factory).__name__ == "MockFactory"
    factory.close()


def test_unknown_back_end_is_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "abacus")

    with pytest.raises(GpioError, match=r"abacus is not known, .*lgpio.*mock"):
        open_factory()


def test_back_end_that_cannot_be_loaded_is_no_reason_to_take_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "rpigpio")
    monkeypatch.setitem(sys.modules, "RPi", None)

    with pytest.raises(GpioError, match="GPIO back-end rpigpio: cannot be loaded"):
        open_factory()


@pytest.mark.parametrize(
    ("mode", "advice"), [(0o000, "group gpio"), (0o600, "no other chip"), (None, "no /dev/gpiochip")]
)
def test_chip_that_cannot_be_opened_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int | None, advice: str
) -> None:
    if mode is not None:
        (tmp_path / "gpiochip0").touch()
    monkeypatch.setattr("drivers.gpio_factory.Path", lambda _: tmp_path)
    monkeypatch.setattr("os.access", lambda _path, _wanted: mode != 0)

    with pytest.raises(GpioError, match=advice), translated("GPIO back-end lgpio"):
        raise PermissionError("can not open gpiochip")
