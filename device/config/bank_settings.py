"""What logic and drivers of a bank are told of a configuration and its map. Pure."""

from collections.abc import Mapping

from device.config.addresses import spot_of
from device.config.bank import Bank
from device.config.map import BankMap, Board, Door
from device.config.model import Config
from device.logic.bank.settings import BankSettings, DoorSettings, Night, Reed
from device.logic.kinds import ZoneType
from device.logic.units import MS
from drivers.expander.settings import ExpanderSettings
from drivers.locks.bus_settings import BoardSettings, BusSettings


def bank_settings(config: Config, bank_map: BankMap) -> BankSettings:
    """The doors in the order of the configuration. ValueError if it has no [bank]."""
    bank = config.bank
    if bank is None:
        raise ValueError("this configuration has no [bank]")
    mapped = {door.name: door for door in bank_map.doors}
    pulses_ms = {bus.name: bus.pulse_ms for bus in config.buses} | dict.fromkeys(bank.relays, bank.relay_pulse_ms)
    return BankSettings(
        doors=tuple(_door_settings(mapped[name], bank, pulses_ms) for name in bank.doors),
        night=_night(bank),
        remote_opens=bank.remote_opens,
        key_zone=next((zone.name for zone in config.zones if zone.type is ZoneType.KEY), None),
    )


def bus_settings(config: Config, bank_map: BankMap) -> tuple[BusSettings, ...]:
    """Every line with the boards that are on it."""
    return tuple(
        BusSettings(
            name=bus.name,
            port=str(bus.port),
            family=bus.family,
            baud=bus.baud,
            pulse_ms=bus.pulse_ms,
            reply_ms=bus.reply_ms,
            poll_ms=bus.poll_ms,
            latency_ms=bus.latency_ms,
            boards=tuple(_board_settings(board) for board in bank_map.boards if board.bus == bus.name),
        )
        for bus in config.buses
    )


def expander_settings(config: Config) -> tuple[ExpanderSettings, ...]:
    """Every chip, whatever doors are on it."""
    return tuple(ExpanderSettings(chip.name, chip.i2c, chip.address, chip.interrupt) for chip in config.expanders)


def _board_settings(board: Board) -> BoardSettings:
    return BoardSettings(number=board.number, locks=board.locks, polarity=board.polarity, order=board.order)


def _door_settings(door: Door, bank: Bank, pulses_ms: Mapping[str, int]) -> DoorSettings:
    """pulses_ms: by line, and by relay."""
    return DoorSettings(
        name=door.name,
        lock=door.lock,
        latch=None if door.latch is None else spot_of(door.latch),
        reed=None if door.reed is None else Reed(door.reed, closed_when_shut=door.reed_closed_when_shut),
        fits_person=door.name in bank.fits_person,
        pulse_ns=0 if door.lock is None else pulses_ms[door.lock.partition("/")[0]] * MS,
    )


def _night(bank: Bank) -> Night | None:
    if bank.night is None or bank.utc_offset is None:
        return None
    return Night(bank.night.begins_min, bank.night.ends_min, bank.utc_offset)
