"""A real Mosquitto (2.0 or later) as a child process on free loopback ports."""

import getpass
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.mqtt.access_list import access_list
from sim.broker.mosquitto_files import config_text
from sim.broker.server_tls import ServerTls
from sim.errors import BrokerError

_LOG = logging.getLogger(__name__)

HOST = "127.0.0.1"
INSTALL = "apt install mosquitto"
# Debian puts daemons where a user's PATH does not look.
_EXTRA_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
# Starts within 11 ms on an idle machine; the rest is for a loaded one.
_READY_TIMEOUT_S = 10.0
_STOP_TIMEOUT_S = 10.0
_POLL_S = 0.005
# A free port is only probably still free when the broker binds it.
_PORT_ATTEMPTS = 5
_RUNNING = re.compile(r"mosquitto version (\S+) running")
_TIME_STAMP = re.compile(r"^\d+: ", re.MULTILINE)
_RELOADED = "Reloading config"
_PORT_TAKEN = "Address already in use"


def find_mosquitto(named: Path | None = None) -> Path | None:
    """The program: `named`, else $ANSIM_MOSQUITTO, else from PATH and the usual sbin folders.

    Raises BrokerError if one is named, by argument or variable, that cannot be run.
    """
    chosen = str(named) if named is not None else os.environ.get("ANSIM_MOSQUITTO")
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise BrokerError(f"{chosen}: not a program that can be run; a Mosquitto was expected ({INSTALL})")
        return Path(found)
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), *_EXTRA_FOLDERS])
    found = shutil.which("mosquitto", path=folders)
    return None if found is None else Path(found)


class Mosquitto:
    """One broker, one process. Not thread-safe: the thread that made it starts and stops it.

    Ports are chosen at the first start and kept. Without `folder` everything lives in a temporary one that
    `close` removes. `persistence` saves sessions and retained messages on `stop`; `kill` loses them, as in the field.
    With `control_room` (a user name) the access list of docs/protocol.md holds; without, everyone may do everything.
    On the plain listener the user name is believed without a password; on the TLS one it is the certificate's CN.
    """

    def __init__(
        self,
        *,
        binary: Path | None = None,
        folder: Path | None = None,
        plain: bool = True,
        tls: ServerTls | None = None,
        persistence: bool = False,
        control_room: str | None = None,
    ) -> None:
        """BrokerError if no program is found. ValueError if neither listener is wanted."""
        if not plain and tls is None:
            raise ValueError("a broker needs a plain or a TLS listener")
        found = find_mosquitto(binary)
        if found is None:
            raise BrokerError(f"no mosquitto found: {INSTALL}")
        self._binary = found
        self._temporary = tempfile.TemporaryDirectory(prefix="ansim-mosquitto-") if folder is None else None
        self._folder = Path(self._temporary.name) if self._temporary is not None else folder or Path()
        self._plain = plain
        self._tls = tls
        self._persistence = persistence
        self._control_room = control_room
        self._ports: tuple[int, int] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log_offset = 0

    @property
    def name(self) -> str:
        """For people: program and version."""
        found = _RUNNING.search(self.log())
        return f"Mosquitto {found[1]}" if found else "Mosquitto"

    @property
    def port(self) -> int:
        """The plain listener's, or the TLS one's if that is the only one. RuntimeError before the first start."""
        return self._chosen_ports()[0] if self._plain else self.tls_port

    @property
    def tls_port(self) -> int:
        """RuntimeError before the first start or without a TLS listener."""
        if self._tls is None:
            raise RuntimeError("this broker has no TLS listener")
        return self._chosen_ports()[1]

    @property
    def pid(self) -> int:
        """Of the running process, for measurements. RuntimeError when it is not running."""
        return self._running().pid

    def log(self) -> str:
        """All that the program has said since it was first started."""
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    def start(self) -> None:
        """Return when every listener accepts connections. BrokerError with the program's last words otherwise."""
        if self._process is not None:
            raise RuntimeError("this broker is running already")
        first = self._ports is None
        for _ in range(_PORT_ATTEMPTS):
            if first:
                self._ports = _free_ports()
            self._spawn()
            if self._becomes_ready():
                _LOG.info("%s listens on port %d", self.name, self.port)
                return
            self._process = None
            if _PORT_TAKEN not in self._news():
                break
        if first:
            self._ports = None
        raise BrokerError(f"{self._binary} did not start: {self._last_words()}")

    def stop(self) -> None:
        """End in good order: connections are closed, state is saved. Nothing happens when it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End as a power cut does, for the process: nothing is saved."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop if running, and start on the same ports with what was saved."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Stand still: the kernel still accepts connections and bytes, nobody answers. Returns when it stands."""
        process = self._running()
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._running().send_signal(signal.SIGCONT)

    def reload(self) -> None:
        """Read access list, certificates and CRL again. They hold for every connection made after the return."""
        process = self._running()
        seen = self.log().count(_RELOADED)
        process.send_signal(signal.SIGHUP)
        deadline_s = time.monotonic() + _READY_TIMEOUT_S
        while self.log().count(_RELOADED) == seen:
            if time.monotonic() > deadline_s or not _lives_on(process):
                raise BrokerError(f"{self._binary} did not reload: {self._last_words()}")

    def close(self) -> None:
        """Stop, and remove the temporary folder."""
        self.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _log_path(self) -> Path:
        return self._folder / "mosquitto.log"

    def _chosen_ports(self) -> tuple[int, int]:
        if self._ports is None:
            raise RuntimeError("the ports are chosen when the broker is first started")
        return self._ports

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("this broker is not running")
        return self._process

    def _spawn(self) -> None:
        config = self._write_files()
        with self._log_path.open("ab") as log:
            self._log_offset = log.tell()
            self._process = subprocess.Popen(
                [self._binary, "-c", config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C at the terminal is for us: the broker stays until the agent has said goodbye.
                process_group=0,
            )

    def _write_files(self) -> Path:
        plain_port, tls_port = self._chosen_ports()
        if self._control_room is not None:
            _write_private(self._folder / "acl", access_list(self._control_room))
        config = self._folder / "mosquitto.conf"
        text = config_text(
            self._folder,
            # Started by root it would become user `mosquitto`, who can read neither our keys nor this folder.
            user=getpass.getuser(),
            plain_port=plain_port if self._plain else None,
            tls_port=tls_port,
            tls=self._tls,
            persistence=self._persistence,
            acl=self._control_room is not None,
        )
        _write_private(config, text)
        return config

    def _becomes_ready(self) -> bool:
        """False if it ended instead. The log line first: a connection alone may have been taken by a stranger."""
        process = self._running()
        deadline_s = time.monotonic() + _READY_TIMEOUT_S
        while not (_RUNNING.search(self._news()) and _accepts(self.port)):
            if not _lives_on(process):
                return False
            if time.monotonic() > deadline_s:
                self.kill()
                return False
        return True

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        # A paused process takes SIGTERM only once it goes on.
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            _LOG.warning("mosquitto did not stop within %.0f s and was killed", _STOP_TIMEOUT_S)
            process.kill()
            process.wait()

    def _news(self) -> str:
        return self._log_path.read_bytes()[self._log_offset :].decode(errors="replace")

    def _last_words(self) -> str:
        lines = _TIME_STAMP.sub("", self._news()).strip().splitlines()
        errors = [line for line in lines if line.startswith("Error: ")]
        return (errors or lines or ["it said nothing"])[-1]


def _lives_on(process: subprocess.Popen[bytes]) -> bool:
    """Wait one poll interval, or less if the process ends."""
    try:
        process.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return True
    return False


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


def _accepts(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
