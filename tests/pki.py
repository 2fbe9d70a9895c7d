"""A certificate authority for tests: root, issuing CA, and everything that they should and should not have signed.

    @pytest.fixture(scope="session")
    def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
        return Pki(tmp_path_factory.mktemp("pki"))

Every file is PEM; keys are PKCS#8 with mode 0600; certificates are followed by the issuing CA's, as servers want them.
"""

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
PublicKey = Ed25519PublicKey | EllipticCurvePublicKey

# Written a day ago, so that no test depends on two clocks agreeing; long enough for any test run.
_SINCE = timedelta(days=-1)
_UNTIL = timedelta(days=30)
_EXPIRED = timedelta(hours=-1)


@dataclass(frozen=True, slots=True)
class Identity:
    """The two files that somebody proves himself with."""

    name: str
    key: Path
    certificate: Path


@dataclass(frozen=True, slots=True)
class _Authority:
    key: PrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def make_private_key(alg: str) -> PrivateKey:
    """A new key for the JWS algorithm: Ed25519 or ES256."""
    if alg == "Ed25519":
        return Ed25519PrivateKey.generate()
    if alg == "ES256":
        return generate_private_key(SECP256R1())
    raise ValueError(f"no such algorithm: {alg}")


def pem_of(key: PrivateKey) -> bytes:
    """PKCS#8, not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Pki:
    """Root and issuing CA in a folder. Clients are given `ca`, brokers `ca`, `crl`, `server`."""

    def __init__(self, folder: Path, alg: str = "ES256") -> None:
        """alg: of the two CAs, the server and the control room: Ed25519 or ES256. Devices say theirs."""
        self._folder = folder
        self._alg = alg
        self._root = _new_root("Ansim test root", alg)
        self._issuing = _new_issuing(self._root, alg)
        self._revoked: list[int] = []
        self.ca = self._write("ca.crt", self._issuing.pem + self._root.pem)
        """Trust anchor file: issuing CA and root."""
        self.crl = folder / "crl.pem"
        """CRL of the issuing CA; a leaf check needs no other."""
        self._write_crl()
        self.server = self.make_server("server", ["localhost", "127.0.0.1", "::1"])
        self.misnamed_server = self.make_server("misnamed-server", ["elsewhere.example"])
        self.expired_server = self.make_server("expired-server", ["localhost", "127.0.0.1"], _EXPIRED)
        self.control_room = self.make_device("control-room", alg)

    def make_device(self, device_id: str, alg: str = "Ed25519") -> Identity:
        """A client certificate with CN = device id."""
        return self._issue(self._issuing, device_id, device_id, alg, [], _UNTIL)

    def certify(self, device_id: str, public_key: EllipticCurvePublicKey, folder: Path) -> Path:
        """A client certificate for a key whose private half is elsewhere."""
        chain = self._chain(self._issuing, device_id, public_key, [], _UNTIL)
        path = folder / f"{device_id}.crt"
        path.write_bytes(chain)
        return path

    def make_expired_device(self, device_id: str, alg: str = "Ed25519") -> Identity:
        """Ran out an hour ago."""
        return self._issue(self._issuing, f"expired-{device_id}", device_id, alg, [], _EXPIRED)

    def make_stranger(self, device_id: str, alg: str = "Ed25519") -> Identity:
        """The right name from a CA that nobody here knows."""
        stranger = _new_root("Somebody else's root", self._alg)
        return self._issue(stranger, f"stranger-{device_id}", device_id, alg, [], _UNTIL)

    def make_strange_server(self) -> Identity:
        """A server for localhost from a CA that nobody here knows."""
        stranger = _new_root("Somebody else's root", self._alg)
        return self._issue(stranger, "strange-server", "localhost", self._alg, ["localhost", "127.0.0.1"], _UNTIL)

    def make_server(self, file_name: str, names: list[str], until: timedelta = _UNTIL) -> Identity:
        """A server certificate for host names and addresses."""
        return self._issue(self._issuing, file_name, names[0], self._alg, names, until)

    def revoke(self, identity: Identity) -> None:
        """Put the certificate on the CRL, and rewrite the file; a broker has to be told to read it again."""
        self._revoked.append(x509.load_pem_x509_certificate(identity.certificate.read_bytes()).serial_number)
        self._write_crl()

    def _issue(
        self, issuer: _Authority, file_name: str, cn: str, alg: str, names: list[str], until: timedelta
    ) -> Identity:
        key = make_private_key(alg)
        chain = self._chain(issuer, cn, key.public_key(), names, until)
        return Identity(cn, self._write(f"{file_name}.key", pem_of(key), 0o600), self._write(f"{file_name}.crt", chain))

    def _chain(self, issuer: _Authority, cn: str, public_key: PublicKey, names: list[str], until: timedelta) -> bytes:
        usage = ExtendedKeyUsageOID.SERVER_AUTH if names else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = _certificate(cn, public_key, issuer.certificate.subject, issuer.key, until)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(ca=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if names:
            alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
            builder = builder.add_extension(alternatives, critical=False)
        certificate = builder.sign(issuer.key, _hash_for(issuer.key))
        return certificate.public_bytes(Encoding.PEM) + issuer.pem

    def _write_crl(self) -> None:
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder(
            self._issuing.certificate.subject,
            now + _SINCE,
            now + _UNTIL,
            [_authority_key_id(self._issuing.key), x509.Extension(x509.CRLNumber.oid, False, self._crl_number())],
            [x509.RevokedCertificateBuilder(serial, now + _SINCE).build() for serial in self._revoked],
        )
        crl = builder.sign(self._issuing.key, _hash_for(self._issuing.key))
        self._write(self.crl.name, crl.public_bytes(Encoding.PEM))

    def _crl_number(self) -> x509.CRLNumber:
        return x509.CRLNumber(len(self._revoked) + 1)

    def _write(self, name: str, data: bytes, mode: int = 0o644) -> Path:
        path = self._folder / name
        path.unlink(missing_ok=True)
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(data)
        return path


def _new_root(name: str, alg: str) -> _Authority:
    key = make_private_key(alg)
    builder = _certificate(name, key.public_key(), _name(name), key, _UNTIL)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    builder = builder.add_extension(_key_usage(ca=True), critical=True)
    return _Authority(key, builder.sign(key, _hash_for(key)))


def _new_issuing(root: _Authority, alg: str) -> _Authority:
    key = make_private_key(alg)
    builder = _certificate("Ansim test issuing CA", key.public_key(), root.certificate.subject, root.key, _UNTIL)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_key_usage(ca=True), critical=True)
    return _Authority(key, builder.sign(root.key, _hash_for(root.key)))


def _certificate(
    cn: str, public_key: PublicKey, issuer_name: x509.Name, issuer_key: PrivateKey, until: timedelta
) -> x509.CertificateBuilder:
    """What all certificates here have in common."""
    now = datetime.now(UTC)
    subject_key = x509.SubjectKeyIdentifier.from_public_key(public_key)
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return x509.CertificateBuilder(
        issuer_name=issuer_name,
        subject_name=_name(cn),
        public_key=public_key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now + _SINCE,
        not_valid_after=now + until,
        extensions=[
            x509.Extension(subject_key.oid, False, subject_key),
            x509.Extension(authority_key.oid, False, authority_key),
        ],
    )


def _authority_key_id(key: PrivateKey) -> x509.Extension[x509.ExtensionType]:
    value = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return x509.Extension(value.oid, False, value)


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _hash_for(key: PrivateKey) -> hashes.SHA256 | None:
    return None if isinstance(key, Ed25519PrivateKey) else hashes.SHA256()


def _name(cn: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
