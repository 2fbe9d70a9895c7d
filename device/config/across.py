"""What may not stand together in a configuration, though each key alone is good. Pure."""

import re
from collections.abc import Iterator, Mapping

from device.config.bank import Bank, Bus, Expander
from device.config.hours import UtcOffset
from device.config.keys import Tables, below
from device.config.model import MAX_ZONES, Contact, Identity, Mqtt, Zone
from device.config.pins import FIXED_PULL_UP
from device.config.reading import Reading, shown
from device.logic.kinds import ZoneType
from drivers.locks.family import STEP_MS, Family
from drivers.ports import Pull

# On every board with 40 pins.
_I2C_PINS = {1: ("GPIO2", "GPIO3")}

# Numbered as they appear. A coil may throw two adapters off the USB. If they come back the other way round, and boards
# on both lines have the same numbers, an order opens a door of the other line.
_BY_APPEARANCE = re.compile(r"/dev/tty[A-Z0-9]*(USB|ACM)[0-9]+")


def across_keys(reading: Reading, written: Mapping[str, object]) -> Iterator[str]:
    """The fault lines. Looks at the tables that could be read, whether or not others could; `written`: the file."""
    yield from _brokers(reading)
    yield from _zones(reading)
    if "bank" in written:
        yield from _bank(reading, written)
        yield from _key_switches(reading)
    else:
        yield from _without_bank(written)
    yield from _buses(reading)
    yield from _expanders(reading)


def _brokers(reading: Reading) -> Iterator[str]:
    for _, mqtt in reading.kept(Mqtt):
        if any(broker.tls for broker in mqtt.brokers):
            needed = "missing; an absolute path is required, because mqtt.brokers has an mqtts:// address"
            if mqtt.ca is None:
                yield f"mqtt.ca: {needed}"
            if any(identity.certificate is None for _, identity in reading.kept(Identity)):
                yield f"identity.certificate: {needed}"


def _zones(reading: Reading) -> Iterator[str]:
    for at, zone in reading.kept(Zone):
        if zone.pin_nc and zone.contact is not Contact.NORMALLY_OPEN:
            allowed = f'"{Contact.NORMALLY_OPEN}" is allowed, because there is a pin_nc'
            yield f"{below(at, 'contact')} = {shown(zone.contact)}: {allowed}"
        fixed = sorted(FIXED_PULL_UP.intersection({zone.pin, zone.pin_nc}))
        if fixed and zone.pull is not Pull.UP:
            allowed = f'"{Pull.UP}" is allowed, because {fixed[0]} has a fixed resistor on the board'
            yield f"{below(at, 'pull')} = {shown(zone.pull)}: {allowed}"


def _without_bank(written: Mapping[str, object]) -> Iterator[str]:
    if written.get("zone", []) == []:
        yield f"zone: missing; {Tables(Zone, '[[zone]]', 1, MAX_ZONES).allowed} is required, because there is no [bank]"
    for name in ("bus", "expander"):
        if written.get(name):
            yield f"bank: missing; a table [bank] is required, because there is a [[{name}]]"


def _bank(reading: Reading, written: Mapping[str, object]) -> Iterator[str]:
    for at, bank in reading.kept(Bank):
        for number, name in enumerate(bank.fits_person, start=1):
            if name not in bank.doors:
                yield f"{below(at, 'fits_person')}[{number}] = {shown(name)}: a door of bank.doors is allowed"
        if bank.night and bank.utc_offset is None:
            yield f"{below(at, 'utc_offset')}: missing; {UtcOffset().allowed} is required, because there is a night"
        if not (bank.reeds or written.get("bus") or written.get("expander")):
            needed = "a [[bus]], an [[expander]] or bank.reeds is required, to see whether a door is open"
            yield f"bus: missing; {needed}"


def _key_switches(reading: Reading) -> Iterator[str]:
    switches = [at for at, zone in reading.kept(Zone) if zone.type is ZoneType.KEY]
    for at in switches[1:]:
        yield f"{below(at, 'type')} = {shown(ZoneType.KEY)}: one zone of this type is allowed; {switches[0]} is one"


def _buses(reading: Reading) -> Iterator[str]:
    buses = list(reading.kept(Bus))
    for at, bus in buses:
        if len(buses) > 1 and _BY_APPEARANCE.fullmatch(str(bus.port)):
            allowed = "a path in /dev/serial/by-id or /dev/serial/by-path, or a port of the board such as /dev/ttyAMA0,"
            reason = "because there is another [[bus]]"
            yield f"{below(at, 'port')} = {shown(str(bus.port))}: {allowed} is allowed, {reason}"
        if bus.family is Family.MODBUS_RELAY and bus.pulse_ms % STEP_MS:
            allowed = f"a multiple of {STEP_MS} is allowed, because the family is {bus.family}"
            yield f"{below(at, 'pulse_ms')} = {bus.pulse_ms}: {allowed}"


def _expanders(reading: Reading) -> Iterator[str]:
    owners: dict[tuple[int, int], str] = {}
    for at, chip in reading.kept(Expander):
        owner = owners.setdefault((chip.i2c, chip.address), at)
        if owner != at:
            allowed = f"an address of its own on I2C bus {chip.i2c} is allowed; {chip.address} is taken by {owner}"
            yield f"{below(at, 'address')} = {chip.address}: {allowed}"
        for pin in _I2C_PINS.get(chip.i2c, ()):
            taker = reading.owner("a pin", pin)
            if taker:
                allowed = f"a bus whose pins are free is allowed; {pin} is taken by {taker}"
                yield f"{below(at, 'i2c')} = {chip.i2c}: {allowed}"
