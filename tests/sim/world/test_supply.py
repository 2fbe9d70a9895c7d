"""Mains, battery and switch."""

from sim.schedule import VirtualTime
from sim.world.supply import Supply

_H = 3_600_000_000_000


class _Board:
    """Remembers what the supply does to it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.is_low = False

    def power_on(self) -> None:
        self.said.append("on")

    def cut_power(self) -> None:
        self.said.append("off")

    def show_mains(self, lost: bool) -> None:
        self.said.append("mains lost" if lost else "mains back")

    def show_battery(self, low: bool) -> None:
        if low != self.is_low:
            self.is_low = low
            self.said.append("battery low" if low else "battery good")


def _supply(battery_ns: int) -> tuple[Supply, _Board, VirtualTime]:
    time, board = VirtualTime(), _Board()
    supply = Supply(
        time.clock.monotonic_ns,
        lambda delay_ns, action: time.schedule.at(time.clock.monotonic_ns() + delay_ns, action),
        battery_ns,
        board,
    )
    supply.switch(on=True)
    return supply, board, time


def test_without_a_battery_the_plug_is_the_power() -> None:
    supply, board, _ = _supply(0)

    supply.set_mains(on=False)
    supply.set_mains(on=True)

    assert board.said == ["on", "mains lost", "off", "mains back", "on"]


def test_a_battery_bridges_then_warns_then_ends() -> None:
    supply, board, time = _supply(5 * _H)

    supply.set_mains(on=False)
    time.run_for(4 * _H - 1)
    assert board.said == ["on", "mains lost"]
    time.run_for(_H // 100)
    assert board.said[2:] == ["battery low"]
    time.run_for(_H)

    assert board.said[3:] == ["off"]
    assert supply.charge_percent == 0


def test_mains_that_returns_starts_the_board_and_fills_the_battery() -> None:
    supply, board, time = _supply(5 * _H)
    supply.set_mains(on=False)
    time.run_for(6 * _H)

    supply.set_mains(on=True)
    time.run_for(25 * _H)

    assert board.said[-3:] == ["mains back", "on", "battery good"]
    assert supply.charge_percent == 100


def test_a_board_that_is_switched_off_stays_off() -> None:
    supply, board, _ = _supply(0)

    supply.switch(on=False)
    supply.set_mains(on=False)
    supply.set_mains(on=True)

    assert board.said == ["on", "off", "mains lost", "mains back"]
