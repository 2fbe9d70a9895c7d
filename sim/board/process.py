"""One board with the real agent on it, in a process of its own, so that its power can be cut.

Reads acts and writes what happens, a JSON object a line (see sim/board/lines.py). Ends in good order when its
standard input ends.
"""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from threading import Thread
from typing import TextIO

from device.app import assemble, errand_of
from device.config.load import load, map_of
from device.config.map import BankMap
from device.config.model import Config, Zone
from device.config.model import Contact as Wired
from device.credentials import Credentials
from drivers.clock import SystemClock
from sim.board.board import Board
from sim.board.bounce import PROFILES
from sim.board.contact import Contact
from sim.board.disk import BoardDisk
from sim.board.hands import BoardHands
from sim.board.light import Light
from sim.board.lines import Seen, decode_order, encode
from sim.board.locks import BoardLocks, Doors
from sim.board.observer import Observer
from sim.board.signing import TimedSigner
from sim.schedule import RealTime
from sim.world.clock import DeviceClock

Say = Callable[[Seen], None]


@dataclass(frozen=True, slots=True)
class BoardOptions:
    """given: so many acts come before the board has power. stands: tell how the agent stands."""

    config: Path
    seed: int = 0
    bounce: str = "good"
    given: int = 0
    stands: bool = False


def main() -> int:
    parser = argparse.ArgumentParser(prog="sim.board.process")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bounce", choices=sorted(PROFILES), default="good")
    parser.add_argument("--given", type=int, default=0)
    parser.add_argument("--stands", action="store_true")
    options = parser.parse_args()
    return run_board(BoardOptions(**vars(options)), sys.stdin, _say)


def run_board(options: BoardOptions, orders: TextIO, say: Say) -> int:
    """Run until `orders` ends. `say` is called from several threads."""
    config = load(options.config)
    bank_map = map_of(config)
    # The machine's clock is the right one, whoever vouches for it.
    true_clock = SystemClock(ask_synced=lambda: True)
    clock, disk = DeviceClock(true_clock), BoardDisk()
    with RealTime(true_clock) as time, ExitStack() as undo:
        board = Board(time.schedule, true_clock)
        locks = None if bank_map is None else undo.enter_context(_locks(config, bank_map, options, board, time, say))
        hands = _hands(board, config, options, clock, disk, time, locks)
        for line in islice(orders, options.given):
            hands.find(decode_order(line))
        for indicator in config.indicators:
            Light(board, indicator.pin, indicator.active_high, partial(_lit, say, indicator.name))
        credentials, signer = _timed(config, true_clock)
        observer = Observer(say, signer)
        errand = errand_of(config, options.config)
        loop = assemble(config, credentials, board, clock, observer, errand, disk.open_store, bank_map)
        if options.stands:
            observer.watch(loop.agent)

        def obey() -> None:
            for line in orders:
                hands.do(decode_order(line))
            loop.stop()

        reader = Thread(target=obey, name="orders", daemon=True)
        reader.start()
        say(Seen("armed", true_clock.monotonic_ns()))
        loop.run()
        board.close()
    return 0


def _timed(config: Config, clock: SystemClock) -> tuple[Credentials, TimedSigner]:
    credentials = Credentials(config)
    shown = credentials.in_force
    signer = TimedSigner(shown.identity.signer, clock.monotonic_ns)
    credentials.in_force = replace(shown, identity=replace(shown.identity, signer=signer))
    return credentials, signer


def _locks(
    config: Config, bank_map: BankMap, options: BoardOptions, board: Board, time: RealTime, say: Say
) -> BoardLocks:
    def seen(doors: Doors) -> None:
        say(Seen("doors", time.clock.monotonic_ns(), doors))

    return BoardLocks(config, bank_map, board, time, options.seed, seen)


def _hands(
    board: Board,
    config: Config,
    options: BoardOptions,
    clock: DeviceClock,
    disk: BoardDisk,
    time: RealTime,
    locks: BoardLocks | None,
) -> BoardHands:
    contacts = {zone.name: _contact(board, zone, options) for zone in config.zones}
    pins = {zone.name: tuple(filter(None, (zone.pin, zone.pin_nc))) for zone in config.zones}
    after = lambda delay_ns, action: time.schedule.at(clock.monotonic_ns() + delay_ns, action)  # noqa: E731 - named to be read
    return BoardHands(board, contacts, pins, clock, disk, after, locks)


def _contact(board: Board, zone: Zone, options: BoardOptions) -> Contact:
    rng, profile = Random(f"{options.seed} {zone.name}"), PROFILES[options.bounce]
    if zone.contact is Wired.NORMALLY_CLOSED:
        return Contact(board, rng, None, zone.pin, profile)
    return Contact(board, rng, zone.pin, zone.pin_nc, profile)


def _lit(say: Say, name: str, at_ns: int, on: bool) -> None:
    say(Seen("light", at_ns, name, on))


def _say(seen: Seen) -> None:
    # One write a line: lines of different threads do not mix (pipe(7): writes up to PIPE_BUF are atomic).
    try:
        os.write(1, encode(seen))
    except BrokenPipeError:
        pass


if __name__ == "__main__":
    sys.exit(main())
