"""The first identity: by wire with a one-time token, or by hand with a USB stick.

Rules
- Nothing is put in force before everything has been checked against the label.
- The key is on the disk before the office hears of it. Cut at any moment, the same errand can be run again: the office
  gives the same key the same certificate for the same token.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from cryptography import x509

from device.enrol.faults import EX_PROTOCOL, unbelievable
from device.enrol.home import Brought, Home, certificate_in, check_control_room_keys
from device.enrol.label import Label
from device.errors import EX_CANTCREAT, EX_CONFIG, EnrolError
from drivers.authorities import UNREADABLE, Authorities, parse_authorities
from drivers.certificate_request import make_request
from drivers.jwk import PublicKey
from drivers.key_making import Algorithm


class Office(Protocol):
    """drivers.est_client.EstClient, as far as a first identity needs it."""

    def fetch_ca(self, root_fingerprint: str) -> Authorities: ...
    def enrol(self, trusted: Authorities, device_id: str, token: str, request: bytes) -> x509.Certificate: ...
    def control_room_keys(self, trusted: Authorities) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What the office has put on the stick, not yet looked at: PEM, PEM, JWKS. `source`: the folder, for people."""

    source: str
    certificate: bytes
    authorities: bytes
    control_room_keys: bytes


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator has asked for. algorithm: None takes a key that waits, or Ed25519."""

    algorithm: Algorithm | None = None
    again: bool = False


def check_label(home: Home, label: Label) -> None:
    """Raises EnrolError unless it is the label of this device."""
    if label.device != home.device:
        text = f"label of {label.device}; allowed is that of {home.device}, as device.id in the configuration says"
        raise EnrolError(text, EX_CONFIG)


def enrol(home: Home, label: Label, token: str, office: Office, wish: Wish, now: datetime) -> x509.Certificate:
    """By wire. Raises EnrolError, EstError, KeyFileError and OSError."""
    check_label(home, label)
    _check_free(home, wish, now)
    key = home.identity.prepare_key(wish.algorithm)
    authorities = office.fetch_ca(label.fingerprint)
    jwks = office.control_room_keys(authorities)
    certificate = office.enrol(authorities, home.device, token, make_request(key, home.device))
    brought = Brought(authorities, jwks, certificate)
    _check(home, brought, key.public_key(), label.est, now)
    home.install(brought)
    return certificate


def request_by_hand(home: Home, label: Label, wish: Wish, now: datetime) -> bytes:
    """The request (PKCS#10, DER) to carry to the office. Raises as `enrol` does."""
    check_label(home, label)
    _check_free(home, wish, now)
    return make_request(home.identity.prepare_key(wish.algorithm), home.device)


def enrol_by_hand(home: Home, label: Label, answer: Answer, now: datetime) -> x509.Certificate:
    """With what came back from the office. Once it is installed, doing it again changes nothing. Raises as `enrol`."""
    check_label(home, label)
    certificate = _first_certificate(answer, home.device)
    home.identity.settle()
    current = home.identity.current()
    if current is not None and certificate_in(current) == certificate:
        return certificate
    with unbelievable(f"{answer.source}/ca.crt"):
        authorities = parse_authorities(answer.authorities).below(label.fingerprint)
        authorities.check_valid(now)
    brought = Brought(authorities, answer.control_room_keys, certificate)
    key = home.identity.waiting_key()
    if key is None:
        text = f"{answer.source}: certificate of {home.device}: no key here waits for it; remove it and run this again"
        raise EnrolError(text, EX_PROTOCOL)
    _check(home, brought, key, answer.source, now)
    home.install(brought)
    return certificate


def _check_free(home: Home, wish: Wish, now: datetime) -> None:
    home.identity.settle()
    working = home.working(now)
    if working is None or wish.again:
        return
    until = f"{working.not_after_utc.astimezone(UTC):%Y-%m-%d}"
    text = f"{home.device} has an identity until {until}; nothing was changed. To replace it: --again"
    raise EnrolError(text, EX_CANTCREAT)


def _check(home: Home, brought: Brought, key: PublicKey, source: str, now: datetime) -> None:
    with unbelievable(f"{source}: control room's keys"):
        check_control_room_keys(brought.control_room_keys)
    with unbelievable(f"{source}: certificate of {home.device}"):
        brought.authorities.check_device(brought.certificate, home.device, key, now)


def _first_certificate(answer: Answer, device: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(answer.certificate)
    except UNREADABLE:
        text = f"{answer.source}: certificate of {device}: it cannot be read; allowed is X.509 in PEM"
        raise EnrolError(text, EX_PROTOCOL) from None
