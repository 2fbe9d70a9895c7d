"""A real office and a device's real identity files, in time that is turned by hand; there is no wire between them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from device.enrol.errand import Errand
from device.enrol.home import Home
from device.errors import EnrolError
from drivers.authorities import Authorities, parse_authorities
from drivers.certificate_request import make_request
from drivers.errors import DriverError
from drivers.files import Files
from drivers.identity_files import IdentityFiles, Pair
from drivers.keystore import KeySigner, load_keys, load_signer
from drivers.ports import ErrandDone, Identity, Signer, WallClock
from provisioning.authority.authority import Authority
from provisioning.authority.requests import read_request
from provisioning.control_room import control_room_jwks, devices_jwks, signing_key_of
from provisioning.enrolment import Enrolment
from provisioning.errors import DeniedError
from provisioning.model import Certificate, Plan, Reason, Site
from provisioning.registry.registry import Registry
from sim.control_room.device_keys import DeviceKeys
from sim.world.setup import DEVICE

Now = Callable[[], datetime]
# Few rounds: what is protected here lives for a second.
_ROUNDS = 1_000


class RenewingOffice:
    """Office, broker's judgement and device's disk: a `sim.renewal.Office`. `is_away`: nobody answers."""

    def __init__(self, folder: Path, room: KeySigner, now: Now, lifetime: timedelta) -> None:
        """room: the control room's first key."""
        self._now = now
        self.authority = Authority.create(folder, "Test", b"correct horse", now(), rounds=_ROUNDS)
        self.registry = Registry(folder / "registry.db", "test")
        self._enrolment = Enrolment(self.authority, self.registry, lifetime=lifetime)
        self._device_keys = folder / "devices.jwks.json"
        self.files = IdentityFiles(folder / "device.key", folder / "device.crt")
        self._keys = folder / "control-room.jwks.json"
        self._home = Home(DEVICE, self.files, folder / "device-ca.crt", self._keys, Files())
        self.is_away = False
        self.refuses_new = False
        self.tells_the_control_room = True
        self.renewals = 0
        self.registry.apply([Plan(Site(DEVICE, "store"), (DEVICE,))], now())
        self.registry.add_signing_key(signing_key_of(room.public_key, now()), now())
        self._home.keep_authorities(parse_authorities(self.authority.ca_pem.encode("ascii")))
        self._home.keep_control_room_keys(control_room_jwks(self.registry.signing_keys()))
        key = self.files.prepare_key()
        Files().write(self._device_keys, devices_jwks([], now()), 0o644)
        self.known = DeviceKeys(self._device_keys)
        """What the control room believes."""
        self._take(self._enrolment.sign(read_request(make_request(key, DEVICE), "stick"), now()))
        self.files.promote()

    def close(self) -> None:
        self.registry.close()

    def add_room_key(self, key: KeySigner) -> None:
        """The control room will sign with another key."""
        self.registry.add_signing_key(signing_key_of(key.public_key, self._now()), self._now())

    def enrol_again(self) -> None:
        """Somebody comes with a USB stick."""
        self.files.discard()
        self._take(self._enrolment.sign(read_request(make_request(self.files.prepare_key(), DEVICE), "s"), self._now()))
        self.files.promote()

    def revoke(self) -> None:
        self.registry.revoke(DEVICE, Reason.KEY_COMPROMISE, self._now())
        self.publish()

    @property
    def signer(self) -> Signer:
        return self.load()[0].signer

    # ------------------------------------------------------------ sim.renewal.Office

    def load(self) -> tuple[Identity, Identity | None]:
        current, staged = self.files.current(), self.files.staged()
        assert current is not None, "the device has no working identity"
        return _identity(current), None if staged is None else _identity(staged)

    def errand(self, now: WallClock) -> ErrandDone:
        failed = None
        try:
            Errand(self._home, self, self._now()).run()
        except (EnrolError, DriverError, OSError) as fault:
            failed = str(fault)
        staged = self.files.staged()
        return ErrandDone(now.at_ns, failed, load_keys(self._keys), None if staged is None else _identity(staged))

    def promote(self) -> str | None:
        try:
            self.files.promote()
        except OSError as fault:
            return str(fault)
        self.renewals += 1
        return None

    def refusal(self, staged: bool, now: WallClock) -> str | None:
        pair = self.files.staged() if staged else self.files.current()
        if pair is None or (staged and self.refuses_new):
            return "TLS refused by the broker: certificate unknown"
        certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        kept = self.registry.certificate(certificate.serial_number)
        if kept is None or kept.revoked is not None:
            return "TLS refused by the broker: certificate revoked"
        return None if kept.not_before <= self._now() < kept.not_after else "certificate expired"

    # ------------------------------------------------------------ device.enrol.errand.Office: the wire

    def ca(self, trusted: Authorities) -> Authorities:
        self._reach()
        return trusted

    def control_room_keys(self, trusted: Authorities) -> bytes:
        self._reach()
        return control_room_jwks(self.registry.signing_keys())

    def renew(self, trusted: Authorities, pair: Pair, request: bytes) -> x509.Certificate:
        self._reach()
        peer = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        try:
            made = self._enrolment.renew(peer, read_request(request, "request"), self._now())
        except DeniedError as denied:
            raise EnrolError(f"refused: {denied}", 77) from None
        self.publish()
        return x509.load_pem_x509_certificate(made.pem.encode("ascii"))

    def _reach(self) -> None:
        if self.is_away:
            raise EnrolError("the office is not reached", 69)

    def _take(self, certificate: Certificate) -> None:
        self.files.stage(self.authority.chain_pem(certificate).encode("ascii"))
        self.publish()

    def publish(self) -> None:
        """The control room has the list at once, if it is told at all."""
        if self.tells_the_control_room:
            Files().write(self._device_keys, devices_jwks(self.registry.certificates(), self._now()), 0o644)
            self.known.refresh()


def _identity(pair: Pair) -> Identity:
    ends = x509.load_pem_x509_certificate(pair.certificate.read_bytes()).not_valid_after_utc
    return Identity(load_signer(pair.key), int(ends.timestamp()) * 1_000_000_000)


def utc(wall: WallClock) -> datetime:
    return datetime.fromtimestamp(wall.utc_ns // 1_000_000_000, UTC)
