"""What the office knows: sites, devices, certificates, tokens, and who did what when. Pure: values only.

All times are aware, in UTC, and have whole seconds.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """How far a device has come. Only `planned` and `enrolled` devices are given certificates."""

    PLANNED = "planned"
    ENROLLED = "enrolled"
    REVOKED = "revoked"
    RETIRED = "retired"


class Purpose(StrEnum):
    """What a certificate is for."""

    DEVICE = "device"
    CLIENT = "client"
    """The control room's own connection to a broker."""
    SERVER = "server"
    EVICTION = "eviction"
    """Lives minutes, in memory: takes over the connection of a device that is shut out."""


class Reason(StrEnum):
    """Why a certificate is revoked; the words of RFC 5280 §5.3.1, as OpenSSL and JWK sets write them."""

    KEY_COMPROMISE = "keyCompromise"
    SUPERSEDED = "superseded"
    CESSATION = "cessationOfOperation"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True, slots=True)
class Site:
    """A store, or a place with a locker bank. `contact` may name a person: it never leaves the office."""

    id: str
    name: str
    address: str = ""
    district: str = ""
    latitude: float | None = None
    longitude: float | None = None
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One line of a list of sites: the site, and the devices that belong there (never none)."""

    site: Site
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """A device as it stands in the registry."""

    id: str
    site: str
    state: State


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that the office has issued. `kid`: RFC 7638 thumbprint of its key; `jwk`: that key, as JSON."""

    serial: int
    subject: str
    """The CN: a device id, a client's name, or a server's first name."""
    purpose: Purpose
    kid: str
    jwk: str
    not_before: datetime
    not_after: datetime
    pem: str
    revoked: datetime | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A one-time token: only its SHA-256 is kept. `kid`: of the key that has used it; None while nobody has."""

    device: str
    digest: bytes
    expires: datetime
    kid: str | None = None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key that the control room signs with, or will. `jwk` is JSON; `retired` None while it is valid."""

    kid: str
    jwk: str
    added: datetime
    retired: datetime | None = None


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that is served from here: its address for devices, its folder, and how it is told to read it again."""

    host: str
    port: int
    folder: str
    reload: str
    """A command line, run without a shell; empty: SIGHUP to the process that `mosquitto.pid` in the folder names."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody did something: who, what, to whom, when."""

    at: datetime
    actor: str
    verb: str
    subject: str
    detail: str
