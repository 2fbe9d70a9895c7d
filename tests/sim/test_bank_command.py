"""`ansim-sim bank` as somebody types it, with `ansim-agent commission` before it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO

import pytest

from sim.cli import main

_TIMEOUT_S = 60


@contextmanager
def begun(folder: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # Whoever waits for a word that does not come reads an end instead.
    patience = Timer(_TIMEOUT_S, process.kill)
    patience.start()
    with process:
        try:
            yield process
        finally:
            patience.cancel()
            process.kill()
            patience.join()


def read_until(pattern: str, stream: IO[str] | None) -> re.Match[str]:
    assert stream is not None
    said = ""
    for line in stream:
        said += " " + line.strip()
        found = re.search(pattern, said)
        if found:
            return found
    raise AssertionError(said)


def type_in(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{text}\n")
    process.stdin.flush()


def test_a_bank_is_commissioned_by_hands_at_another_terminal(tmp_path: Path) -> None:
    with begun(tmp_path, "sim", "bank", "--doors", "2", "--crossed", "01", "02") as bank:
        config = read_until(r"--config (\S+)", bank.stdout)[1]
        with begun(tmp_path, "device", "commission", "--config", config, "--lang", "en") as agent:
            read_until(r"\[Enter\] all are shut", agent.stdout)
            type_in(agent, "")
            read_until(r"Open door 01", agent.stdout)
            type_in(bank, "1")
            read_until(r"open: 01", bank.stdout)
            read_until(r"Shut door 01", agent.stdout)
            type_in(bank, "1")
            read_until(r"open: none", bank.stdout)
            # The locks' cables are exchanged.
            read_until(r"Door 01 was released", agent.stdout)
            read_until(r"open: 02", bank.stdout)
        assert bank.stdin is not None
        bank.stdin.close()
        assert bank.wait(_TIMEOUT_S) == 0

    assert list(tmp_path.iterdir()) == []


def test_a_feedback_wire_can_be_cut_and_a_number_mistyped(tmp_path: Path) -> None:
    with begun(tmp_path, "sim", "bank", "--doors", "1", "--cut", "01") as bank:
        config = read_until(r"--config (\S+)", bank.stdout)[1]
        with begun(tmp_path, "device", "commission", "--config", config, "--lang", "en") as agent:
            read_until(r"\[Enter\] all are shut", agent.stdout)
            type_in(agent, "")
            read_until(r"\[Enter\] it is open, and nothing happens", agent.stdout)
            type_in(bank, "2")
            read_until(r"no such door", bank.stdout)
            type_in(bank, "1")
            read_until(r"open: 01", bank.stdout)
            type_in(agent, "")
            read_until(r"Door 01 is open and nothing tells so. Its feedback wire is loose, cut", agent.stdout)
        bank.terminate()
        assert bank.wait(_TIMEOUT_S) == 0

    assert list(tmp_path.iterdir()) == []


def test_a_door_that_is_not_there_is_one_line_and_status_64(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bank", "--doors", "2", "--cut", "07"]) == 64
    assert capsys.readouterr().err == "ansim-sim bank: 07: doors 01 to 02 are there\n"
