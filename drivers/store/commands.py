"""How long a command of the control room is kept. Pure; the same for files and for memory."""

from collections.abc import Iterable
from heapq import nlargest

from drivers.command_ports import CommandState, KeptCommand

MAX_COMMANDS = 1_024
"""Kept at once: a customer's command is a matter of minutes, and a bank has 128 doors. 300 kB at most."""

LAST_KEPT = 64
"""So many of those that expire last stay, however long ago: more than come within one lifetime of a command."""

# What has been opened counts against the limit of remote openings, which looks back ten minutes.
STAYS_NS = 600_000_000_000


def bygone(commands: Iterable[KeptCommand], utc_ns: int) -> list[str]:
    """The jti of each that may go by a clock that can be trusted.

    What has no outcome yet stays: it must be told. So do the last ones: by them a clock that was turned back is found
    out. They are not carried out again, and what is older than they are is not taken.
    """
    commands = list(commands)
    # One that was turned away at once may be from any time that a control room's clock has ever shown.
    taken = [command for command in commands if command.state is not CommandState.REFUSED or command.opens]
    last = {command.jti for command in nlargest(LAST_KEPT, taken, key=lambda command: command.expires_ns)}
    return [command.jti for command in commands if command.jti not in last and not _stays(command, utc_ns)]


def _stays(command: KeptCommand, utc_ns: int) -> bool:
    if command.state is CommandState.TAKEN or command.expires_ns > utc_ns:
        return True
    return command.state is not CommandState.REFUSED and command.taken_ns + STAYS_NS > utc_ns
