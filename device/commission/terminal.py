"""The installer's terminal: keys in, a screen out. On a phone over ssh, or fed from a file."""

import os
import select
import termios
import tty
from types import TracebackType
from typing import Any, Self, TextIO

from device.commission.layout import COLUMNS, STOP_KEY, lines_of, on_enter, wrapped
from device.commission.view import Choice, View
from device.commission.words import Words
from device.errors import AgentError

_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_ENTER = frozenset("\r\n")
_CHUNK_BYTES = 64


class Stopped(AgentError):
    """The installer has ended it, or his connection has. Nothing that was proved is lost."""


class Terminal:
    """One thread. A context manager: keys are read one by one meanwhile, and the terminal is as before in the end.

    Where the output is no terminal, each view is written once, without any control characters.
    """

    def __init__(self, words: Words, keys: int, screen: TextIO) -> None:
        """keys: the file descriptor that they come from."""
        self._words = words
        self._keys = keys
        self._screen = screen
        self._is_screen = screen.isatty()
        self._shown: View | None = None
        self._settings: list[Any] | None = None

    def __enter__(self) -> Self:
        if os.isatty(self._keys):
            self._settings = termios.tcgetattr(self._keys)
            # Ctrl-C still interrupts.
            tty.setcbreak(self._keys)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        settings, self._settings = self._settings, None
        if settings is not None:
            try:
                termios.tcsetattr(self._keys, termios.TCSADRAIN, settings)
            except termios.error:  # the line has gone, and its settings with it
                pass

    def show(self, view: View) -> None:
        """Draw it, if it is another than before. Raises Stopped where nobody can see it any more."""
        if view == self._shown:
            return
        if self._shown is None or view.choices != self._shown.choices or view.said != self._shown.said:
            # A key that was meant for the last question is no answer to this one.
            self._forget_keys()
        self._shown = view
        lines = list(lines_of(view, self._words))
        if self._is_screen:
            lines[0] = f"{_BOLD}{lines[0]}{_PLAIN}"
        self._write(_CLEAR if self._is_screen else "\n", "\n".join(lines))

    def tell(self, text: str) -> None:
        """Below what stands there."""
        self._write("", "\n".join(wrapped(text, COLUMNS)))

    def choice(self, choices: tuple[Choice, ...], timeout_s: float) -> Choice | None:
        """The answer, if one is given within this time. Raises Stopped."""
        ready, _, _ = select.select([self._keys], [], [], timeout_s)
        if not ready:
            return None
        try:
            pressed = os.read(self._keys, _CHUNK_BYTES)
        except OSError as error:
            raise Stopped from error
        if not pressed:
            raise Stopped
        for key in pressed.decode(errors="replace"):
            if key == STOP_KEY:
                raise Stopped
            if key in _ENTER:
                return on_enter(choices)
            number = int(key) if key.isdecimal() and key.isascii() else 0
            if 1 <= number <= len(choices):
                return choices[number - 1]
        return None

    def _forget_keys(self) -> None:
        if os.isatty(self._keys):
            try:
                termios.tcflush(self._keys, termios.TCIFLUSH)
            except termios.error as error:
                raise Stopped from error

    def _write(self, before: str, text: str) -> None:
        try:
            self._screen.write(f"{before}{text}\n")
            self._screen.flush()
        except OSError as error:
            raise Stopped from error
