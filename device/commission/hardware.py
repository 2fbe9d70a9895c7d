"""Everything of a bank that can be read and pulsed, opened for one run of commissioning and closed after it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from device.commission.bench import Bus, Header, RealBench
from device.commission.signals import Board
from device.config.bank import Bank
from device.config.bank import Bus as Line
from device.config.bank_settings import expander_settings
from device.config.model import Config
from drivers.expander.i2c import I2c, LinuxI2c
from drivers.expander.inputs import ExpanderInputs
from drivers.expander.settings import INPUTS
from drivers.gpio import GpioInputs, GpioOutputs
from drivers.gpio_factory import Factory, open_factory
from drivers.inputs import RoutedInputs
from drivers.lockbus.blocking import BlockingLine
from drivers.locks.families import codec_of
from drivers.locks.family import Family
from drivers.locks.frames import AllOff, Codec
from drivers.ports import Clock, Inputs, Pull
from drivers.relay import RelayLocks


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One line of lock boards; `line` opens its port with the first question."""

    name: str
    port: Path
    family: Family
    line: BlockingLine
    codec: Codec


@dataclass(frozen=True, slots=True)
class Openers:
    """In place of the machine's own pins and chips."""

    factory: Callable[[], Factory] = open_factory
    i2c: Callable[[int, int], I2c] = LinuxI2c


class Hardware:
    """`lines` are there to be asked which boards they have; then `bench` is made of the boards that were found."""

    def __init__(
        self,
        lines: tuple[OpenLine, ...],
        header: Header | None,
        inputs: Inputs | None,
        relays: RelayLocks | None,
        bank: Bank,
    ) -> None:
        self.lines = lines
        self._header = header
        self._inputs = inputs
        self._relays = relays
        self._relay_pins = bank.relays

    def bench(self, boards: Sequence[Board]) -> RealBench:
        """Takes the current from every relay of relay boards first. PortError if a line is lost."""
        for one in self.lines:
            if one.family is Family.MODBUS_RELAY:
                for board in boards:
                    if board.bus == one.name:
                        one.line.ask(AllOff(board.number), one.codec)
        buses = [
            Bus(one.name, one.line, one.codec, tuple(board for board in boards if board.bus == one.name))
            for one in self.lines
        ]
        return RealBench(buses, self._header, self._inputs, self._relays, self._relay_pins)


def reeds_of(config: Config, bank: Bank) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The contacts: of the header, and of the expanders with all of their inputs."""
    return bank.reeds, tuple(f"{chip.name}/{number}" for chip in config.expanders for number in range(INPUTS))


@contextmanager
def open_hardware(config: Config, bank: Bank, clock: Clock, openers: Openers | None = None) -> Iterator[Hardware]:
    """Raises GpioError when a pin cannot be had. Relays are off from the beginning to the end."""
    openers = openers or Openers()
    with ExitStack() as stack:
        lines = tuple(_open_line(line, clock) for line in config.buses)
        for one in lines:
            stack.callback(one.line.close)
        on_header, on_chips = reeds_of(config, bank)
        header, inputs, relays = None, None, None
        if on_header or on_chips or bank.relays:
            factory = openers.factory()
            stack.callback(factory.close)
            header = Header(frozenset(on_header + on_chips))
            inputs = _inputs(config, header, factory, clock, openers, stack)
            for pin in on_header + on_chips:
                inputs.watch(pin, Pull.UP)
            if bank.relays:
                relays = RelayLocks(GpioOutputs(factory), bank.relays, bank.relay_pulse_ms, header.post, clock)
                stack.callback(relays.close)
        yield Hardware(lines, header, inputs, relays, bank)


def _open_line(line: Line, clock: Clock) -> OpenLine:
    blocking = BlockingLine(
        str(line.port),
        line.baud,
        clock,
        reply_ms=line.reply_ms,
        pulse_ms=line.pulse_ms,
        latency_ms=line.latency_ms,
    )
    return OpenLine(line.name, line.port, line.family, blocking, codec_of(line.family, line.pulse_ms))


def _inputs(
    config: Config, header: Header, factory: Factory, clock: Clock, openers: Openers, stack: ExitStack
) -> RoutedInputs:
    on_header = GpioInputs(factory, header.post, clock)
    stack.callback(on_header.close)
    chips: dict[str, Inputs] = {}
    for chip in expander_settings(config):
        chips[chip.name] = ExpanderInputs(
            chip,
            openers.i2c(chip.bus, chip.address),
            header.post,
            clock,
            lambda post: GpioInputs(factory, post, clock),
        )
        stack.callback(chips[chip.name].close)
    return RoutedInputs(on_header, chips)
