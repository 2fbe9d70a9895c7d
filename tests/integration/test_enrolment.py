"""A device and the office, each with its own code, over TLS: from the label to the certificate after the next."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from device.enrol.enrolment import Answer, Wish, enrol, enrol_by_hand, request_by_hand
from device.enrol.errand import Errand, Renewal
from device.enrol.home import Home, certificate_in
from device.enrol.label import parse_label
from drivers.authorities import parse_authorities
from drivers.est_client import EstClient
from drivers.files import Files
from drivers.https import EstError, Fault, Https
from drivers.identity_files import IdentityFiles
from drivers.jwk import jwk_of
from provisioning.authority.authority import Authority
from provisioning.authority.requests import read_request
from provisioning.clock import now_utc
from provisioning.control_room import control_room_jwks
from provisioning.enrolment import Enrolment
from provisioning.invitation import invite
from provisioning.model import Plan, Purpose, Reason, SigningKey, Site
from provisioning.registry.registry import Registry
from tests.builders import make_signer
from tests.provisioning.est.desk import make_authority
from tests.provisioning.est.running import Running

DEVICE = "store-0042"
NOW = now_utc()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("office"), NOW)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """The operator's own connection, beside that of the service."""
    folder = tmp_path / "office"
    folder.mkdir()
    signer = make_signer(owner="control room")
    with Registry(folder / "registry.db", "operator") as registry:
        registry.apply([Plan(Site("seoul-1", "Seoul 1"), (DEVICE,))], NOW)
        registry.add_signing_key(SigningKey(signer.kid, json.dumps(jwk_of(signer)), NOW), NOW)
        yield registry


@pytest.fixture
def office(registry: Registry, tmp_path: Path, authority: Authority) -> Iterator[Running]:
    with Running(tmp_path / "office", authority) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "device"
    folder.mkdir()
    pairs = IdentityFiles(folder / "device.key", folder / "device.crt")
    return Home(DEVICE, pairs, folder / "ca.crt", folder / "control-room.jwks.json", Files())


def label(office: Running) -> str:
    return f"ansim:{DEVICE}?est={office.url}&ca={office.authority.fingerprint}"


def client(office: Running) -> EstClient:
    return EstClient(Https(office.url, NOW), NOW)


def token_of(registry: Registry) -> str:
    return invite(registry, DEVICE, timedelta(hours=1), NOW)


def test_a_device_enrols_renews_and_renews_again(home: Home, office: Running, registry: Registry) -> None:
    token = token_of(registry)
    first = enrol(home, parse_label(label(office)), token, client(office), Wish(), NOW)

    newest = [first]
    for _ in range(2):
        found = Errand(home, client(office), NOW, is_forced=True).run()
        assert found.renewal is Renewal.STAGED
        home.identity.promote()
        newest.append(certificate_in(home.identity.demand()))

    assert len({certificate.serial_number for certificate in newest}) == 3
    known = registry.certificates(DEVICE)
    assert {certificate.serial for certificate in known} == {certificate.serial_number for certificate in newest}
    assert home.working(NOW) is not None


def test_a_token_opens_once_but_for_the_same_key_again(home: Home, office: Running, registry: Registry) -> None:
    token = token_of(registry)
    authorities = client(office).fetch_ca(office.authority.fingerprint)
    request = request_by_hand(home, parse_label(label(office)), Wish(), NOW)

    first = client(office).enrol(authorities, DEVICE, token, request)
    second = client(office).enrol(authorities, DEVICE, token, request)
    home.identity.discard()
    with pytest.raises(EstError, match="the token is not valid") as caught:
        enrol(home, parse_label(label(office)), token, client(office), Wish(), NOW)

    assert first == second
    assert caught.value.fault is Fault.REFUSED


def test_a_device_that_was_shut_out_is_not_renewed(home: Home, office: Running, registry: Registry) -> None:
    enrol(home, parse_label(label(office)), token_of(registry), client(office), Wish(), NOW)
    office.revoke(registry.revoke(DEVICE, Reason.KEY_COMPROMISE, NOW))
    request = request_by_hand(home, parse_label(label(office)), Wish(again=True), NOW)

    with pytest.raises(EstError) as caught:
        client(office).renew(home.authorities(), home.identity.demand(), request)

    assert caught.value.fault is Fault.REFUSED
    assert "certificate revoked" in str(caught.value)


def test_a_device_without_a_network_is_signed_for_by_hand(home: Home, registry: Registry, authority: Authority) -> None:
    text = parse_label(f"ansim:{DEVICE}?est=https://enrol.example&ca={authority.fingerprint}")
    request = request_by_hand(home, text, Wish(), NOW)

    signed = Enrolment(authority, registry).sign(read_request(request, "store-0042.csr"), NOW)
    keys = control_room_jwks(registry.signing_keys())
    answer = Answer("stick", authority.chain_pem(signed).encode(), authority.ca_pem.encode(), keys)
    certificate = enrol_by_hand(home, text, answer, NOW)

    assert signed.purpose is Purpose.DEVICE
    assert certificate.serial_number == signed.serial
    assert home.authorities().certificates == parse_authorities(authority.ca_pem.encode()).certificates
    assert home.working(NOW) is not None
