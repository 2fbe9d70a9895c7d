"""What somebody gets who installs the wheel: pytest finds the fixtures by itself."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.sim.testing.inner import ROOT, run

_PACKAGES = ("device", "drivers", "sim", "provisioning")
_PARTS = (*_PACKAGES, "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
_BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
_TEST = """\
from pathlib import Path
import sys

import sim


def test_ten_lines(world, store, control_room):
    assert Path(sim.__file__).is_relative_to(sys.prefix)
    store.press("counter-button")
    world.run_for("2s")
    assert store.lamp == "received"
    assert [alarm.subject for alarm in control_room.alarms()] == ["counter-button"]


def test_live(live_store):
    live_store.press("counter-button")
    assert live_store.wait_for("sent").subject == "counter-button"
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build_wheel(tmp_path_factory.mktemp("wheel"))


def _build_wheel(folder: Path) -> Path:
    """From a copy: building leaves traces."""
    source = folder / "source"
    for part in _PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / part, source / part)
    _call(sys.executable, "-c", _BUILD, str(folder), cwd=source)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _install(wheel: Path, venv: Path) -> Path:
    """The interpreter of a new environment. What the wheel needs is lent by this one, so that nothing is downloaded."""
    _call(sys.executable, "-m", "venv", "--without-pip", str(venv))
    python = venv / "bin" / "python"
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--no-compile")
    _call(sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel))
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def _call(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_has_every_file_of_its_packages(wheel: Path) -> None:
    ours = {
        str(path.relative_to(ROOT))
        for part in _PACKAGES
        for path in (ROOT / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.split("/")[0] in _PACKAGES}

    assert "sim/panel/page/index.html" in ours
    assert packed == ours


def test_pytest_finds_the_fixtures_of_the_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    python = _install(wheel, tmp_path / "venv")
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_mine.py").write_text(_TEST, encoding="utf-8")

    outcome = run([str(python), "-m", "pytest", "-W", "error", "-p", "no:cacheprovider"], project, {}, autoload=True)

    assert outcome.status == 0, outcome.text
    assert outcome.count("passed") == 2
