"""`ansim-sim demo` as somebody types it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from sim.cli import main

_COMMAND = [sys.executable, "-m", "sim", "demo"]
_TIMEOUT_S = 60


def test_headless_tells_every_verified_event_as_json() -> None:
    ended = subprocess.run(
        [*_COMMAND, "--headless", "--duration", "3", "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
    )

    assert ended.returncode == 0, ended.stderr
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    raised = [event for event in events if event["type"].startswith("ansim.alarm.") and event["phase"] == "raised"]
    assert len(raised) >= 2
    assert {event["subject"] for event in raised} == {"counter-button", "panic-bell"}
    assert all(event["verified"] for event in events)
    assert len({event["id"] for event in events}) == len(events)


@pytest.mark.parametrize(
    "arguments",
    [["demo", "--json"], ["demo", "--headless", "--duration", "0"], ["demo", "--headless", "--duration", "soon"], []],
)
def test_wrong_usage_is_one_line_and_status_64(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 64
    assert capsys.readouterr().err.count("\n") == 1


def test_broker_that_is_no_program_is_one_line_and_status_69(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--headless", "--broker", "/nonexistent/mosquitto"]) == 69
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_panel_runs_until_it_is_told_to_stop_and_leaves_nothing_behind(
    tmp_path: Path, signal_number: signal.Signals
) -> None:
    with _demo(tmp_path, "--stores", "1", "--brokers", "1", "--no-browser") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
        with urlopen(f"{url}api/world", timeout=_TIMEOUT_S) as answer:
            world = json.load(answer)
        # As Ctrl-C in a terminal does: everybody in the group hears it.
        os.killpg(process.pid, signal_number)
        ended = process.wait(_TIMEOUT_S)
        assert process.stderr is not None
        said = process.stderr.read()

    assert [store["device"] for store in world["stores"]] == ["store-0042", "bank-0007"]
    assert (ended, said) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--stores", "0"],
        ["--stores", "13"],
        ["--banks", "3"],
        ["--brokers", "5"],
        ["--port", "65536"],
        ["--listen", "0.0.0.0:port"],
        ["--listen", ":80"],
    ],
)
def test_panel_that_is_asked_for_too_much_is_one_line_and_status_64(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", *arguments])

    assert ended.value.code == 64
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("where", [["--port", "0"], ["--listen", "127.0.0.1:0"]])
def test_port_0_is_a_free_one(where: list[str], tmp_path: Path) -> None:
    with _demo(tmp_path, "--stores", "1", "--banks", "0", "--brokers", "1", "--no-browser", *where) as process:
        assert process.stdout is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*/\n", process.stdout.readline())
        process.terminate()
        process.communicate(timeout=_TIMEOUT_S)


def test_port_that_is_taken_is_one_line_and_status_69(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with _demo(tmp_path, "--stores", "1", "--brokers", "1", "--no-browser", "--port", port) as process:
            said = process.communicate(timeout=_TIMEOUT_S)[1]

    assert process.returncode == 69
    assert said.count("\n") == 1
    assert port in said


@contextmanager
def _demo(tmp_path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """In a process group of its own; its temporary files are in tmp_path."""
    process = subprocess.Popen(
        [*_COMMAND, *arguments],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
