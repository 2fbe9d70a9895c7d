"""`ansim-agent run|check --config FILE`.

Exit status: 0 done; 64 wrong usage; 69 a pin cannot be had; 70 a thread died; 78 the configuration, or a key file that
it names, cannot be used (sysexits.h). Every fault is one line on standard error.
"""

import json
import logging
import os
import signal
import sys
from pathlib import Path

from device import __version__
from device.app import Credentials, assemble
from device.config.load import load
from device.config.model import Config
from device.errors import EX_CONFIG, ConfigError, ThreadDiedError
from device.usage import Parser
from drivers.errors import GpioError, KeyFileError
from drivers.gpio_factory import open_factory

EX_UNAVAILABLE = 69
EX_SOFTWARE = 70

_JOURNAL_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class _JournalFormatter(logging.Formatter):
    """Lines with the priority in front, as systemd's journal reads them (sd-daemon(3))."""

    def format(self, record: logging.LogRecord) -> str:
        return f"<{_JOURNAL_PRIORITY.get(record.levelno, 6)}>{record.name}: {super().format(record)}"


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    _set_up_logging(options.verbose)
    try:
        config = load(options.config)
        credentials = Credentials(config)
        return _run(config, credentials) if options.command == "run" else _good(config, as_json=options.json)
    except (ConfigError, KeyFileError) as error:
        if options.command == "check" and options.json:
            print(json.dumps({"ok": False, "faults": str(error).splitlines()}))
        return _fail(EX_CONFIG, error)
    except GpioError as error:
        return _fail(EX_UNAVAILABLE, error)
    except ThreadDiedError as error:
        return _fail(EX_SOFTWARE, error)


def _parser() -> Parser:
    parser = Parser(prog="ansim-agent", description="The agent of a shelter store or a locker bank.")
    parser.add_argument("--version", action="version", version=f"ansim-agent {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("run", "read the inputs and send alarms until told to stop"),
        ("check", "only look for faults"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="the configuration (TOML)")
        command.add_argument("--verbose", action="store_true", help="log more")
        if name == "check":
            command.add_argument("--json", action="store_true", help="for machines: one JSON object")
    return parser


def _run(config: Config, credentials: Credentials) -> int:
    factory = open_factory()
    try:
        loop = assemble(config, credentials, factory)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.stop())
        logging.getLogger(__name__).info("%s is armed: %d zones", config.device.id, len(config.zones))
        loop.run()
    finally:
        factory.close()
    return 0


def _good(config: Config, *, as_json: bool) -> int:
    found = {"device": config.device.id, "zones": len(config.zones), "indicators": len(config.indicators)}
    if as_json:
        print(json.dumps({"ok": True, **found}))
    else:
        print("{device}: good; {zones} zones, {indicators} indicators".format(**found))
    return 0


def _fail(status: int, error: Exception) -> int:
    print(error, file=sys.stderr)
    return status


def _set_up_logging(verbose: bool) -> None:
    handler = logging.StreamHandler()
    in_journal = "JOURNAL_STREAM" in os.environ
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_JournalFormatter() if in_journal else plain)
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
