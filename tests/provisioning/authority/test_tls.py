"""Server and device as Python's TLS 1.3 sees them, through two buffers instead of a network."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.jwk import PrivateKey
from drivers.key_making import Algorithm, make_key
from provisioning.model import Certificate, Purpose, Reason
from tests.pki import pem_of
from tests.provisioning.authority.offices import make_authority

# OpenSSL takes the time from the clock. A day ago, so that no test depends on two readings of it.
_NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
_ROUNDS = 10


class _Place:
    """An authority, a server and a device, with their files."""

    def __init__(self, folder: Path, algorithm: Algorithm, device_key: Algorithm) -> None:
        self._folder = folder
        self.authority = make_authority(folder, algorithm, _NOW)
        server_key, key = make_key(algorithm), make_key(device_key)
        self.server = self.authority.issue(server_key.public_key(), "localhost", Purpose.SERVER, _NOW)
        self.device = self.authority.issue(key.public_key(), "store-0042", Purpose.DEVICE, _NOW)
        self._keep("server", self.server, server_key)
        self._keep("device", self.device, key)

    def connect(self, revoked: list[Certificate], name: str = "localhost") -> tuple[str | None, object]:
        """Protocol, and the device's CN as the server knows it. ssl.SSLError if one side refuses the other."""
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_verify_locations(self._folder / "ca.crt")
        client.load_cert_chain(self._folder / "device.crt", self._folder / "device.key")
        crl = self._folder / "crl.pem"
        crl.write_bytes(self.authority.revocation_list(revoked, 1, _NOW))
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.minimum_version = ssl.TLSVersion.TLSv1_3
        server.verify_mode = ssl.CERT_REQUIRED
        server.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF | ssl.VerifyFlags.VERIFY_X509_STRICT
        server.load_verify_locations(self._folder / "ca.crt")
        server.load_verify_locations(crl)
        server.load_cert_chain(self._folder / "server.crt", self._folder / "server.key")
        return _handshake(client, server, name)

    def _keep(self, name: str, certificate: Certificate, key: PrivateKey) -> None:
        (self._folder / f"{name}.crt").write_text(self.authority.chain_pem(certificate))
        (self._folder / f"{name}.key").write_bytes(pem_of(key))


def _handshake(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> tuple[str | None, object]:
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)]
    waiting = list(ends)
    for _ in range(_ROUNDS):
        for end in tuple(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)
    assert not waiting
    peer = ends[1].getpeercert()
    return ends[1].version(), None if peer is None else peer["subject"]


@pytest.fixture(params=list(Algorithm))
def place(request: pytest.FixtureRequest, algorithm: Algorithm, tmp_path: Path) -> _Place:
    return _Place(tmp_path, algorithm, request.param)


def test_server_and_device_know_each_other(place: _Place) -> None:
    protocol, subject = place.connect([])

    assert (protocol, subject) == ("TLSv1.3", ((("commonName", "store-0042"),),))


def test_a_device_that_is_revoked_is_refused(place: _Place) -> None:
    with pytest.raises(ssl.SSLError, match="certificate revoked"):
        place.connect([replace(place.device, revoked=_NOW, reason=Reason.KEY_COMPROMISE)])


def test_a_server_under_another_name_is_refused(place: _Place) -> None:
    with pytest.raises(ssl.SSLError, match="Hostname mismatch"):
        place.connect([], "elsewhere.example")
