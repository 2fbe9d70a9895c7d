"""The installer's terminal: keys in, a screen out. On a phone over ssh, or fed from a file."""

import os
import select
import termios
import tty
from types import TracebackType
from typing import Any, Self, TextIO

from device.commission.layout import COLUMNS, MANY_KEY, STOP_KEY, lines_of, on_enter, wrapped
from device.commission.view import Choice, Typed, View
from device.commission.words import Words
from device.errors import AgentError

_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_ENTER = frozenset("\r\n")
_RUBOUT = frozenset("\b\x7f")
# Ctrl-D: as a line that has ended.
_END = "\x04"
# An arrow, or Home, is several characters, with digits among them.
_ESCAPE = "\x1b"
_CHUNK_BYTES = 64
_MAX_TYPED = 40


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
        self._typed = ""
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
        self._shown, self._typed = view, ""
        lines = list(lines_of(view, self._words))
        if self._is_screen:
            lines[0] = f"{_BOLD}{lines[0]}{_PLAIN}"
        end = "" if view.asks_which and self._is_screen else "\n"
        self._write((_CLEAR if self._is_screen else "\n") + "\n".join(lines) + end)

    def tell(self, text: str) -> None:
        """Below what stands there."""
        is_behind = self._shown is not None and self._shown.asks_which and self._is_screen
        self._write("\n" * is_behind + "\n".join(wrapped(text, COLUMNS)) + "\n")

    def answer(self, view: View, timeout_s: float) -> Choice | Typed | None:
        """The answer to this view, which is shown, if one is given within this time. Raises Stopped."""
        for key in self._pressed(timeout_s):
            if key in _ENTER and self._typed == STOP_KEY:
                raise Stopped
            answer = self._letter(key, view) if view.asks_which else self._number(key, view)
            if answer is not None:
                return answer
        return None

    def _pressed(self, timeout_s: float) -> str:
        ready, _, _ = select.select([self._keys], [], [], timeout_s)
        if not ready:
            return ""
        try:
            pressed = os.read(self._keys, _CHUNK_BYTES).decode(errors="replace")
        except OSError as error:
            raise Stopped from error
        if not pressed or _END in pressed:
            raise Stopped
        return "" if _ESCAPE in pressed else pressed

    def _letter(self, key: str, view: View) -> Choice | Typed | None:
        """One more of a name, which ends with Enter."""
        if key in _ENTER and self._typed:
            # Whatever comes of it, it does not stay there.
            self._shown = None
            return Typed(self._typed)
        if key == MANY_KEY:
            return view.choices[0]
        if key in _RUBOUT and self._typed:
            self._typed = self._typed[:-1]
            self._echo("\b \b")
        elif key.isascii() and key.isprintable() and len(self._typed) < _MAX_TYPED:
            self._typed += key
            self._echo(key)
        return None

    def _forget_keys(self) -> None:
        if os.isatty(self._keys):
            try:
                termios.tcflush(self._keys, termios.TCIFLUSH)
            except termios.error as error:
                raise Stopped from error

    def _number(self, key: str, view: View) -> Choice | None:
        """The answer of one key."""
        self._typed = key if key == STOP_KEY else ""
        if key in _ENTER:
            return on_enter(view)
        number = int(key) if key.isdecimal() and key.isascii() else 0
        return view.choices[number - 1] if 1 <= number <= len(view.choices) else None

    def _echo(self, text: str) -> None:
        if self._is_screen:
            self._write(text)

    def _write(self, text: str) -> None:
        try:
            self._screen.write(text)
            self._screen.flush()
        except OSError as error:
            raise Stopped from error
