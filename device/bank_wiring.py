"""What a locker bank adds to an agent: contacts on chips, lines of lock boards, relays. Composition, as device/app.py.

Imported for a bank only: a store has no memory to give away for it.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass

from device.config.bank_settings import bank_settings, bus_settings, expander_settings
from device.config.map import BankMap
from device.config.model import Config
from device.logic.bank.locker_bank import LockerBank
from device.logic.bank.settings import BankSettings
from drivers.expander.i2c import I2c, LinuxI2c
from drivers.expander.inputs import ExpanderInputs
from drivers.gpio import GpioInputs, GpioOutputs
from drivers.gpio_factory import Factory
from drivers.inputs import RoutedInputs
from drivers.lock_bank import LockBank, LockLine
from drivers.lock_ports import Locks
from drivers.lockbus.bus_thread import BusThread
from drivers.ports import Beginning, Clock, Fact, Inputs, Post, WallClock
from drivers.relay import RelayLocks

OpenI2c = Callable[[int, int], I2c]
"""Opens the chip at an address of an I2C bus: bus, address."""


@dataclass(frozen=True, slots=True)
class BankWiring:
    """A bank whose contacts are watched and whose lines are open. Its ports are the caller's to close."""

    inputs: Inputs
    locks: Locks
    settings: BankSettings

    def lockers(self, beginning: Beginning, wall: WallClock) -> LockerBank:
        """The machine behind its doors."""
        return LockerBank(self.settings, beginning, wall)


def wire_bank(
    config: Config,
    bank_map: BankMap,
    header: Inputs,
    factory: Factory,
    post: Post,
    clock: Clock,
    open_i2c: OpenI2c = LinuxI2c,
) -> BankWiring:
    """header: the inputs that zones use; closed with the bank's. Raises GpioError when a pin cannot be had.

    Nothing but the header is left open then.
    """
    settings = bank_settings(config, bank_map)
    with ExitStack() as undo:
        expanders: dict[str, Inputs] = {}
        for chip in expander_settings(config):
            expanders[chip.name] = ExpanderInputs(
                chip, open_i2c(chip.bus, chip.address), post, clock, lambda post: GpioInputs(factory, post, clock)
            )
            undo.callback(expanders[chip.name].close)
        inputs = RoutedInputs(header, expanders)
        for door in settings.doors:
            if door.reed is not None:
                inputs.watch(door.reed.pin, door.reed.pull)
        locks = undo.enter_context(closing(_open_locks(config, bank_map, factory, post, clock)))
        undo.pop_all()
    return BankWiring(inputs, locks, settings)


def _open_locks(config: Config, bank_map: BankMap, factory: Factory, post: Post, clock: Clock) -> LockBank:
    lines: dict[str, LockLine] = {}
    with ExitStack() as undo:

        def told(fact: Fact) -> None:
            post(fact)
            locks.heard(fact)

        relays = _relays(config, factory, told, clock)
        if relays is not None:
            undo.callback(relays.close)
        locks = LockBank(lines, relays)
        for bus in bus_settings(config, bank_map):
            line = BusThread(bus, told, clock)
            undo.callback(line.close)
            lines[bus.name] = line
        undo.pop_all()
    return locks


def _relays(config: Config, factory: Factory, post: Post, clock: Clock) -> RelayLocks | None:
    if config.bank is None or not config.bank.relays:
        return None
    return RelayLocks(GpioOutputs(factory), config.bank.relays, config.bank.relay_pulse_ms, post, clock)
