"""The real agent under as many presses as it can take, in a process of its own: real loop, store and connection.

Its clock is turned with each edge, so that all rules hold however fast it really goes: no button is pressed more than
30 times a minute of that clock, and nothing is sent again for want of time.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Semaphore, Thread

from bench.lines import say
from bench.process import own_rss_mb
from bench.site import STABLE_MS, ZONE_PINS
from device.app import assemble
from device.config.load import load
from device.credentials import Credentials
from device.logic.effects import Effect
from device.loop import Loop
from drivers.ports import Fact, Saved, Settled
from sim.board.board import Board
from sim.clock import ManualClock
from sim.schedule import Schedule

_NS_PER_US = 1_000
_NS_PER_MS = 1_000_000
_NS_PER_S = 1_000_000_000
_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What an event has to come to before another may follow, how many may be on their way, and time per edge."""

    done: type[Saved] | type[Settled]
    window: int
    step_us: int


PACES = {
    # Each button once in 2.02 s of its clock; as many events under way as the agent has in flight for one class.
    "answered": Pace(Settled, 16, 46_000),
    # Twenty wait to be believed, twenty to be stored. No receipts: 1,320 events take less than the first resend's 2 s.
    "saved": Pace(Saved, 40, 1_000),
}
SAVED_MOST = 2 * 30 * len(ZONE_PINS)


class Flood:
    """Presses all buttons in turn, then releases all in turn, and again."""

    def __init__(self, pace: Pace, clock: ManualClock, board: Board) -> None:
        self._pace = pace
        self._clock = clock
        self._board = board
        self._room = Semaphore(0)

    def observe(self, what: Fact | Effect, _now_ns: int) -> None:
        """On the main loop."""
        if isinstance(what, self._pace.done):
            self._room.release(len(what.places))

    def play(self, events: int, told_every: int) -> None:
        """Tells memory every so many events, and in the end how long all of them took."""
        # The zones become known, and the first event says so.
        self._pass_ns((STABLE_MS + 1) * _NS_PER_MS)
        self._wait(1)
        self._room.release(self._pace.window)
        begun_ns = time.monotonic_ns()
        for number in range(events):
            self._wait(1)
            self._pass_ns(self._pace.step_us * _NS_PER_US)
            turn, button = divmod(number, len(ZONE_PINS))
            self._board.drive(ZONE_PINS[button], high=None if turn % 2 else False)
            if (number + 1) % told_every == 0:
                say("memory", number + 1, own_rss_mb())
        self._pass_ns((STABLE_MS + 1) * _NS_PER_MS)
        self._wait(self._pace.window)
        say("done", (time.monotonic_ns() - begun_ns) / _NS_PER_S)

    def _pass_ns(self, duration_ns: int) -> None:
        self._clock.move_to(self._clock.monotonic_ns() + duration_ns)

    def _wait(self, events: int) -> None:
        for _ in range(events):
            if not self._room.acquire(timeout=_TIMEOUT_S):
                raise TimeoutError("an event is not done")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--pace", choices=sorted(PACES), required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--told-every", type=int, required=True)
    options = parser.parse_args()
    config = load(options.config)
    clock = ManualClock()
    board = Board(Schedule(), clock)
    flood = Flood(PACES[options.pace], clock, board)
    loop = assemble(config, Credentials(config), board, clock, flood.observe)
    Thread(target=_play, args=(flood, loop, options.events, options.told_every), name="flood", daemon=True).start()
    loop.run()
    board.close()


def _play(flood: Flood, loop: Loop, events: int, told_every: int) -> None:
    try:
        flood.play(events, told_every)
    finally:
        loop.stop()


if __name__ == "__main__":
    main()
