"""Boards that start in milliseconds: one process has everything imported, and forks itself for each of them.

A board that is started alone spends most of its time on imports; a campaign of a thousand power cuts cannot. The
process that forks never has a thread, so that a board begins as clean as one that was started alone. What a board
inherits is code alone: keys, files, sockets and random numbers are its own.
"""

import gc
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn, Self

# A request is a verb and its arguments, among them one path.
_REQUEST_BYTES = 16_384
_SEPARATOR = "\0"
_STILL_ON = "on"


class ForkedBoard:
    """A board's process, as RemoteBoard wants it. Belongs to the thread of its BoardForks."""

    def __init__(self, forks: "BoardForks", pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._forks = forks
        self._code: int | None = None
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self._code is None:
            answer = self._forks.ask("poll", str(self.pid))
            self._code = None if answer == _STILL_ON else int(answer)
        return self._code

    def wait(self) -> int:
        if self._code is None:
            self._code = int(self._forks.ask("wait", str(self.pid)))
        return self._code

    def kill(self) -> None:
        """SIGKILL. The number is still its own: nobody else waits for it."""
        if self.poll() is None:
            os.kill(self.pid, 9)


class BoardForks:
    """Starts boards: `start` goes into RemoteBoard. A context manager; one thread."""

    def __init__(self, log: Path) -> None:
        """log: where what the boards write to standard error goes."""
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "sim.board.forks", str(theirs.fileno())]
        with theirs, log.open("ab") as errors:
            self._server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=[theirs.fileno()],
                # Ctrl-C at the terminal is for us: the boards are told to stop in good order.
                process_group=0,
            )

    def start(self, options: Sequence[str]) -> ForkedBoard:
        """A board with the options of sim.board.process."""
        orders, write_orders = os.pipe()
        read_lines, lines = os.pipe()
        try:
            answer = self.ask("start", *options, files=[orders, lines])
        except BaseException:
            os.close(write_orders)
            os.close(read_lines)
            raise
        finally:
            os.close(orders)
            os.close(lines)
        return ForkedBoard(self, int(answer), os.fdopen(write_orders, "wb", 0), os.fdopen(read_lines, "rb"))

    def ask(self, *request: str, files: Sequence[int] = ()) -> str:
        """One request, one answer. ConnectionError if the process that forks is gone."""
        socket.send_fds(self._socket, [_SEPARATOR.join(request).encode()], list(files))
        answer = self._socket.recv(_REQUEST_BYTES)
        if not answer:
            raise ConnectionError("the process that forks boards has ended")
        return answer.decode()

    def close(self) -> None:
        """End the process; boards that still run end with their standard input."""
        self._socket.close()
        self._server.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# ------------------------------------------------------------ the process that forks


def _serve(control: socket.socket) -> None:
    # Whoever asks for boards needs none of it.
    from sim.board import process  # noqa: PLC0415 - as above

    # What is here stays for good: children need not copy it only because it is counted.
    gc.freeze()
    while True:
        data, files, _, _ = socket.recv_fds(control, _REQUEST_BYTES, 2)
        if not data:
            return
        verb, *arguments = data.decode().split(_SEPARATOR)
        if verb == "start":
            answer = str(_fork(control, arguments, files, process.main))
        else:
            answer = _end_of(int(arguments[0]), os.WNOHANG if verb == "poll" else 0)
        control.send(answer.encode())


def _fork(control: socket.socket, options: list[str], files: list[int], run: Callable[[], int]) -> int:
    pid = os.fork()
    if pid == 0:
        control.close()
        _be_board(options, files, run)
    for file in files:
        os.close(file)
    return pid


def _be_board(options: list[str], files: list[int], run: Callable[[], int]) -> NoReturn:
    code = 1
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        sys.argv[1:] = options
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  for as long as the process lasts
        code = run()
    except BaseException:  # noqa: BLE001  whatever it is, it must not reach the loop of the process that forks
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _end_of(pid: int, options: int) -> str:
    ended, status = os.waitpid(pid, options)
    return str(os.waitstatus_to_exitcode(status)) if ended else _STILL_ON


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as control_socket:
        _serve(control_socket)
