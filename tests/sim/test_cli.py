"""`ansim-sim demo` as somebody types it."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time

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


def test_press_on_the_screen_is_received_and_help_comes() -> None:
    with _Screen() as screen:
        screen.wait("system.started")
        screen.type(" ")
        screen.wait("lit: the control room has it")
        screen.type("d")
        screen.wait("slow pulses: help is coming")
        screen.type("l")
        screen.wait("느린 깜박임")
        screen.type("c")
        screen.wait("배선 끊김")
        screen.wait("trouble.line")
        screen.type("p")
        screen.wait("꺼짐: 이상 없음")
        screen.type("q")
        assert screen.status() == 0


class _Screen:
    """The demo on a real pseudo-terminal, and what it has shown so far."""

    def __init__(self) -> None:
        self._shown = b""

    def __enter__(self) -> "_Screen":
        self._ours, theirs = pty.openpty()
        environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "130", "LINES": "40"}
        self._process = subprocess.Popen(
            _COMMAND, stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT, env=environ, start_new_session=True
        )
        os.close(theirs)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, key: str) -> None:
        os.write(self._ours, key.encode())

    def wait(self, text: str) -> None:
        """Until the text stands on what has been shown since the last wait."""
        end_s = time.monotonic() + _TIMEOUT_S
        while text not in (shown := re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self._shown.decode("utf-8", "replace"))):
            assert time.monotonic() < end_s, f"never shown: {text}; but: {shown[-2000:]}"
            self._read()
        self._shown = b""

    def status(self) -> int:
        while self._read(end_is_fine=True):
            pass
        return self._process.wait(_TIMEOUT_S)

    def _read(self, *, end_is_fine: bool = False) -> bool:
        ready, _, _ = select.select([self._ours], [], [], _TIMEOUT_S)
        assert ready, f"the screen stood still on: {self._shown[-2000:].decode('utf-8', 'replace')}"
        try:
            self._shown += os.read(self._ours, 65536)
        except OSError:  # the other end is closed
            assert end_is_fine, "the demo ended"
            return False
        return True
