"""Tell systemd how we are (sd_notify(3), sd_watchdog_enabled(3)). Says nothing where systemd does not listen."""

import logging
import os
import socket
from collections.abc import Mapping

_LOG = logging.getLogger(__name__)


class ServiceManager:
    """Whoever started us, as named in the environment. Any thread; never blocks.

    `watchdog_s` is the time within which each `alive` must follow the last one; None: nobody watches. Call at least
    twice as often, and only when the main loop has really turned.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self.watchdog_s = _watchdog_s(environ) if self._address else None

    def ready(self) -> None:
        """Started: what waits for us may go on."""
        self._tell("READY=1")

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def status(self, text: str) -> None:
        """One line for people, shown by `systemctl status`."""
        self._tell("STATUS=" + " ".join(text.splitlines()))

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                # A service manager that does not read must not stop an alarm: rather lose the message than wait.
                sock.setblocking(False)
                sock.sendto(state.encode("utf-8", "replace"), self._address)
        except OSError as error:
            _LOG.debug("systemd was not told %s: %s", state, error)


def _address(name: str) -> str:
    """A path, or a name without a file, written with @ for the zero octet in front; anything else is not for us."""
    if name.startswith("@"):
        return "\0" + name[1:]
    return name if name.startswith("/") else ""


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    try:
        timeout_us = int(environ["WATCHDOG_USEC"])
        watched_pid = int(environ.get("WATCHDOG_PID", os.getpid()))
    except (KeyError, ValueError):
        return None
    return timeout_us / 1e6 if timeout_us > 0 and watched_pid == os.getpid() else None
