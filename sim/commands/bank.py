"""`ansim-sim bank`: a locker bank that nobody has proved yet, to try `ansim-agent commission` on it without a board."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from device.config.examples import BANK
from drivers.clock import SystemClock
from sim.acts.bank import Cable, Force, Shut
from sim.acts.words import CableEnd, CableState
from sim.commands.registry import EX_USAGE, OK, Commands, Options, add_command, played, whole
from sim.locks.bank import SimBank
from sim.locks.live_bank import LiveBank
from sim.locks.setup import BusSetup, DoorSetup, Family, bank_of

_BUS = "left"
_LOCKS_PER_BOARD = 12
_MOST_BOARDS = 8
_LOOK_S = 0.2

_TABLES = """\
[bank]
doors = [{doors}]
map = "{folder}/bank-map.toml"

[[bus]]
name = "{bus}"
port = "{port}"
family = "xor8a"
reply_ms = 50
latency_ms = 0
"""

_HOW = """\
The bank stands. In another terminal:

  ansim-agent commission --config {config} --lang en

Here you are the hands: a door's number and Enter opens it by hand, or shuts it. Ctrl-C takes the bank away.
"""


def add(commands: Commands) -> None:
    bank = add_command(commands, "bank", "a locker bank that nobody has proved yet, to try commissioning on", run)
    most = _MOST_BOARDS * _LOCKS_PER_BOARD
    bank.add_argument("--doors", type=whole(1, most), default=4, metavar="N", help="how many (default: 4)")
    bank.add_argument(
        "--crossed", nargs=2, action="append", default=[], metavar="DOOR", help="their locks' cables are exchanged"
    )
    bank.add_argument("--cut", action="append", default=[], metavar="DOOR", help="the feedback wire of its lock is cut")


def run(options: Options) -> int:
    boards = -(-options.doors // _LOCKS_PER_BOARD)
    bus, places = bank_of(_BUS, Family.XOR8A, boards, _LOCKS_PER_BOARD)
    doors = {door.name: door for door in places[: options.doors]}
    unknown = [name for names in (*options.crossed, options.cut) for name in names if name not in doors]
    if unknown:
        print(f"ansim-sim bank: {', '.join(unknown)}: doors {min(doors)} to {max(doors)} are there", file=sys.stderr)
        return EX_USAGE
    for one, other in options.crossed:
        locks = doors[one].lock, doors[other].lock
        doors[one], doors[other] = replace(doors[one], lock=locks[1]), replace(doors[other], lock=locks[0])
    return played(lambda: _stand(list(doors.values()), bus, options.cut))


def _stand(doors: list[DoorSetup], bus: BusSetup, cut: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="bank-") as name:
        folder = Path(name)
        with LiveBank(doors, [bus], folder, SystemClock()) as bank, _told(bank):
            for door in cut:
                bank.perform(Cable(door=door, sensor=CableEnd.LATCH, state=CableState.CUT))
            config = folder / "agent.toml"
            config.write_text(_config([door.name for door in doors], folder, bank.paths[_BUS]), encoding="utf-8")
            print(_HOW.format(config=config), flush=True)
            try:
                for line in sys.stdin:
                    _move(bank, line.strip())
            except KeyboardInterrupt:
                pass
    return OK


def _config(doors: list[str], folder: Path, port: Path) -> str:
    """Of identity and brokers commissioning reads nothing."""
    named = ", ".join(f'"{door}"' for door in doors)
    return BANK[: BANK.index("[bank]")] + _TABLES.format(doors=named, folder=folder, bus=_BUS, port=port)


def _move(bank: LiveBank, typed: str) -> None:
    door = typed.zfill(2)
    if not bank.ask(lambda each: door in each.doors):
        print("no such door", flush=True)
        return
    bank.perform(Shut(door=door) if bank.is_open(door) else Force(door=door))


@contextmanager
def _told(bank: LiveBank) -> Iterator[None]:
    """Meanwhile everybody sees which doors are open."""
    over = Event()

    def look() -> None:
        seen: list[str] = []
        while not over.wait(_LOOK_S):
            found = bank.ask(_open)
            if found != seen:
                print(f"open: {', '.join(found) or 'none'}", flush=True)
                seen = found

    watcher = Thread(target=look, name="look")
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _open(bank: SimBank) -> list[str]:
    return [name for name in bank.doors if bank.is_open(name)]
