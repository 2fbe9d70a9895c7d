"""`ansim-sim demo`: stores without a board, and everything around them."""

import argparse
import sys
import tempfile
from pathlib import Path

from sim.commands.registry import FAILED, OK, Commands, Options, add_command
from sim.demo.headless import Headless
from sim.office import TrialOffice
from sim.site import DEVICE

_DEFAULT_DURATION_S = 10.0
_LONGEST_S = 86_400.0
_WRONG_USAGE = 64


def add(commands: Commands) -> None:
    text = "stores that one can use: press, cut the wire, pull the network, kill the power"
    demo = add_command(commands, "demo", text, run)
    demo.add_argument("--headless", action="store_true", help="press by itself every second and tell what was verified")
    demo.add_argument("--duration", type=_seconds, metavar="S", help="headless: how long, in seconds (default: 10)")
    demo.add_argument("--json", action="store_true", help="headless: one JSON line per verified event")
    demo.add_argument("--broker", type=Path, metavar="PATH", help="a mosquitto program (default: an installed one)")
    demo.add_argument("--seed", type=int, default=0, help="another seed, other bounces of the contacts")
    demo.add_argument("--lang", choices=("en", "ko"), default="en", help="the language of the screen")


def run(options: Options) -> int:
    if options.json and not options.headless:
        print("ansim-sim demo: --json goes with --headless", file=sys.stderr)
        return _WRONG_USAGE
    with tempfile.TemporaryDirectory(prefix="ansim-") as folder:
        office = TrialOffice(Path(folder) / "trial", DEVICE)
        broker = office.open_broker(options.broker)
        if options.headless or not (sys.stdin.isatty() and sys.stdout.isatty()):
            headless = Headless(Path(folder), office, broker, options.seed, sys.stdout, as_json=options.json)
            return FAILED if headless.run(options.duration or _DEFAULT_DURATION_S) else OK
        from sim.demo.terminal import Terminal  # noqa: PLC0415 - rich is not needed without a screen

        Terminal(Path(folder), office, broker, options.seed, options.lang).run()
        return OK


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r}: seconds above 0, at most {_LONGEST_S:.0f}, are allowed")
    return seconds
