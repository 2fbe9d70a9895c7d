"""Runs the errands: a child process asks the office, and what it has staged is loaded and handed to the agent."""

import logging
import ssl
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from threading import Lock, Thread

from device.credentials import Credentials, Shown
from device.logic.renewal import name_of
from drivers.errors import KeyFileError
from drivers.ports import Clock, ErrandDone, Post, Promoted

_LOG = logging.getLogger(__name__)

# Six requests of at most ten seconds each, and twice that for a slow board.
_ERRAND_TIMEOUT_S = 120.0
_MAX_REASON = 300


class ChildRenewer:
    """A `Renewer`. The errand is a process of its own: what it needs to know of HTTP and X.509 never stays in memory.

    Facts are posted from the thread "renewer", which exists from the first request on.
    """

    def __init__(
        self,
        credentials: Credentials,
        command: Sequence[str],
        show: Callable[[ssl.SSLContext | None], None],
        post: Post,
        clock: Clock,
        staged: Shown | None = None,
    ) -> None:
        """command: runs one errand and ends with 0, or with one line on standard error. show: `MqttLink.present`."""
        self._credentials = credentials
        self._command = tuple(command)
        self._show = show
        self._post = post
        self._clock = clock
        self._in_force = credentials.in_force
        self._staged = staged
        self._presented = self._in_force
        # Held for two assignments: the main loop presents while the thread may refresh.
        self._presenting = Lock()
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._child: Popen[str] | None = None
        self._closed = False

    def run_errand(self) -> None:
        self._ask(self._errand)

    def promote(self) -> None:
        self._ask(self._promote)

    def present(self, staged: bool) -> None:
        with self._presenting:
            self._present(self._staged if staged and self._staged is not None else self._in_force)

    def _present(self, shown: Shown) -> None:
        self._presented = shown
        self._show(shown.tls)

    def close(self) -> None:
        self._closed = True
        child = self._child
        if child is not None:
            child.terminate()
        if self._thread is not None:
            self._tasks.put(None)
            self._thread.join()

    def _ask(self, task: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="renewer", daemon=True)
            self._thread.start()
        self._tasks.put(task)

    # ------------------------------------------------------------ the thread "renewer"

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            if self._closed:
                return
            task()

    def _errand(self) -> None:
        keys = None
        try:
            failed = self._run_child()
            self._staged = self._load_staged()
            self._refresh()
            keys = self._credentials.load_control_room()
        except (KeyFileError, OSError) as fault:
            failed = str(fault)
        staged = None if self._staged is None else self._staged.identity
        self._post(ErrandDone(self._clock.monotonic_ns(), failed, keys, staged))

    def _run_child(self) -> str | None:
        """Why it failed; None if it did not."""
        with Popen(self._command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, text=True, errors="replace") as child:
            self._child = child
            if self._closed:
                child.terminate()
            try:
                said = child.communicate(timeout=_ERRAND_TIMEOUT_S)[1]
            except TimeoutExpired:
                child.kill()
                return f"no end after {_ERRAND_TIMEOUT_S:.0f} s"
            finally:
                self._child = None
        return None if child.returncode == 0 else _last_line(said) or f"exit status {child.returncode}"

    def _refresh(self) -> None:
        """The errand may have brought other authorities: the next connection trusts those."""
        fresh, known = self._credentials.load_in_force(), self._in_force
        # What was proved but could not be put in force on the disk is not given up for what is there.
        if name_of(fresh.identity) == name_of(known.identity):
            with self._presenting:
                self._in_force = fresh
                if self._presented is known:
                    self._present(fresh)

    def _load_staged(self) -> Shown | None:
        """What waits on the disk; the one that is known already, if it is the same."""
        shown, known = self._credentials.load_staged(), self._staged
        return (
            known
            if shown is not None and known is not None and name_of(known.identity) == name_of(shown.identity)
            else shown
        )

    def _promote(self) -> None:
        # Proved is proved, whatever the disk says: nothing goes back to the former key before the next start.
        self._in_force = self._presented
        if self._presented is self._staged:
            failed = self._put_in_force()
        else:
            failed = "another identity was staged while one was being proved"
        self._post(Promoted(self._clock.monotonic_ns(), failed))

    def _put_in_force(self) -> str | None:
        try:
            self._credentials.promote()
        except (KeyFileError, OSError) as fault:
            return str(fault)
        self._staged = None
        return None


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return "".join(c for c in lines[-1] if c.isprintable())[:_MAX_REASON] if lines else ""
