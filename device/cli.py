"""`ansim-agent run|check|enroll|renew|commission --config FILE`.

Exit status (sysexits.h): 0 done; 64 wrong usage, or not a label; 65 a bank is not proved; 69 a pin, a line or the
event store cannot be had, or the office is not reached; 70 a thread died; 73 a file cannot be written, or would replace
an identity that works; 75 commissioning was stopped, to be gone on with; 76 something came that is not to be believed;
77 the office has refused; 78 the configuration, or a file that it names, cannot be used. Every fault is one line on
standard error.
"""

import argparse
import gc
import json
import logging
import os
import signal
import sys
import warnings
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from device import __version__
from device.config.load import load, map_of
from device.config.model import Config
from device.credentials import Credentials, file_faults
from device.errors import EX_CONFIG, EX_UNAVAILABLE, ConfigError, EnrolError, LabelError, ThreadDiedError
from device.usage import EX_USAGE, Parser
from drivers.errors import GpioError, KeyFileError, StoreTakenError

if TYPE_CHECKING:
    from device.config.map import BankMap

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
        if options.command in {"enroll", "renew"}:
            return _identity(config, options)
        if options.command == "commission":
            return _commission(config, options)
        if options.command == "check":
            return _check(config, as_json=options.json)
        return _run(config, map_of(config), Credentials(config), options)
    except (ConfigError, KeyFileError) as error:
        if options.command == "check" and options.json:
            print(json.dumps({"ok": False, "faults": str(error).splitlines()}))
        return _fail(EX_CONFIG, error)
    except (GpioError, StoreTakenError) as error:
        return _fail(EX_UNAVAILABLE, error)
    except ThreadDiedError as error:
        return _fail(EX_SOFTWARE, error)
    except LabelError as error:
        return _fail(EX_USAGE, error)
    except EnrolError as error:
        return _fail(error.status, error)


def _parser() -> Parser:
    parser = Parser(prog="ansim-agent", description="The agent of a shelter store or a locker bank.")
    parser.add_argument("--version", action="version", version=f"ansim-agent {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("run", "read the inputs and send alarms until told to stop"),
        ("check", "only look for faults"),
        ("enroll", "come by an identity: with a token, or with a USB stick"),
        ("renew", "ask the office for what is new: keys, authorities, a certificate before the old one ends"),
        ("commission", "prove door by door how a bank is wired, and write its map"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="the configuration (TOML)")
        command.add_argument("--verbose", action="store_true", help="log more")
        if name == "check":
            command.add_argument("--json", action="store_true", help="for machines: one JSON object")
        if name == "enroll":
            _add_enroll(command)
        if name == "commission":
            _add_commission(command)
        if name == "renew":
            command.add_argument("--now", action="store_true", help="renew the certificate also if it is not due")
    return parser


def _add_enroll(command: argparse.ArgumentParser) -> None:
    label = command.add_mutually_exclusive_group(required=True)
    label.add_argument("label", nargs="?", metavar="LABEL", help="the text of the label or of its QR code: ansim:…")
    label.add_argument("--label-file", type=Path, metavar="FILE", help="where the text of the label is")
    command.add_argument(
        "--token-file", type=Path, metavar="FILE", help="where the one-time token is, if not on the label"
    )
    stick = "no network: write the request to this folder; with the office's answer in it, install that"
    command.add_argument("--usb", type=Path, metavar="FOLDER", help=stick)
    command.add_argument("--algorithm", choices=("Ed25519", "P-256"), help="of a new key; Ed25519 if not given")
    command.add_argument("--again", action="store_true", help="replace an identity that works")


def _add_commission(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", choices=("ko", "en"), default="ko", help="the installer's language (default: ko)")
    anew = command.add_mutually_exclusive_group()
    anew.add_argument("--door", action="append", default=[], metavar="NAME", help="prove this anew; may be repeated")
    anew.add_argument("--again", action="store_true", help="prove every door anew")


def _commission(config: Config, options: argparse.Namespace) -> int:
    # The wizard and what it looks with: nothing of it is for a running agent.
    from device.commission.cli import Options, commission  # noqa: PLC0415
    from device.commission.words import Language  # noqa: PLC0415

    # On the installer's screen there is the wizard, and nothing else.
    logging.getLogger().setLevel(logging.DEBUG if options.verbose else logging.ERROR)
    return commission(config, Options(Language(options.lang), options.again, tuple(options.door)))


def _identity(config: Config, options: argparse.Namespace) -> int:
    # x509 and http.client cost megabytes: the agent that runs never loads them for this.
    from device.enrol import cli  # noqa: PLC0415

    # cryptography warns of odd certificates; whatever matters is refused, in one line.
    warnings.simplefilter("ignore")
    if options.command == "renew":
        return cli.renew(config, is_forced=options.now)
    wish = cli.wish(options.algorithm, again=options.again)
    words = cli.Words(options.config, options.label, options.label_file, options.token_file, options.usb, wish)
    return cli.enroll(config, words)


def _run(config: Config, bank_map: "BankMap | None", credentials: Credentials, options: argparse.Namespace) -> int:
    # MQTT, GPIO and the store cost 10 MB: the daily errand, which comes through here too, has no use for them.
    # Whatever is imported stays: to look for garbage in it takes 3 % of the start, and finds none.
    gc.disable()
    from device.app import assemble, errand_of  # noqa: PLC0415
    from drivers.gpio_factory import open_factory  # noqa: PLC0415
    from drivers.store.folder import held  # noqa: PLC0415

    gc.enable()
    with held(config.device.state_dir), closing(open_factory()) as factory:
        errand = errand_of(config, options.config)
        loop = assemble(config, credentials, factory, errand=errand, bank_map=bank_map)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.stop())
        logging.getLogger(__name__).info("%s is armed: %s", config.device.id, _watched(config))
        loop.run()
    return 0


def _check(config: Config, *, as_json: bool) -> int:
    faults = file_faults(config)
    try:
        map_of(config)
    except ConfigError as error:
        faults = (*error.faults, *faults)
    if faults:
        raise ConfigError(faults)
    doors = 0 if config.bank is None else len(config.bank.doors)
    if as_json:
        found = {"zones": len(config.zones), "indicators": len(config.indicators), "doors": doors}
        print(json.dumps({"ok": True, "device": config.device.id, **found}))
    else:
        print(f"{config.device.id}: good; {_watched(config)}, {len(config.indicators)} indicators")
    return 0


def _watched(config: Config) -> str:
    doors = "" if config.bank is None else f", {len(config.bank.doors)} doors"
    return f"{len(config.zones)} zones{doors}"


def _fail(status: int, error: Exception) -> int:
    print(error, file=sys.stderr)
    return status


def _set_up_logging(verbose: bool) -> None:
    handler = logging.StreamHandler()
    in_journal = "JOURNAL_STREAM" in os.environ
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_JournalFormatter() if in_journal else plain)
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
