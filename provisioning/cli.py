"""`ansim-provision`: the office that gives devices their identity.

Exit status: 0 done; 64 wrong usage; 65 refused, or some lines of a list were bad; 69 a broker was not reached, or an
address cannot be listened on; 74 the registry cannot be read or written; 78 the office's folder, one of its files or
the pass phrase cannot be used (sysexits.h); 130 interrupted; 141 nobody read the answer to its end. Every fault is one
line on standard error.
"""

import io
import logging
import os
import sys
from pathlib import Path

from device import __version__
from device.errors import ConfigError, LabelError
from device.usage import Parser, fill_streams
from provisioning.commands import brokers, enrol, init, keys, labels, overview, serve, shut, sites, trial
from provisioning.errors import OfficeError, ProvisioningError, ReachError, RefusedError, RegistryError

EX_DATAERR = 65
EX_UNAVAILABLE = 69
EX_IOERR = 74
EX_CONFIG = 78
_STATUS = {RefusedError: EX_DATAERR, ReachError: EX_UNAVAILABLE, RegistryError: EX_IOERR, OfficeError: EX_CONFIG}


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", force=True)
    fill_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The name of a file, or of a store, may hold what this terminal cannot show.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except ProvisioningError as error:
        print(f"ansim-provision: {error}", file=sys.stderr)
        return next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    except (ConfigError, LabelError) as error:
        print(error, file=sys.stderr)
        return EX_CONFIG
    except BrokenPipeError:
        _hush()
        return 141
    except OSError as error:
        if error.filename is None:
            _hush()
        print(f"ansim-provision: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        return EX_CONFIG
    except KeyboardInterrupt:
        # The prompt, or the ^C, stands on this line.
        print(file=sys.stderr)
        return 130
    return status


def _hush() -> None:
    """Standard output may be what failed: nothing is left for the interpreter to write when it ends."""
    with Path(os.devnull).open("wb") as null:
        os.dup2(null.fileno(), sys.stdout.fileno())


def _parser() -> Parser:
    parser = Parser(prog="ansim-provision", description="The office that gives devices their identity.")
    parser.add_argument("--version", action="version", version=f"ansim-provision {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for matter in (init, sites, enrol, labels, serve, brokers, shut, keys, overview, trial):
        matter.add(commands)
    return parser
