"""`ansim-agent run`, on a board whose clock is set and whose pins are ours, and which may lose its power on the point.

Reads acts on its zones as sim.board.process does, and is told to stop when there are no more of them. Its lock boards
are behind the port that the configuration names: they live longer than this.
"""

import argparse
import os
import signal
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from random import Random
from threading import Thread

from device import app, bank_wiring, cli
from device.config.load import load
from device.config.map import BankMap
from device.config.model import Config
from drivers import gpio_factory
from drivers.clock import SystemClock
from drivers.command_ports import CommandKept, Conclusion
from drivers.expander.i2c import LinuxI2c
from drivers.gpio_factory import Factory
from drivers.lock_ports import PulseOver
from drivers.ports import Beginning, Clock, Fact, Inputs, Post, Record
from drivers.store.database import Files
from drivers.store.event_store import EventStore
from drivers.store.keeper import Keeper
from sim.acts.model import Hold, Release
from sim.board.board import Board
from sim.board.contact import Contact
from sim.board.lines import decode_order
from sim.schedule import RealTime


class Death(StrEnum):
    """When no instruction is executed any more."""

    KEPT = "kept"
    """A command is on the disk, and nobody knows it yet: nothing has been pulsed."""
    PULSED = "pulsed"
    """A lock was pulsed, and nobody knows it yet."""
    ENDED = "ended"
    """How a command has ended is known, and about to be stored and told."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--death", type=Death)
    options = parser.parse_args()
    # The tests' machine need not know the time, and has no pins. The rest is as in the field.
    clock = SystemClock(ask_synced=lambda: True)
    with RealTime(clock) as time:
        board = Board(time.schedule, clock)
        gpio_factory.open_factory = lambda: board
        app.assemble = partial(app.assemble, clock=clock, open_store=partial(_open_store, options.death))
        if options.death is Death.PULSED:
            bank_wiring.wire_bank = _wire_dying_bank
        Thread(target=_obey, args=(board, load(options.config)), name="orders", daemon=True).start()
        return cli.main(["run", "--config", str(options.config)])


def _obey(board: Board, config: Config) -> None:
    contacts = {zone.name: Contact(board, Random(zone.name), zone.pin) for zone in config.zones}
    try:
        for line in sys.stdin:
            act = decode_order(line)
            if isinstance(act, Hold):
                contacts[act.zone].press()
            elif isinstance(act, Release):
                contacts[act.zone].release()
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying(post: Post, last: type[Fact], fact: Fact) -> None:
    if isinstance(fact, last):
        _die()
    post(fact)


class _DyingStore(EventStore):
    def save(self, record: Record, concludes: Conclusion | None = None) -> None:
        if concludes is not None:
            _die()
        super().save(record, concludes)


def _open_store(
    death: Death | None, state_dir: Path, post: Post, clock: Clock, boot: str, *, random_hex: str
) -> tuple[EventStore, Beginning]:
    if death is Death.KEPT:
        post = partial(_dying, post, CommandKept)
    keeper = Keeper(Files(state_dir), post, clock)
    beginning = keeper.start(boot, random_hex)
    return (_DyingStore if death is Death.ENDED else EventStore)(keeper), beginning


_wire_bank = bank_wiring.wire_bank


def _wire_dying_bank(
    config: Config,
    bank_map: BankMap,
    header: Inputs,
    factory: Factory,
    post: Post,
    clock: Clock,
    open_i2c: bank_wiring.OpenI2c = LinuxI2c,
) -> bank_wiring.BankWiring:
    return _wire_bank(config, bank_map, header, factory, partial(_dying, post, PulseOver), clock, open_i2c)


if __name__ == "__main__":
    sys.exit(main())
