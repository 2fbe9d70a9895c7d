"""One board with the real agent on it, in a process of its own, so that its power can be cut.

Reads orders and writes what happens, a JSON object a line (see sim/board/lines.py). Ends in good order when its
standard input ends.
"""

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from threading import Thread
from typing import TextIO

from device.app import assemble, errand_of
from device.config.load import load
from device.config.model import Config
from device.config.model import Contact as Wired
from device.credentials import Credentials
from device.logic.effects import Effect, Publish, Save, Settle
from device.logic.envelope import digest
from device.logic.units import MS
from drivers.clock import SystemClock
from drivers.ports import Edge, Fact, LinkDown, LinkUp, Published, Saved, Settled
from sim.board.board import Board
from sim.board.bounce import PROFILES
from sim.board.contact import Contact
from sim.board.light import Light
from sim.board.lines import Order, Seen, decode_order, encode
from sim.schedule import RealTime


def main() -> int:
    parser = argparse.ArgumentParser(prog="sim.board.process")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bounce", choices=sorted(PROFILES), default="good")
    options = parser.parse_args()
    return run_board(options.config, options.seed, options.bounce, sys.stdin, _say)


def run_board(config_path: Path, seed: int, bounce: str, orders: TextIO, say: Callable[[Seen], None]) -> int:
    """Run until `orders` ends. `say` is called from several threads."""
    config = load(config_path)
    clock = SystemClock()
    with RealTime(clock) as time:
        board = Board(time.schedule, clock)
        contacts = {zone.name: _contact(board, config, zone.name, seed, bounce) for zone in config.zones}
        for indicator in config.indicators:
            Light(board, indicator.pin, indicator.active_high, partial(_lit, say, indicator.name))
        errand = errand_of(config, config_path)
        loop = assemble(config, Credentials(config), board, clock, partial(_observe, say), errand)

        def obey() -> None:
            for line in orders:
                _obey(decode_order(line), contacts, time)
            loop.stop()

        reader = Thread(target=obey, name="orders", daemon=True)
        reader.start()
        say(Seen("armed", clock.monotonic_ns()))
        loop.run()
        board.close()
    return 0


def _contact(board: Board, config: Config, name: str, seed: int, bounce: str) -> Contact:
    zone = next(zone for zone in config.zones if zone.name == name)
    rng = Random(f"{seed} {name}")
    if zone.contact is Wired.NORMALLY_CLOSED:
        return Contact(board, rng, None, zone.pin, PROFILES[bounce])
    return Contact(board, rng, zone.pin, zone.pin_nc, PROFILES[bounce])


def _obey(order: Order, contacts: dict[str, Contact], time: RealTime) -> None:
    contact = contacts[order.zone]
    match order.do:
        case "press":
            contact.press()
            if order.ms:
                time.schedule.at(time.clock.monotonic_ns() + order.ms * MS, contact.release)
        case "release":
            contact.release()
        case "chatter":
            contact.chatter(order.count, order.ms * MS)
        case "cut":
            contact.common.cut()
        case "short":
            contact.wire.short()
            contact.wire_nc.short()
        case "mend":
            for wire in (contact.common, contact.wire, contact.wire_nc):
                wire.mend()


def _lit(say: Callable[[Seen], None], name: str, at_ns: int, on: bool) -> None:
    say(Seen("light", at_ns, name, on))


def _observe(say: Callable[[Seen], None], what: Fact | Effect, now_ns: int) -> None:
    match what:
        case Edge():
            say(Seen("edge", what.at_ns, what.pin, what.high))
        case Save():
            _tell_event(say, what, now_ns)
        case Publish():
            topic = what.message.topic.rpartition("/")[2]
            say(Seen("sent", now_ns, topic, what.token, digest(what.message.payload)))
        case Published():
            say(Seen("puback", what.at_ns, what.token))
        case Saved() | Settled():
            kind = "saved" if isinstance(what, Saved) else "received"
            say(Seen(kind, now_ns, *(str(place) for place in what.places)))
        case LinkUp():
            say(Seen("up", what.at_ns, what.broker))
        case LinkDown():
            say(Seen("down", what.at_ns, what.broker, what.reason))
        case Settle():
            say(Seen("answered", now_ns, str(what.place), what.state))
        case _:
            pass


def _tell_event(say: Callable[[Seen], None], save: Save, now_ns: int) -> None:
    told, record = save.happening, save.record
    if told is not None:
        values = (str(record.place), told.what, told.phase.value, told.subject, told.at_ns, record.digest)
        say(Seen("event", now_ns, *values))


def _say(seen: Seen) -> None:
    # One write a line: lines of different threads do not mix (pipe(7): writes up to PIPE_BUF are atomic).
    try:
        os.write(1, encode(seen))
    except BrokenPipeError:
        pass


if __name__ == "__main__":
    sys.exit(main())
