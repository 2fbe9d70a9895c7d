"""Shuts somebody out: registry, list, every broker, and the connection that is open now.

Can be repeated at any time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from drivers.files import Files
from provisioning.authority.authority import Authority
from provisioning.broker.config import CRL_FILE
from provisioning.broker.eviction import Evictor, make_identity
from provisioning.broker.reload import reload_broker
from provisioning.errors import OfficeError, ReachError, RefusedError
from provisioning.model import Broker, Certificate, Purpose, Reason, State
from provisioning.registry.registry import Registry

LATE_AFTER_S = 120
"""When to call `evict_late`: Mosquitto bears a connection that says nothing for 95 s, other brokers for less."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of it at one broker: `fault` is one line, None if all is done there."""

    broker: Broker
    fault: str | None

    @property
    def is_done(self) -> bool:
        return self.fault is None


@dataclass(frozen=True, slots=True)
class Revocation:
    """`certificates`: what was revoked now, without the office's own; none if it had been before."""

    subject: str
    certificates: tuple[Certificate, ...]
    deliveries: tuple[Delivery, ...]
    office_faults: tuple[str, ...]
    """What could not be written here, a line each: the control room may not have heard of it."""
    evictor: Evictor


def _nothing() -> None:
    """Nothing more is to be published."""


def revoke(
    authority: Authority,
    registry: Registry,
    folder: Path,
    subject: str,
    reason: Reason,
    now: datetime,
    *,
    publish: Callable[[], None] = _nothing,
    files: Files | None = None,
) -> Revocation:
    """Shut out a device, or a client, everywhere. RefusedError if nobody may be; RegistryError.

    publish: called once the registry knows, before any broker is asked; it writes what the control room reads.
    Neither a full disk here nor a broker that fails keeps the others from it: repeat the call when all is well.
    """
    retires = _check(registry, subject, reason)

    def register(certificate: Certificate) -> None:
        registry.add_certificate(certificate, now)

    canary = make_identity(authority, subject, register, now)
    revoked = registry.retire(subject, now) if retires else registry.revoke(subject, reason, now)
    evictor = Evictor(subject, canary, make_identity(authority, subject, register, now))
    unpublished = _fault(publish)
    unlisted, deliveries = _deliver(authority, registry, folder, now, files or Files(), evictor)
    theirs = tuple(one for one in revoked if one.purpose is not Purpose.EVICTION)
    faults = tuple(fault for fault in (unpublished, unlisted) if fault is not None)
    return Revocation(subject, theirs, deliveries, faults, evictor)


def evict_late(revocation: Revocation) -> tuple[Delivery, ...]:
    """Evict once more, LATE_AFTER_S after `revoke`, wherever that was done.

    A thief can have opened TLS connections before and held them ready: a broker looks at the list when TLS begins, not
    at CONNECT. What he says there is refused by the control room; this ends it. The identity is good for 10 minutes.
    """
    done = [delivery.broker for delivery in revocation.deliveries if delivery.is_done]
    return tuple(Delivery(broker, _fault(partial(revocation.evictor.end, broker))) for broker in done)


def refresh_crl(
    authority: Authority, registry: Registry, folder: Path, now: datetime, *, files: Files | None = None
) -> tuple[Delivery, ...]:
    """A new list for every broker: each day, and when one was down. RegistryError.

    OfficeError, after every broker has been served, if the office's own copy cannot be written.
    """
    unlisted, deliveries = _deliver(authority, registry, folder, now, files or Files(), None)
    if unlisted is not None:
        raise OfficeError(unlisted)
    return deliveries


def _check(registry: Registry, subject: str, reason: Reason) -> bool:
    """Whether the registry is to retire a device. RefusedError, before anything has been issued or changed."""
    device = registry.device(subject)
    if device is None and not registry.certificates(subject):
        raise RefusedError(f"{subject[:80]!r}: nobody of this name; allowed are devices and clients of the registry")
    if device is None or reason is not Reason.CESSATION:
        return False
    if device.state is State.REVOKED:
        raise RefusedError(f"{subject}: is revoked; allowed are planned and enrolled devices")
    return True


def _deliver(
    authority: Authority, registry: Registry, folder: Path, now: datetime, files: Files, evictor: Evictor | None
) -> tuple[str | None, tuple[Delivery, ...]]:
    crl = authority.revocation_list(registry.revoked(now), registry.next_crl_number(), now)
    unlisted = _fault(partial(_write, files, folder / CRL_FILE, crl))
    return unlisted, tuple(_at_broker(broker, crl, files, evictor) for broker in registry.brokers())


def _at_broker(broker: Broker, crl: bytes, files: Files, evictor: Evictor | None) -> Delivery:
    def serve() -> None:
        _write(files, Path(broker.folder) / CRL_FILE, crl)
        reload_broker(broker)
        if evictor is not None:
            evictor.prove(broker)
            evictor.end(broker)

    return Delivery(broker, _fault(serve))


def _fault(act: Callable[[], None]) -> str | None:
    """One place's fault is no other's."""
    try:
        act()
    except (OfficeError, ReachError) as error:
        return str(error)
    return None


def _write(files: Files, path: Path, crl: bytes) -> None:
    try:
        files.write(path, crl, 0o644)
    except OSError as error:
        raise OfficeError(f"{path}: cannot be written: {error.strerror}") from None
