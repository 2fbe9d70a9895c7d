"""What the programs have in common at their start."""

import sys

import pytest

from device.usage import fill_streams


def test_a_stream_that_was_closed_is_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)

    fill_streams()

    with sys.stdin, sys.stdout, sys.stderr:
        print("lost", flush=True)
        assert (sys.stdin.read(), sys.stdin.isatty(), sys.stdout.isatty()) == ("", False, False)


def test_a_stream_that_is_there_stays() -> None:
    before = sys.stdin, sys.stdout, sys.stderr

    fill_streams()

    assert (sys.stdin, sys.stdout, sys.stderr) == before
