"""Starts a Mosquitto with a folder's own configuration, for a moment and on loopback only, to see whether it would."""

import getpass
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from provisioning.broker.config import CA_FILE, CONFIG_FILE, DATA_FOLDER, Setup, config_text

HOST = "127.0.0.1"
# Debian puts daemons where a user's PATH does not look.
_EXTRA_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
# It starts within tens of milliseconds; the rest is for a loaded machine.
_LIMIT_S = 10.0
_POLL_S = 0.02
# A port that was free a moment ago is only probably free.
_ATTEMPTS = 3
_PORT_TAKEN = "Address already in use"
_TIME_STAMP = re.compile(r"^\d+: ")
_MAX_LOG_BYTES = 64 * 1024


def find_mosquitto() -> Path | None:
    """The program, from PATH or the usual folders for daemons."""
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), *_EXTRA_FOLDERS])
    found = shutil.which("mosquitto", path=folders)
    return None if found is None else Path(found)


def try_folder(setup: Setup, program: Path) -> str | None:
    """Why the folder does not serve; None if TLS with the first of its names came about."""
    fault = None
    for _ in range(_ATTEMPTS):
        fault = _try_once(setup, program)
        if fault is None or _PORT_TAKEN not in fault:
            break
    return fault


def _try_once(setup: Setup, program: Path) -> str | None:
    try:
        context = ssl.create_default_context(cafile=setup.folder / CA_FILE)
        with tempfile.TemporaryDirectory(prefix="ansim-trial-") as name:
            state = Path(name)
            return _run(setup, program, state, context)
    except OSError as error:
        return f"no trial: {error.strerror or error}"


def _run(setup: Setup, program: Path, state: Path, context: ssl.SSLContext) -> str | None:
    port = _free_port()
    trial = replace(setup, port=port, bind=HOST, user=getpass.getuser())
    (state / DATA_FOLDER).mkdir()
    config = state / CONFIG_FILE
    config.write_text(config_text(trial, state), encoding="utf-8")
    log = state / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # no shell: the program, and a file of ours
            [program, "-c", config], stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
        )
    try:
        fault = _until_served(process, port, context, setup.names[0])
    finally:
        process.terminate()
        _reap(process)
    return f"{fault}: {_last_words(log)}" if fault is not None else None


def _until_served(process: subprocess.Popen[bytes], port: int, context: ssl.SSLContext, name: str) -> str | None:
    end_s = time.monotonic() + _LIMIT_S
    fault = "no answer"
    while time.monotonic() < end_s:
        try:
            process.wait(_POLL_S)
        except subprocess.TimeoutExpired:
            pass
        else:
            return "mosquitto does not start"
        try:
            with socket.create_connection((HOST, port), _LIMIT_S) as tcp:
                context.wrap_socket(tcp, server_hostname=name).close()
        except ssl.SSLError as error:
            return f"TLS does not come about: {getattr(error, 'verify_message', None) or error.reason}"
        except OSError as error:
            fault = f"no answer: {error.strerror or error}"
        else:
            return None
    return fault


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_words(log: Path) -> str:
    with log.open("rb") as file:
        text = file.read(_MAX_LOG_BYTES).decode("utf-8", "replace")
    lines = [_TIME_STAMP.sub("", line) for line in text.strip().splitlines()]
    errors = [line for line in lines if line.startswith("Error: ")]
    return ascii((errors or lines or ["it said nothing"])[-1][:200])[1:-1]


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        port: int = sock.getsockname()[1]
    return port
