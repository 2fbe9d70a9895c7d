"""The real agent on a virtual board, in a process of its own, pressed as it is told.

Tells little, since telling costs some 20 µs a line: presses after they are over, events once they are handed on,
answers once the control room's receipt was verified, and commands with the time at which the link had them. The lamp is
told only where it is measured. A store that has a bank opens the port to its lock boards.
"""

import argparse
from functools import partial
from pathlib import Path
from threading import Thread

from bench.bad_disk import DISKS
from bench.lines import say
from bench.press import press_as_told
from bench.site import LAMP_PIN
from device.app import assemble
from device.config.load import load, map_of
from device.credentials import Credentials
from device.logic.effects import Effect, Save, Settle
from device.loop import Loop
from drivers.clock import SystemClock
from drivers.ports import Fact, LinkUp, Received, Settled, StoreFailed
from sim.board.board import Board
from sim.board.light import Light
from sim.schedule import Schedule


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--disk", choices=sorted(DISKS), default="good")
    parser.add_argument("--lamp", action="store_true", help="tell of the lamp: a line in the way of every alarm")
    options = parser.parse_args()
    config = load(options.config)
    # A container's clock is nobody's to set; and by one that nobody vouches for, no door is released.
    clock = SystemClock(ask_synced=lambda: True)
    board = Board(Schedule(), clock)
    if options.lamp:
        Light(board, LAMP_PIN, on_change=partial(say, "lamp"))
    loop = assemble(
        config, Credentials(config), board, clock, _observe, open_store=DISKS[options.disk], bank_map=map_of(config)
    )
    finger = Thread(target=_obey, args=(board, loop), name="finger", daemon=True)
    finger.start()
    say("armed")
    loop.run()
    board.close()


def _obey(board: Board, loop: Loop) -> None:
    press_as_told(board)
    loop.stop()


def _observe(what: Fact | Effect, now_ns: int) -> None:
    match what:
        case Save(record, happening) if happening is not None:
            say("event", now_ns, str(record.place), happening.subject, happening.phase.value)
        case Settle():
            say("answered", now_ns, str(what.place))
        case Settled() | StoreFailed():
            say("settled", now_ns, *(str(place) for place in what.places))
        case LinkUp():
            say("up", now_ns)
        case Received(at_ns, topic) if topic.endswith("/command"):
            say("command", at_ns)
        case _:
            pass


if __name__ == "__main__":
    main()
