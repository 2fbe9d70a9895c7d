"""`ansim-sim demo`: a store without a board, and everything around it.

Exit status: 0 done; 1 a press was not verified; 64 wrong usage; 69 no broker could be started (sysexits.h).
"""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from device import __version__
from device.usage import Parser
from sim.demo.headless import Headless
from sim.errors import SimError
from sim.office import TrialOffice
from sim.site import DEVICE

EX_UNAVAILABLE = 69
_DEFAULT_DURATION_S = 10.0
_LONGEST_S = 86_400.0


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.json and not options.headless:
        parser.error("--json goes with --headless")
    logging.basicConfig(level=logging.ERROR)
    try:
        return _demo(options)
    except SimError as error:
        print(f"ansim-sim: {error}", file=sys.stderr)
        return EX_UNAVAILABLE
    except KeyboardInterrupt:
        return 0


def _parser() -> Parser:
    parser = Parser(prog="ansim-sim", description="Ansim without a board.")
    parser.add_argument("--version", action="version", version=f"ansim-sim {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    text = "one store, live in the terminal: press, cut the wire, pull the network, kill the power"
    demo = commands.add_parser("demo", help=text, description=text)
    demo.add_argument("--headless", action="store_true", help="press by itself every second and tell what was verified")
    demo.add_argument("--duration", type=_seconds, metavar="S", help="headless: how long, in seconds (default: 10)")
    demo.add_argument("--json", action="store_true", help="headless: one JSON line per verified event")
    demo.add_argument("--broker", type=Path, metavar="PATH", help="a mosquitto program (default: an installed one)")
    demo.add_argument("--seed", type=int, default=0, help="another seed, other bounces of the contacts")
    demo.add_argument("--lang", choices=("en", "ko"), default="en", help="the language of the screen")
    return parser


def _demo(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="ansim-") as folder:
        office = TrialOffice(Path(folder) / "trial", DEVICE)
        broker = office.open_broker(options.broker)
        if options.headless or not (sys.stdin.isatty() and sys.stdout.isatty()):
            headless = Headless(Path(folder), office, broker, options.seed, sys.stdout, as_json=options.json)
            return 1 if headless.run(options.duration or _DEFAULT_DURATION_S) else 0
        from sim.demo.terminal import Terminal  # noqa: PLC0415 - rich is not needed without a screen

        Terminal(Path(folder), office, broker, options.seed, options.lang).run()
        return 0


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r}: seconds above 0, at most {_LONGEST_S:.0f}, are allowed")
    return seconds
