"""The lock boards of a bank, its doors and the line, in a process of their own: what they cost is not the agent's.

Orders are [act, door]. What happened at the doors and what was on the line is told in the end.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from random import Random

from bench.lines import orders, say
from device.config.load import load, map_of
from drivers.clock import SystemClock
from sim.acts.bank import Force, Shut
from sim.bank_site import setup_of
from sim.locks.bank import SimBank
from sim.locks.boards.board import LockBoard
from sim.locks.line import Line
from sim.locks.live_bank import LiveBank
from sim.locks.setup import BoardSetup

_ACTS = {"force": Force, "shut": Shut}
_BITS = 10
_NS_PER_S = 1_000_000_000


class Ear(LockBoard):
    """Hangs on the line as a board does, and says nothing: writes down what is asked and answered, and when."""

    def __init__(self, line: Line, now_ns: Callable[[], int]) -> None:
        super().__init__("ear", BoardSetup(0), -1, lambda _delay_ns, _action: None, Random(0))
        self.asked: list[tuple[int, bytes]] = []
        """Each frame of the host, and when its first bit was on the line."""
        self.answered: list[tuple[int, bytes]] = []
        """What boards said, and when the last of it had reached the port."""
        self._now_ns = now_ns
        self._byte_ns = _BITS * _NS_PER_S // line.baud
        self._deliver = line.deliver
        line.deliver = self._note
        line.attach(self)

    def _read(self, data: bytes) -> bytes:
        # A board hears a frame when its last bit has arrived.
        self.asked.append((self._now_ns() - len(data) * self._byte_ns, data))
        return b""

    def _note(self, data: bytes) -> None:
        self.answered.append((self._now_ns(), data))
        self._deliver(data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    options = parser.parse_args()
    config = load(options.config)
    bank_map = map_of(config)
    if bank_map is None:
        raise ValueError(f"{options.config}: no bank")
    doors, buses = setup_of(config, bank_map)
    (bus,) = config.buses
    clock = SystemClock()
    with LiveBank(doors, buses, bus.port.parent, clock) as bank:
        ear = bank.ask(lambda sim: Ear(sim.lines[bus.name], clock.monotonic_ns))
        say("ready")
        for act, door in orders():
            bank.perform(_ACTS[act](door=door))
        bank.ask(lambda sim: _tell(sim, ear))


def _tell(bank: SimBank, ear: Ear) -> None:
    for opening in bank.truth.openings:
        say("opening", opening.at_ns, opening.closed_ns, opening.door, opening.cause)
    for at_ns, data in ear.asked:
        say("asked", at_ns, data.hex())
    for at_ns, data in ear.answered:
        say("answered", at_ns, data.hex())


if __name__ == "__main__":
    main()
