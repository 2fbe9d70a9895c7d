"""The real bus machine on a real port, at a simulated bank, in virtual time."""

from pathlib import Path

import pytest

from drivers.lock_ports import BoardRead, BoardSilent, BusDown, BusUp, LockFact, PulseBegan, PulseEnd, PulseOver
from drivers.lockbus.serial_port import SerialPort
from drivers.locks.bus import Bus
from drivers.locks.bus_settings import BoardSettings, BusSettings
from drivers.locks.family import Family as DriversFamily
from drivers.locks.wiring import Polarity
from sim.acts.bank import Adapter, LockBoard
from sim.acts.words import AdapterState, LockBoardState
from sim.locks.setup import Family, bank_of
from tests.sim.locks.bank_bench import BankBench, S


class DrivenBank(BankBench):
    """A bank of two boards, whose bus is stepped whenever it has to be."""

    def __init__(self, folder: Path, family: Family, locks: int, first: int) -> None:
        bus, doors = bank_of("left", family, 2, locks)
        super().__init__(folder, doors, [bus])
        line = self.bank.lines["left"]
        boards = tuple(BoardSettings(first + place, locks, Polarity.SET_WHEN_LOCKED) for place in range(2))
        settings = BusSettings(
            name="left",
            port=str(self.bank.ports["left"].path),
            family=DriversFamily(family.value),
            baud=line.baud,
            pulse_ms=300,
            boards=boards,
        )
        self.bus = Bus(settings, SerialPort(settings.port, settings.baud), self.time.clock.monotonic_ns())
        self.facts: list[LockFact] = []

    def run_for(self, duration_ns: int) -> list[LockFact]:
        """What the bus has told meanwhile."""
        self.facts = []
        end_ns = self.time.clock.monotonic_ns() + duration_ns
        self.time.schedule.at(end_ns, lambda: None)
        while True:
            self._step()
            due_ns, next_ns = self.bus.due_ns(), self.time.schedule.next_ns()
            until_ns = min(at_ns for at_ns in (due_ns, next_ns, end_ns) if at_ns is not None)
            self.time.run_until(max(until_ns, self.time.clock.monotonic_ns()))
            if self.time.clock.monotonic_ns() >= end_ns:
                return self.facts

    def close(self) -> None:
        self.bus.close()
        super().close()

    def _step(self) -> None:
        self.bus.step(self.time.clock.monotonic_ns())
        self.bank.pump()
        self.facts += self.bus.take_facts()


@pytest.mark.parametrize(
    ("family", "locks", "first"), [(Family.XOR8A, 24, 1), (Family.KERONG_CU16, 16, 0), (Family.MODBUS_RELAY, 8, 1)]
)
def test_pulse_opens_its_door_and_two_readings_say_so(tmp_path: Path, family: Family, locks: int, first: int) -> None:
    bench = DrivenBank(tmp_path, family, locks, first)
    begun = bench.run_for(5 * S)
    lock = f"left/{first + 1}/3"

    bench.bus.pulse(lock, bench.time.clock.monotonic_ns() + S)
    told = bench.run_for(5 * S)

    assert {type(fact) for fact in begun} == {BusUp, BoardRead}
    assert [type(fact) for fact in told[:2]] == [PulseBegan, PulseOver]
    assert [fact.end for fact in told if isinstance(fact, PulseOver)] == [PulseEnd.ACKNOWLEDGED]
    assert [opening.door for opening in bench.bank.truth.openings] == [f"{locks + 3:02}"]
    readings = [fact for fact in told if isinstance(fact, BoardRead) and fact.board == first + 1]
    assert len(readings) >= 2
    assert {reading.locked for reading in readings} == {(1 << locks) - 1 ^ 0b100}
    bench.close()


def test_board_that_is_mute_is_silent_until_it_is_well(tmp_path: Path) -> None:
    bench = DrivenBank(tmp_path, Family.XOR8A, 24, 1)
    bench.run_for(5 * S)

    bench.bank.perform(LockBoard(bus="left", board=2, state=LockBoardState.MUTE))
    silent = bench.run_for(10 * S)
    bench.bank.perform(LockBoard(bus="left", board=2, state=LockBoardState.WELL))
    well = bench.run_for(60 * S)

    assert [(type(fact), fact.board) for fact in silent if isinstance(fact, BoardSilent)] == [(BoardSilent, 2)]
    assert [fact.board for fact in well if isinstance(fact, BoardRead)][:1] == [2]
    bench.close()


def test_adapter_that_goes_and_comes_is_told_once_each(tmp_path: Path) -> None:
    bench = DrivenBank(tmp_path, Family.XOR8A, 24, 1)
    bench.run_for(5 * S)

    bench.bank.perform(Adapter(bus="left", state=AdapterState.OUT))
    down = bench.run_for(120 * S)
    bench.bank.perform(Adapter(bus="left", state=AdapterState.IN))
    up = bench.run_for(120 * S)

    assert [type(fact) for fact in down] == [BusDown]
    assert [type(fact) for fact in up if not isinstance(fact, BoardRead)] == [BusUp]
    assert {fact.board for fact in up if isinstance(fact, BoardRead)} == {1, 2}
    bench.close()
