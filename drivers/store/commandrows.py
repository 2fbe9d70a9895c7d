"""The rows of kept commands in SQLite."""

import zlib
from collections.abc import Callable
from typing import Any

from drivers.command_ports import CommandState, Conclusion, KeptCommand
from drivers.store.commands import MAX_COMMANDS, bygone

_Row = tuple[Any, ...]
_SELECT = "SELECT id, jti, name, subject, opens, taken_ns, expires_ns, state, checksum FROM commands"


class CommandRows:
    """One table of an open database. Not thread-safe. Every method may raise Unusable."""

    def __init__(self, run: Callable[[str, _Row], list[_Row]]) -> None:
        """run: carries out one statement and gives all its rows."""
        self._run = run

    def read(self) -> tuple[tuple[KeptCommand, ...], bool]:
        """All that can be believed, oldest first; and whether that is all."""
        good, damaged = self._sorted_out()
        return tuple(command for _, command in good), not damaged

    def insert(self, command: KeptCommand) -> bool:
        """False if there is no room, or the jti is there already: that one stays as it is."""
        if self._run("SELECT count(*) FROM commands", ())[0][0] >= MAX_COMMANDS:
            return False
        values = _values(command)
        sql = """INSERT INTO commands (jti, name, subject, opens, taken_ns, expires_ns, state, checksum)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (jti) DO NOTHING RETURNING id"""
        return bool(self._run(sql, (*values, _checksum(values))))

    def conclude(self, conclusion: Conclusion) -> None:
        """Nothing where there is no such command, or it has been concluded."""
        found = self._run(f"{_SELECT} WHERE jti = ? AND state = ?", (conclusion.jti, CommandState.TAKEN.value))
        for row_id, *values, checksum in found:
            if _checksum(values) == checksum:
                state = conclusion.state.value
                changed = (state, _checksum([*values[:-1], state]), row_id)
                self._run("UPDATE commands SET state = ?, checksum = ? WHERE id = ?", changed)

    def prune(self, utc_ns: int) -> bool:
        """Delete what is bygone, and what cannot be believed; False if there was any of that."""
        good, damaged = self._sorted_out()
        gone = set(bygone((command for _, command in good), utc_ns))
        for row_id in [*damaged, *(row_id for row_id, command in good if command.jti in gone)]:
            self._run("DELETE FROM commands WHERE id = ?", (row_id,))
        return not damaged

    def _sorted_out(self) -> tuple[list[tuple[int, KeptCommand]], list[int]]:
        good: list[tuple[int, KeptCommand]] = []
        damaged: list[int] = []
        for row_id, *values, checksum in self._run(f"{_SELECT} ORDER BY taken_ns, id", ()):
            if _checksum(values) == checksum:
                jti, name, subject, opens, taken_ns, expires_ns, state = values
                kept = KeptCommand(jti, name, subject, opens, taken_ns, expires_ns, CommandState(state))
                good.append((row_id, kept))
            else:
                damaged.append(row_id)
        return good, damaged


def _values(command: KeptCommand) -> list[str | int]:
    return [
        command.jti,
        command.name,
        command.subject,
        command.opens,
        command.taken_ns,
        command.expires_ns,
        command.state.value,
    ]


def _checksum(values: list[Any]) -> int:
    """CRC-32: SQLite checks the structure of its pages, not what is in them."""
    return zlib.crc32("|".join(map(str, values)).encode())
