"""Shuts somebody out: registry, list, every broker, and the connection that is open now.

Can be repeated at any time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drivers.files import Files
from provisioning.authority.authority import Authority
from provisioning.broker.config import CRL_FILE
from provisioning.broker.eviction import Evictor, make_identity
from provisioning.broker.reload import reload_broker
from provisioning.errors import OfficeError, ReachError, RefusedError
from provisioning.model import Broker, Certificate, Purpose, Reason
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
    """Shut out a device, or a client, everywhere. RefusedError if nobody is called so; RegistryError, OfficeError.

    publish: called once the registry knows, before any broker is asked; it writes what the control room reads.
    A broker that fails does not keep the others from it: repeat the call when it is back.
    """
    if registry.device(subject) is None and not registry.certificates(subject):
        raise RefusedError(f"{subject[:80]!r}: nobody of this name; allowed are devices and clients of the registry")

    def register(certificate: Certificate) -> None:
        registry.add_certificate(certificate, now)

    canary = make_identity(authority, subject, register, now)
    if reason is Reason.CESSATION and registry.device(subject) is not None:
        revoked = registry.retire(subject, now)
    else:
        revoked = registry.revoke(subject, reason, now)
    evictor = Evictor(subject, canary, make_identity(authority, subject, register, now))
    publish()
    deliveries = _deliver(authority, registry, folder, now, files or Files(), evictor)
    theirs = tuple(one for one in revoked if one.purpose is not Purpose.EVICTION)
    return Revocation(subject, theirs, deliveries, evictor)


def evict_late(revocation: Revocation) -> tuple[Delivery, ...]:
    """Evict once more, LATE_AFTER_S after `revoke`, wherever that was done.

    A thief can have opened TLS connections before and held them ready: a broker looks at the list when TLS begins, not
    at CONNECT. What he says there is refused by the control room; this ends it. The identity is good for 10 minutes.
    """
    done = [delivery.broker for delivery in revocation.deliveries if delivery.is_done]
    return tuple(Delivery(broker, _fault(revocation.evictor.end, broker)) for broker in done)


def refresh_crl(
    authority: Authority, registry: Registry, folder: Path, now: datetime, *, files: Files | None = None
) -> tuple[Delivery, ...]:
    """A new list for every broker: each day, and when one was down. RegistryError, OfficeError for the office's own."""
    return _deliver(authority, registry, folder, now, files or Files(), None)


def _deliver(
    authority: Authority, registry: Registry, folder: Path, now: datetime, files: Files, evictor: Evictor | None
) -> tuple[Delivery, ...]:
    crl = authority.revocation_list(registry.revoked(now), registry.next_crl_number(), now)
    _write(files, folder / CRL_FILE, crl)
    return tuple(_at_broker(broker, crl, files, evictor) for broker in registry.brokers())


def _at_broker(broker: Broker, crl: bytes, files: Files, evictor: Evictor | None) -> Delivery:
    def serve(broker: Broker) -> None:
        _write(files, Path(broker.folder) / CRL_FILE, crl)
        reload_broker(broker)
        if evictor is not None:
            evictor.prove(broker)
            evictor.end(broker)

    return Delivery(broker, _fault(serve, broker))


def _fault(act: Callable[[Broker], None], broker: Broker) -> str | None:
    """One broker's fault is no other's."""
    try:
        act(broker)
    except (OfficeError, ReachError) as error:
        return str(error)
    return None


def _write(files: Files, path: Path, crl: bytes) -> None:
    try:
        files.write(path, crl, 0o644)
    except OSError as error:
        raise OfficeError(f"{path}: cannot be written: {error.strerror}") from None
