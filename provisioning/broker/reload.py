"""Tells a broker to read its folder again. No connection ends by it."""

import os
import shlex
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from provisioning.broker.config import PID_FILE
from provisioning.errors import ReachError
from provisioning.model import Broker

RELOAD_LIMIT_S = 15.0

_COMM = "mosquitto"
_MAX_PID_BYTES = 32
_MAX_WORDS_BYTES = 2000
_MAX_LINE = 200


def reload_broker(broker: Broker) -> None:
    """Run its command, or send SIGHUP to the process in `data/mosquitto.pid`. Raises ReachError.

    Mosquitto takes up to 100 ms from the signal to the new list.
    """
    if broker.reload.strip():
        _run(broker)
    else:
        _send_signal(broker)


def _run(broker: Broker) -> None:
    try:
        words = shlex.split(broker.reload)
    except ValueError as error:
        raise ReachError(f"{_name(broker)}: reload command {broker.reload!r:.120}: {error}") from None
    # A file, not a pipe: what the command leaves running cannot make us wait for it.
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603  # no shell, and whose office this is has written the words
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        except (OSError, ValueError) as error:
            raise ReachError(f"{_name(broker)}: {words[:1]} cannot be run: {error}") from None
        status = _wait(process)
        if status != 0:
            how = f"no end within {RELOAD_LIMIT_S:g} s" if status is None else f"status {status}"
            raise ReachError(f"{_name(broker)}: {words[0]}: {how}{_last_words(output)}")


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """The exit status; None if it had to be killed, with all that it started."""
    try:
        return process.wait(RELOAD_LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def _last_words(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _MAX_WORDS_BYTES))
    lines = output.read().decode("utf-8", "replace").strip().splitlines()
    return f": {ascii(lines[-1][:_MAX_LINE])[1:-1]}" if lines else ""


def _send_signal(broker: Broker) -> None:
    path = Path(broker.folder) / PID_FILE
    pid = _read_pid(broker, path)
    try:
        # Of this process and of no later one with its number.
        descriptor = os.pidfd_open(pid)
    except OSError:
        raise ReachError(f"{_name(broker)}: not running: {path} names process {pid}, which is gone") from None
    try:
        comm = Path(f"/proc/{pid}/comm").read_text().strip()
        if comm == _COMM:
            signal.pidfd_send_signal(descriptor, signal.SIGHUP)
    except OSError as error:
        raise ReachError(f"{_name(broker)}: process {pid} cannot be told to reload: {error.strerror}") from None
    finally:
        os.close(descriptor)
    if comm != _COMM:
        raise ReachError(f"{_name(broker)}: {path} names process {pid}, which is {comm[:20]!r}, not {_COMM}")


def _read_pid(broker: Broker, path: Path) -> int:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_PID_BYTES).decode("ascii", "replace").strip()
    except OSError as error:
        raise ReachError(f"{_name(broker)}: not running here: {path}: {error.strerror}") from None
    # Linux has process ids up to 2^22 (proc(5), pid_max).
    if not text.isdecimal() or not 1 < int(text) <= 2**22:
        raise ReachError(f"{_name(broker)}: {path}: {text[:20]!r} is no process id")
    return int(text)


def _name(broker: Broker) -> str:
    return f"{broker.host}:{broker.port}"
