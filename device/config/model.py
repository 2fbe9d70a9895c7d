"""The configuration of the agent: every key with kind, range, default and meaning. Implements docs/configuration.md.

Names are fixed by docs/protocol.md. Values are checked on reading only; whoever builds one by hand answers for it.
"""

import re
from enum import StrEnum
from pathlib import Path

from device.config.bank import Bank, Bus, Expander
from device.config.keys import Table, Tables, Varies, setting, table
from device.config.kinds import (
    NAME,
    BrokerUrl,
    EstUrl,
    FilePath,
    Flag,
    Integer,
    KeyFile,
    ListOf,
    Number,
    OneOf,
    Pin,
    Text,
)
from device.logic.device_id import DEVICE_ID, DEVICE_ID_WORDS
from device.logic.kinds import ZoneType
from device.logic.lamp import Shows
from drivers.key_place import KeyPlace
from drivers.mqtt.brokers import Broker
from drivers.ports import Pull


class Contact(StrEnum):
    """What a contact does when nothing happens."""

    NORMALLY_OPEN = "normally-open"
    NORMALLY_CLOSED = "normally-closed"


MAX_ZONES = 64

_DEVICE_ID = Text(40, re.compile(DEVICE_ID), DEVICE_ID_WORDS)
_PLACE = Text(200)
# What may stay active for hours without a fault.
_LASTING = (ZoneType.TAMPER, ZoneType.MAINS, ZoneType.BATTERY, ZoneType.DOOR, ZoneType.KEY)


@table
class Site:
    """Where the device is, for the people who are sent there. Nothing here is needed to run."""

    name: str | None = setting(_PLACE, default=None, doc="The name that people know the place by.")
    address: str | None = setting(_PLACE, default=None, doc="Street and number.")
    district: str | None = setting(_PLACE, default=None, doc="The district, as the police station in charge calls it.")
    latitude: float | None = setting(Number(-90, 90, "degrees, WGS 84"), default=None, doc="North is positive.")
    longitude: float | None = setting(Number(-180, 180, "degrees, WGS 84"), default=None, doc="East is positive.")


@table
class Device:
    """Who the device is, and where it keeps what must survive a power cut."""

    id: str = setting(_DEVICE_ID, doc="The device id. It is also the CN of the certificate and the MQTT user name.")
    state_dir: Path = setting(FilePath(), doc="The folder of the event store. The agent must be able to write there.")
    site: Site = setting(Table(Site, "[device.site]"), default=Site(), doc="The place; see below.")


@table
class Identity:
    """Key files. Their contents are never shown."""

    key: KeyPlace = setting(
        KeyFile(),
        doc="The private key of the device. A file: PEM, PKCS#8, mode 0600. "
        "Or a key in a token: its PKCS#11 URI (RFC 7512), which names the token's module and the file of its PIN.",
    )
    certificate: Path | None = setting(
        FilePath(),
        default=None,
        doc="The certificate of the device: PEM. Required if a broker is `mqtts://`.",
    )
    control_room_keys: Path = setting(FilePath(), doc="The public keys of the control room: JWKS (RFC 7517).")
    est: str | None = setting(
        EstUrl(),
        default=None,
        doc="The office's enrolment service (RFC 7030). Without it, certificate and keys are not renewed.",
    )


@table
class Mqtt:
    """The way to the control room."""

    brokers: tuple[Broker, ...] = setting(
        ListOf(BrokerUrl(), 1, 8),
        doc="Brokers in order of preference. Port 8883 for `mqtts://` and 1883 for `mqtt://` if none is given.",
    )
    ca: Path | None = setting(
        FilePath(),
        default=None,
        doc="The certificates of the authorities that may sign for a broker: PEM. Required if a broker is `mqtts://`.",
    )
    keepalive_s: int = setting(
        Integer(2, 300, "s"),
        default=10,
        doc="A dead connection is noticed within 1.5 times this. Mobile networks may charge for small values.",
    )
    heartbeat_s: int = setting(
        Integer(1, 3600, "s"), default=15, doc="A status is sent this often when nothing changes."
    )


@table
class Zone:
    """One input and what it means. A contact closes to ground (`pull = "up"`) or to 3.3 V (`pull = "down"`)."""

    name: str = setting(NAME, unique="a name", doc="The `subject` of every event of this zone.")
    type: ZoneType = setting(OneOf(ZoneType), doc="What it means when the zone becomes active.")
    pin: str = setting(Pin(), unique="a pin", doc="The input. All names of a pin mean the same; none is used twice.")
    pin_nc: str | None = setting(
        Pin(),
        default=None,
        unique="a pin",
        doc="The normally closed leg of a changeover contact whose other leg is on `pin`. The line is then supervised: "
        'a cut or shorted wire is a trouble. Only with `contact = "normally-open"`.',
    )
    contact: Contact = setting(OneOf(Contact), default=Contact.NORMALLY_OPEN, doc="The contact on `pin`, at rest.")
    pull: Pull = setting(
        OneOf(Pull),
        default=Pull.UP,
        doc="The resistor inside the chip. `none`: there is one outside, to 3.3 V. GPIO2 and GPIO3 are always `up`.",
    )
    stable_ms: int = setting(
        Integer(1, 1000, "ms"),
        default=20,
        doc="A level is believed when it has lasted this long. Shorter presses are not heard.",
    )
    hold_ms: int = setting(
        Integer(0, 60000, "ms"),
        varies=Varies("type", {ZoneType.HOTLINE: 7000}, otherwise=0),
        doc="The zone must stay active this long to be an alarm. Shorter ones are recorded, not sent.",
    )
    stuck_s: int = setting(
        Integer(0, 86400, "s"),
        varies=Varies(
            "type",
            {ZoneType.HOTLINE: 120, **dict.fromkeys(_LASTING, 0)},
            otherwise=60,
        ),
        doc="Active for this long after the alarm, the input is reported as stuck (or the phone as off the hook). "
        "0 switches this off.",
    )


@table
class Indicator:
    """One light, or another output that tells people something."""

    name: str = setting(NAME, unique="an indicator name", doc="The name in status and log.")
    pin: str = setting(Pin(), unique="a pin", doc="The output. All names of a pin mean the same; none is used twice.")
    shows: Shows = setting(
        OneOf(Shows),
        doc="`alarm`: sending, received, help is coming, fault. `health`: whether the device works.",
    )
    active_high: bool = setting(Flag(), default=True, doc="`false`: the light is on while the pin is low.")


@table
class Config:
    """The whole file."""

    device: Device = setting(Table(Device, "[device]"), doc="The device.")
    identity: Identity = setting(Table(Identity, "[identity]"), doc="The key files.")
    mqtt: Mqtt = setting(Table(Mqtt, "[mqtt]"), doc="The brokers.")
    zones: tuple[Zone, ...] = setting(
        Tables(Zone, "[[zone]]", 0, MAX_ZONES),
        name="zone",
        default=(),
        doc="The inputs. Required if there is no `[bank]`.",
    )
    indicators: tuple[Indicator, ...] = setting(
        Tables(Indicator, "[[indicator]]", 0, 16), name="indicator", default=(), doc="The lights."
    )
    bank: Bank | None = setting(Table(Bank, "[bank]"), default=None, doc="The locker bank.")
    buses: tuple[Bus, ...] = setting(
        Tables(Bus, "[[bus]]", 0, 8), name="bus", default=(), doc="The lines to the lock boards."
    )
    expanders: tuple[Expander, ...] = setting(
        Tables(Expander, "[[expander]]", 0, 8), name="expander", default=(), doc="The chips with more inputs."
    )
