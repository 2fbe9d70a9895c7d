"""`ansim-sim demo`: stores and a locker bank without a board, and everything around them, in a browser."""

import argparse
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from sim.board.forks import BoardForks
from sim.commands.registry import EX_USAGE, FAILED, OK, Commands, Options, add_command, whole
from sim.demo.headless import Headless
from sim.office import TrialOffice
from sim.panel.panel import Panel, Setup
from sim.panel.places import BANKS, MOST_BANKS, MOST_STORES, PLACES
from sim.panel.server import PanelServer
from sim.site import DEVICE

_DEFAULT_DURATION_S = 10.0
_LONGEST_S = 86_400.0
_MOST_BROKERS = 4
_LOOK_S = 1.0
_MOST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Address:
    """Where the panel listens; port 0 for a free one."""

    host: str = "127.0.0.1"
    port: int = 0


def add(commands: Commands) -> None:
    text = "stores and lockers in your browser: press, force doors, cut wires, pull the network, kill the power"
    demo = add_command(commands, "demo", text, run)
    demo.add_argument("--stores", type=whole(1, MOST_STORES), default=3, metavar="N", help="how many (default: 3)")
    demo.add_argument("--banks", type=whole(0, MOST_BANKS), default=1, metavar="N", help="locker banks (default: 1)")
    demo.add_argument("--brokers", type=whole(1, _MOST_BROKERS), default=2, metavar="N", help="how many (default: 2)")
    demo.add_argument("--port", type=whole(0, _MOST_PORT), metavar="P", help="on loopback (default: 0, a free one)")
    demo.add_argument(
        "--listen", type=_address, metavar="HOST[:PORT]", help="not only on loopback: anybody there can play, and look"
    )
    demo.add_argument("--no-browser", action="store_true", help="open none")
    demo.add_argument("--broker", type=Path, metavar="PATH", help="a mosquitto program (default: an installed one)")
    demo.add_argument("--seed", type=int, default=0, help="another seed, other bounces of the contacts")
    demo.add_argument("--headless", action="store_true", help="press by itself every second and tell what was verified")
    demo.add_argument("--duration", type=_seconds, metavar="S", help="headless: how long, in seconds (default: 10)")
    demo.add_argument("--json", action="store_true", help="headless: one JSON line per verified event")


def run(options: Options) -> int:
    if options.json and not options.headless:
        print("ansim-sim demo: --json goes with --headless", file=sys.stderr)
        raise SystemExit(EX_USAGE)
    with tempfile.TemporaryDirectory(prefix="ansim-") as folder:
        return _run_headless(options, Path(folder)) if options.headless else _run_panel(options, Path(folder))


def _run_headless(options: Options, folder: Path) -> int:
    # First, so that it gets ready while the office is founded.
    with BoardForks(folder / "boards.log") as forks:
        office = TrialOffice(folder / "trial", DEVICE)
        broker = office.open_broker(options.broker)
        headless = Headless(
            folder, office, broker, options.seed, sys.stdout, as_json=options.json, start_board=forks.start
        )
        return FAILED if headless.run(options.duration or _DEFAULT_DURATION_S) else OK


def _run_panel(options: Options, folder: Path) -> int:
    address = options.listen or Address()
    with _told_to_stop() as stopped:
        setup = Setup(
            folder=folder,
            places=PLACES[: options.stores] + BANKS[: options.banks],
            brokers=options.brokers,
            mosquitto=options.broker,
            seed=options.seed,
        )
        with Panel(setup) as panel, PanelServer(panel, address.host, options.port or address.port) as server:
            print(server.url, flush=True)
            if not options.no_browser:
                _open(server.url)
            while panel.is_alive and not stopped.wait(_LOOK_S):
                pass
            return OK if panel.is_alive else FAILED


@contextmanager
def _told_to_stop() -> Iterator[Event]:
    """Set by Ctrl-C and SIGTERM."""
    stopped = Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open(url: str) -> None:
    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError):
        pass  # the line with the address is there


def _address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, ""
    if not host or (colon and port and not port.isdigit()) or (port and int(port[:9]) > _MOST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r}: HOST, or HOST:PORT with a port up to {_MOST_PORT}, is allowed")
    return Address(host, int(port or 0))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r}: seconds above 0, at most {_LONGEST_S:.0f}, are allowed")
    return seconds
