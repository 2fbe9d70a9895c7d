"""The back-ends at hand: the virtual board, in time turned by hand, and gpiozero's own mock, in real time."""

from queue import SimpleQueue
from typing import Any

from gpiozero.pins.mock import MockFactory

from drivers.clock import SystemClock
from drivers.gpio import GpioInputs, GpioOutputs
from drivers.gpio_factory import Factory
from drivers.ports import Clock, Edge, Fact, Inputs, Outputs
from sim.board.board import Board
from sim.schedule import VirtualTime


class Bench:
    """Both directions of one back-end. As it stands, for one that reports edges in the caller's thread.

    Where edges come later, from another thread, `drive` and `edges` have to wait for them.
    """

    pin = "GPIO17"
    other = "GPIO27"

    def __init__(self, factory: Factory, clock: Clock) -> None:
        self.factory: Any = factory
        self.clock = clock
        self.facts: SimpleQueue[Fact] = SimpleQueue()
        self.posted: list[Edge] = []
        self._drivers: list[GpioInputs | GpioOutputs] = []
        self.inputs: Inputs = self.new_inputs()
        self.outputs: Outputs = self.new_outputs()

    def new_inputs(self) -> Inputs:
        inputs = GpioInputs(self.factory, self.facts.put, self.clock)
        self._drivers.append(inputs)
        return inputs

    def new_outputs(self) -> Outputs:
        outputs = GpioOutputs(self.factory)
        self._drivers.append(outputs)
        return outputs

    def level(self, pin: str) -> bool:
        return bool(self.factory.pin(pin).state)

    def edges(self, count: int) -> list[Edge]:
        while not self.facts.empty():
            fact = self.facts.get()
            assert isinstance(fact, Edge)
            self.posted.append(fact)
        assert len(self.posted) >= count
        return self.posted

    def close(self) -> None:
        for driver in self._drivers:
            driver.close()
        self.factory.close()


class BoardBench(Bench):
    """The virtual board. Time moves by a microsecond with every edge."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        super().__init__(Board(self.time.schedule, self.time.clock), self.time.clock)

    def drive(self, pin: str, high: bool) -> None:
        self.time.run_for(1000)
        self.factory.drive(pin, high)

    def miss(self, pin: str, high: bool) -> None:
        self.factory.lose_edges(pin, True)
        self.drive(pin, high)
        self.factory.lose_edges(pin, False)


class MockBench(Bench):
    """gpiozero's mock."""

    def __init__(self) -> None:
        super().__init__(MockFactory(), SystemClock())

    def drive(self, pin: str, high: bool) -> None:
        mock = self.factory.pin(pin)
        if high:
            mock.drive_high()
        else:
            mock.drive_low()

    def miss(self, pin: str, high: bool) -> None:
        self.factory.pin(pin)._state = high


BENCHES: tuple[type[BoardBench] | type[MockBench], ...] = (BoardBench, MockBench)
