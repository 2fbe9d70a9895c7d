"""The composition root: a configuration becomes a running agent. No other file of `device` names concrete drivers."""

import secrets
from contextlib import ExitStack
from datetime import UTC, datetime
from random import SystemRandom

from device import __version__
from device.config.model import Config, Contact, Zone
from device.inbox import Inbox
from device.logic.agent import Agent, AgentSettings
from device.logic.envelope import MAX_BYTES
from device.logic.units import MS, S
from device.logic.zone import ZoneSettings
from device.loop import Loop, Observer, Ports
from drivers.clock import SystemClock, boot_id
from drivers.gpio import GpioInputs, GpioOutputs
from drivers.gpio_factory import Factory
from drivers.keystore import check_certificate, load_keys, load_signer
from drivers.mqtt.link import MqttLink
from drivers.mqtt.tls import client_context
from drivers.ports import Clock, Keys, Signer
from drivers.store.event_store import open_store
from drivers.systemd import ServiceManager


class Credentials:
    """The identity that a configuration names, read and checked. Raises KeyFileError with one clear line."""

    def __init__(self, config: Config) -> None:
        identity = config.identity
        self.signer: Signer = load_signer(identity.key)
        self.control_room: Keys = load_keys(identity.control_room_keys)
        self.expires_ns: int | None = None
        self.tls = None
        if identity.certificate is not None:
            now = datetime.now(UTC)
            certificate = check_certificate(identity.certificate, self.signer, config.device.id, now)
            self.expires_ns = int(certificate.not_after_utc.timestamp()) * S
        if identity.certificate is not None and config.mqtt.ca is not None:
            self.tls = client_context(config.mqtt.ca, identity.certificate, identity.key)


def assemble(
    config: Config,
    credentials: Credentials,
    factory: Factory,
    clock: Clock | None = None,
    observe: Observer | None = None,
) -> Loop:
    """Wire an agent. It is armed when this returns: the pins are watched, whatever disk and network do.

    Raises GpioError when a pin cannot be had; nothing is left open then.
    """
    clock = clock or SystemClock()
    inbox = Inbox()
    with ExitStack() as undo:
        inputs = GpioInputs(factory, inbox.post, clock)
        undo.callback(inputs.close)
        outputs = GpioOutputs(factory)
        undo.callback(outputs.close)
        for zone in config.zones:
            for pin in (zone.pin, zone.pin_nc):
                if pin is not None:
                    inputs.watch(pin, zone.pull)
        for indicator in config.indicators:
            outputs.claim(indicator.pin, indicator.active_high)
        undo.pop_all()
    boot = boot_id()
    store, beginning = open_store(config.device.state_dir, inbox.post, clock, boot, random_hex=secrets.token_hex(4))
    link = MqttLink(
        config.mqtt.brokers,
        config.device.id,
        [f"ansim/v1/{config.device.id}/{topic}" for topic in ("receipt", "command")],
        keepalive_s=config.mqtt.keepalive_s,
        tls=credentials.tls,
        post=inbox.post,
        clock=clock,
        max_payload_bytes=MAX_BYTES,
    )
    agent = Agent(
        _settings(config, credentials),
        beginning,
        boot,
        clock.wall(),
        credentials.signer,
        credentials.control_room,
        SystemRandom().random,
    )
    lights = {indicator.name: indicator.pin for indicator in config.indicators}
    return Loop(agent, Ports(clock, inputs, outputs, link, store, ServiceManager(), lights), inbox, observe)


def _settings(config: Config, credentials: Credentials) -> AgentSettings:
    return AgentSettings(
        device=config.device.id,
        version=__version__,
        zones=tuple(_zone(zone) for zone in config.zones),
        indicators=tuple((indicator.name, indicator.shows) for indicator in config.indicators),
        brokers=len(config.mqtt.brokers),
        heartbeat_s=config.mqtt.heartbeat_s,
        certificate_expires_ns=credentials.expires_ns,
    )


def _zone(zone: Zone) -> ZoneSettings:
    return ZoneSettings(
        name=zone.name,
        type=zone.type,
        pin=zone.pin,
        pin_nc=zone.pin_nc,
        pull=zone.pull,
        normally_closed=zone.contact is Contact.NORMALLY_CLOSED,
        stable_ns=zone.stable_ms * MS,
        hold_ns=zone.hold_ms * MS,
        stuck_ns=zone.stuck_s * S,
    )
