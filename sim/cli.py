"""`ansim-sim`: Ansim without a board.

Exit status: 0 done; 1 what was played did not go as it must; 64 wrong usage; 65 a scenario says something that is not
allowed; 69 something outside is missing (sysexits.h); 130 interrupted.
"""

import logging
import sys

from device import __version__
from device.usage import Parser, fill_streams
from sim.commands import bank, demo, explore, run
from sim.commands.registry import EX_UNAVAILABLE, OK
from sim.errors import SimError

_COMMANDS = (demo, bank, run, explore)


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(prog="ansim-sim", description="Ansim without a board.")
    parser.add_argument("--version", action="version", version=f"ansim-sim {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    options = parser.parse_args(arguments)
    fill_streams()
    logging.basicConfig(level=logging.ERROR)
    try:
        status: int = options.run(options)
    except SimError as error:
        print(f"ansim-sim: {error}", file=sys.stderr)
        return EX_UNAVAILABLE
    except KeyboardInterrupt:
        return OK
    return status
