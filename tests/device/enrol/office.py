"""An office in memory: it signs what it is asked to, and remembers whose token was used."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from device.enrol.home import Home
from device.enrol.label import Label
from drivers.authorities import Authorities, parse_authorities
from drivers.files import Files
from drivers.https import EstError, Fault
from drivers.identity_files import IdentityFiles, Pair
from drivers.jwk import jwk_of, thumbprint
from tests.builders import make_signer
from tests.pki import Pki

DEVICE = "store-0042"
EST = "https://localhost:8443"
TOKEN = "abcdefghijklmnopqrstuvwxyz"
NOW = datetime.now(UTC).replace(microsecond=0)
LIFETIME = timedelta(days=365)


def fingerprint_of(pki: Pki) -> str:
    return hashlib.sha256(pki._root.certificate.public_bytes(Encoding.DER)).hexdigest()


def label_of(pki: Pki, device: str = DEVICE) -> Label:
    return Label(device, EST, fingerprint_of(pki))


def jwks(owner: str = "control room") -> bytes:
    """A key of the control room's."""
    return json.dumps({"keys": [jwk_of(make_signer(owner=owner))]}).encode()


def home_in(folder: Path, files: Files | None = None) -> Home:
    """A device whose files are all in one folder."""
    files = files or Files()
    pairs = IdentityFiles(folder / "device.key", folder / "device.crt", files)
    return Home(DEVICE, pairs, folder / "ca.crt", folder / "control-room.jwks.json", files)


class FakeOffice:
    """One token, bound to the first key that comes with it; the same key gets the same certificate."""

    def __init__(self, pki: Pki) -> None:
        self.pki = pki
        self.ca_pem = pki.ca.read_bytes()
        self.keys = jwks()
        self.certificates: dict[str, x509.Certificate] = {}
        self.bound: str | None = None
        self.lifetime = LIFETIME
        self.since = NOW
        self.subject: str | None = None

    def fetch_ca(self, root_fingerprint: str) -> Authorities:
        return self.ca(parse_authorities(self.ca_pem)).below(root_fingerprint)

    def ca(self, trusted: Authorities) -> Authorities:
        return parse_authorities(self.ca_pem)

    def control_room_keys(self, trusted: Authorities) -> bytes:
        return self.keys

    def enrol(self, trusted: Authorities, device_id: str, token: str, request: bytes) -> x509.Certificate:
        certificate = self.sign(request)
        kid = thumbprint(certificate.public_key())  # type: ignore[arg-type]
        if token != TOKEN or self.bound not in {None, kid}:
            raise EstError("the token is not valid", Fault.REFUSED)
        self.bound = kid
        return certificate

    def renew(self, trusted: Authorities, pair: Pair, request: bytes) -> x509.Certificate:
        shown = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        if shown not in self.certificates.values():
            raise EstError("the certificate is not known here", Fault.REFUSED)
        return self.sign(request)

    def sign(self, request: bytes) -> x509.Certificate:
        """The certificate for a request (PKCS#10, DER), each time the same."""
        csr = x509.load_der_x509_csr(request)
        assert csr.is_signature_valid
        kid = thumbprint(csr.public_key())  # type: ignore[arg-type]
        if kid not in self.certificates:
            self.certificates[kid] = self._issue(csr)
        return self.certificates[kid]

    def _issue(self, csr: x509.CertificateSigningRequest) -> x509.Certificate:
        name = csr.subject
        if self.subject is not None:
            name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.subject)])
        issuing = self.pki._issuing
        builder = x509.CertificateBuilder(
            issuing.certificate.subject,
            name,
            csr.public_key(),
            x509.random_serial_number(),
            self.since,
            self.since + self.lifetime,
        )
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        return builder.sign(issuing.key, issuing.certificate.signature_hash_algorithm)  # type: ignore[arg-type]
