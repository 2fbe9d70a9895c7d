"""An office for tests: authority, registry, enrolment, and requests of devices that want something from it."""

import base64
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from drivers.jwk import PrivateKey, thumbprint
from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.authority.requests import Request as CertificateRequest
from provisioning.enrolment import Enrolment
from provisioning.est.service import Request, Response, Service
from provisioning.invitation import invite
from provisioning.model import Act, Certificate, Plan, Site
from provisioning.registry.registry import Registry

NOW = datetime(2031, 3, 1, 12, 0, 0, tzinfo=UTC)
PASSPHRASE = b"0123456789abcdef0123456789abcdef"
DEVICES = ("store-0001", "store-0002", "store-0003")
VALID = timedelta(days=7)
EST = "/.well-known/est"


def make_authority(folder: Path, now: datetime = NOW) -> Authority:
    folder.mkdir(parents=True, exist_ok=True)
    return Authority.create(folder, "Test", PASSPHRASE, now - timedelta(days=400), rounds=1)


def certificate_request(key: PrivateKey, device_id: str) -> CertificateRequest:
    public_key = key.public_key()
    return CertificateRequest(device_id, public_key, thumbprint(public_key))


def pkcs10(key: PrivateKey, device_id: str) -> bytes:
    """Base64 of a request, as EST sends it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device_id)])
    algorithm = None if isinstance(key, Ed25519PrivateKey) else SHA256()
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, algorithm)
    return base64.encodebytes(request.public_bytes(Encoding.DER))


def new_key(algorithm: Algorithm = Algorithm.ED25519) -> PrivateKey:
    return make_key(algorithm)


def basic(device_id: str, token: str) -> tuple[str, str]:
    return ("authorization", "Basic " + base64.b64encode(f"{device_id}:{token}".encode()).decode())


def x509_of(certificate: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.pem.encode())


@dataclass
class Desk(AbstractContextManager["Desk"]):
    """The office with three planned devices; `now` is turned by hand."""

    folder: Path
    authority: Authority
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.registry = Registry(self.folder / "registry.db", "test")
        self.registry.apply([Plan(Site("seoul-1", "Seoul 1"), DEVICES)], self.now)
        self.enrolment = Enrolment(self.authority, self.registry)
        self.service = Service(self.authority, self.registry, self.enrolment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.registry.close()

    def invite(self, device_id: str = DEVICES[0]) -> str:
        return invite(self.registry, device_id, VALID, self.now)

    def enrolled(self, key: PrivateKey, device_id: str = DEVICES[0]) -> Certificate:
        return self.enrolment.enrol(device_id, self.invite(device_id), certificate_request(key, device_id), self.now)

    def refusals(self) -> list[Act]:
        return [act for act in self.registry.acts() if act.verb == "refused"]

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        peer: x509.Certificate | None = None,
        address: str = "192.0.2.7",
    ) -> Response:
        return self.service.handle(Request(method, path, headers, body, peer, address), self.now)

    def ask_enrol(
        self,
        device_id: str,
        token: str,
        body: bytes,
        content_type: str = "application/pkcs10",
        address: str = "192.0.2.7",
    ) -> Response:
        headers = (basic(device_id, token), ("content-type", content_type))
        return self.ask(f"{EST}/simpleenroll", method="POST", headers=headers, body=body, address=address)

    def ask_renewal(self, peer: x509.Certificate | None, body: bytes) -> Response:
        headers = (("content-type", "application/pkcs10"),)
        return self.ask(f"{EST}/simplereenroll", method="POST", headers=headers, body=body, peer=peer)
