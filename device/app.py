"""The composition root: a configuration becomes a running agent. No other file of `device` names concrete drivers."""

import logging
import secrets
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Protocol

from device import __version__
from device.config.model import Config
from device.config.settings import zone_settings
from device.credentials import Credentials, Shown
from device.inbox import Inbox
from device.logic.agent import Agent, AgentSettings
from device.logic.envelope import MAX_BYTES
from device.loop import Loop, Observer, Ports
from device.renewer import ChildRenewer
from drivers.clock import SystemClock, boot_id
from drivers.errors import KeyFileError
from drivers.gpio import GpioInputs, GpioOutputs
from drivers.gpio_factory import Factory
from drivers.lock_bank import LockBank
from drivers.lock_ports import Locks
from drivers.mqtt.link import MqttLink
from drivers.ports import Beginning, Clock, Inputs, Post
from drivers.store.event_store import EventStore, open_store
from drivers.systemd import ServiceManager

if TYPE_CHECKING:
    from device.bank_wiring import BankWiring
    from device.config.map import BankMap

_LOG = logging.getLogger(__name__)


class OpenStore(Protocol):
    """Opens the event store, as `drivers.store.event_store.open_store` does."""

    def __call__(
        self, state_dir: Path, post: Post, clock: Clock, boot: str, *, random_hex: str
    ) -> tuple[EventStore, Beginning]: ...


def assemble(
    config: Config,
    credentials: Credentials,
    factory: Factory,
    clock: Clock | None = None,
    observe: Observer | None = None,
    errand: Sequence[str] = (),
    open_store: OpenStore = open_store,
    bank_map: "BankMap | None" = None,
) -> Loop:
    """Wire an agent. It is armed when this returns: the pins are watched, whatever disk and network do.

    errand: the command that asks the office; without it nobody is asked. open_store: in place of the disk's own.
    bank_map: what is wired where; needed if the configuration has a bank.
    Raises GpioError when a pin cannot be had; nothing is left open then.
    """
    clock = clock or SystemClock()
    inbox = Inbox()
    inputs: Inputs
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
        bank = None if bank_map is None else _wire_bank(config, bank_map, inputs, factory, inbox.post, clock)
        undo.pop_all()
    boot = boot_id()
    store, beginning = open_store(config.device.state_dir, inbox.post, clock, boot, random_hex=secrets.token_hex(4))
    link = MqttLink(
        config.mqtt.brokers,
        config.device.id,
        [f"ansim/v1/{config.device.id}/{topic}" for topic in ("receipt", "command")],
        keepalive_s=config.mqtt.keepalive_s,
        tls=credentials.in_force.tls,
        post=inbox.post,
        clock=clock,
        max_payload_bytes=MAX_BYTES,
    )
    staged = _staged(credentials)
    renewer = ChildRenewer(credentials, errand, link.present, inbox.post, clock, staged)
    wall = clock.wall()
    agent = Agent(
        _settings(config, credentials, staged, runs_errands=bool(errand)),
        beginning,
        boot,
        wall,
        credentials.in_force.identity.signer,
        credentials.control_room,
        SystemRandom().random,
        None if bank is None else bank.lockers(beginning, wall),
    )
    locks: Locks = LockBank()
    if bank is not None:
        inputs, locks = bank.inputs, bank.locks
    lights = {indicator.name: indicator.pin for indicator in config.indicators}
    ports = Ports(clock, inputs, outputs, link, store, renewer, locks, ServiceManager(), lights)
    return Loop(agent, ports, inbox, observe)


def errand_of(config: Config, path: Path) -> tuple[str, ...]:
    """The command that asks the office for what is new; empty if the configuration names no office. path: the file."""
    if config.identity.est is None:
        return ()
    # Isolated: nothing that lies in the folder in which the agent was started is imported.
    return (sys.executable, "-I", "-m", "device", "renew", "--config", str(path.resolve()))


def _wire_bank(
    config: Config, bank_map: "BankMap", header: Inputs, factory: Factory, post: Post, clock: Clock
) -> "BankWiring":
    from device.bank_wiring import wire_bank  # noqa: PLC0415 - a store has no memory to give away for it

    return wire_bank(config, bank_map, header, factory, post, clock)


def _staged(credentials: Credentials) -> Shown | None:
    """One that cannot be used must not keep the device from its alarms: the next errand sees to it."""
    try:
        return credentials.load_staged()
    except KeyFileError as fault:
        _LOG.warning("%s", fault)
        return None


def _settings(config: Config, credentials: Credentials, staged: Shown | None, *, runs_errands: bool) -> AgentSettings:
    return AgentSettings(
        device=config.device.id,
        version=__version__,
        zones=tuple(zone_settings(zone) for zone in config.zones),
        indicators=tuple((indicator.name, indicator.shows) for indicator in config.indicators),
        brokers=len(config.mqtt.brokers),
        heartbeat_s=config.mqtt.heartbeat_s,
        certificate_expires_ns=credentials.in_force.identity.expires_ns,
        runs_errands=runs_errands,
        staged=None if staged is None else staged.identity,
    )
