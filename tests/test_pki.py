"""The test authority itself: what it calls good, bad and revoked is what OpenSSL calls so."""

import ssl
import stat
from pathlib import Path

import pytest

from tests.pki import Identity, Pki


@pytest.fixture(scope="module", params=["ES256", "Ed25519"])
def pki(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"), request.param)


def handshake(
    pki: Pki, server: Identity, client: Identity | None, host: str = "localhost", *, crl: bool = False
) -> str:
    """Let two memory-only ends shake hands; the CN that the server saw. Raises ssl.SSLError."""
    inner, outer = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki.ca)), _client(pki, client)
    inner.load_cert_chain(server.certificate, server.key)
    inner.verify_mode = ssl.CERT_REQUIRED
    if crl:
        inner.load_verify_locations(pki.crl)
        inner.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = outer.wrap_bio(to_client, to_server, server_hostname=host)
    theirs = inner.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for end in (ours, theirs):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    peer = theirs.getpeercert()
    assert peer is not None
    return str(dict(item for rdn in peer["subject"] for item in rdn)["commonName"])  # type: ignore[misc]


def _client(pki: Pki, client: Identity | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(pki.ca))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if client:
        context.load_cert_chain(client.certificate, client.key)
    return context


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_device_and_the_server_take_each_other(pki: Pki, alg: str, host: str) -> None:
    device = pki.make_device("store-0042", alg)

    assert handshake(pki, pki.server, device, host, crl=True) == "store-0042"


@pytest.mark.parametrize("kind", ["misnamed_server", "expired_server"])
def test_a_bad_server_is_refused(pki: Pki, kind: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(pki, getattr(pki, kind), pki.control_room)


def test_a_server_of_another_authority_is_refused(pki: Pki) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(pki, pki.make_strange_server(), pki.control_room)


def test_expired_and_foreign_devices_are_refused(pki: Pki) -> None:
    for device in (pki.make_expired_device("store-0042"), pki.make_stranger("store-0042")):
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(pki, pki.server, device)


def test_a_revoked_device_is_refused_where_the_crl_is_read(pki: Pki) -> None:
    device = pki.make_device("store-0666")
    pki.revoke(device)

    assert handshake(pki, pki.server, device) == "store-0666"
    with pytest.raises(ssl.SSLCertVerificationError, match="revoked"):
        handshake(pki, pki.server, device, crl=True)


def test_keys_are_readable_by_their_owner_only(pki: Pki) -> None:
    folder = Path(pki.ca).parent

    assert {stat.S_IMODE(key.stat().st_mode) for key in folder.glob("*.key")} == {0o600}
