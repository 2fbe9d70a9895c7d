"""One agent at a time in the folder of the event store."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.errors import StoreTakenError
from drivers.store.folder import held

HOLDER = """
import signal, sys
from pathlib import Path
from drivers.store.folder import held

with held(Path(sys.argv[1])):
    print("held", flush=True)
    signal.pause()
"""


def test_a_folder_that_is_held_is_refused_by_name_until_it_is_free(tmp_path: Path) -> None:
    folder = tmp_path / "lib" / "state"

    with held(folder), pytest.raises(StoreTakenError, match=f"{folder}: another agent"), held(folder):
        pytest.fail("held twice")

    with held(folder):
        pass


def test_what_is_held_by_one_folder_holds_no_other(tmp_path: Path) -> None:
    with held(tmp_path / "a"), held(tmp_path / "b"):
        pass


def test_a_program_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(StoreTakenError), held(tmp_path):
                pass
        finally:
            other.kill()

    with held(tmp_path):
        pass


def test_a_child_does_not_hold_the_folder_after_its_parent(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('runs', flush=True); input()"]
    with held(tmp_path):
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False)
        # Up to its first instruction it is a part of its parent.
        assert child.stdout is not None
        assert child.stdout.readline() == b"runs\n"
    with child, held(tmp_path):
        child.communicate(b"\n")

    assert child.returncode == 0


def test_a_folder_that_cannot_be_made_holds_nobody_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("no folder")

    with caplog.at_level(logging.WARNING), held(tmp_path / "state"):
        pass

    assert "is not known" in caplog.text
