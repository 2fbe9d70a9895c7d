"""The stores of a scenario: a standard counter, or the zones of an agent's own configuration."""

from dataclasses import replace
from pathlib import Path

from device.config.load import load
from device.config.model import Config
from device.config.reading import Faulty, Reading
from device.config.settings import zone_settings
from device.errors import ConfigError
from device.logic.lamp import Shows
from device.logic.zone import ZoneSettings
from sim.scenario.model import Shop
from sim.scenario.tables import StoreTable
from sim.world.setup import BANK_ZONES
from sim.world.store import HEALTH_PIN, LAMP_PIN

_LIGHTS = (LAMP_PIN, HEALTH_PIN)


def open_shop(written: StoreTable, folder: Path, reading: Reading) -> Shop:
    """folder: where `config` starts. Raises Faulty after reporting each fault in that file."""
    if written.bank is not None:
        if written.config is not None:
            reading.report(f'store {written.id}: config: not allowed beside "bank"')
            raise Faulty
        return Shop(written, BANK_ZONES)
    if written.config is None:
        return Shop(written)
    try:
        config = load(folder / written.config)
    except ConfigError as error:
        for fault in error.faults:
            reading.report(f"store {written.id}: {fault}")
        raise Faulty from None
    has_lamp = any(indicator.shows is Shows.ALARM for indicator in config.indicators)
    return Shop(written, _clear_of_lights(config), has_lamp)


def _clear_of_lights(config: Config) -> tuple[ZoneSettings, ...]:
    """A simulated store has its lights on pins of its own. No step names a pin: a zone in their place moves away."""
    zones = [zone_settings(zone) for zone in config.zones]
    taken = {pin for zone in zones for pin in zone.pins}
    free = (pin for pin in (f"GPIO{number}" for number in range(4, 28)) if pin not in taken and pin not in _LIGHTS)
    moved = {pin: next(free) for pin in _LIGHTS if pin in taken}
    return tuple(
        replace(
            zone,
            pin=moved.get(zone.pin, zone.pin),
            pin_nc=None if zone.pin_nc is None else moved.get(zone.pin_nc, zone.pin_nc),
        )
        for zone in zones
    )
