import base64
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.jwk import parse_jwks
from provisioning.control_room import signing_key_of
from provisioning.est.service import MAX_ADDRESS_FAILURES, MAX_DEVICE_FAILURES, Response
from provisioning.model import Reason
from tests.provisioning.est.desk import DEVICES, EST, Desk, new_key, pkcs10, x509_of

STORE, OTHER, _ = DEVICES
WRONG = "a" * 26


def certificates_in(response: Response) -> set[x509.Certificate]:
    """DER sorts them by their bytes: their order says nothing (RFC 5652 §10.2.3)."""
    return set(pkcs7.load_der_pkcs7_certificates(base64.b64decode(response.body)))


def header(response: Response, name: str) -> str | None:
    return dict(response.headers).get(name)


def test_the_authorities_are_given_to_everybody(desk: Desk) -> None:
    response = desk.ask(f"{EST}/cacerts")

    assert response.status == 200
    assert header(response, "Content-Type") == "application/pkcs7-mime; smime-type=certs-only"
    assert certificates_in(response) == {desk.authority.root, desk.authority.issuing}


def test_the_attributes_of_a_request_are_given_to_everybody(desk: Desk) -> None:
    response = desk.ask(f"{EST}/csrattrs")

    assert (response.status, header(response, "Content-Type")) == (200, "application/csrattrs")


def test_the_keys_of_the_control_room_are_given_to_everybody(desk: Desk) -> None:
    key = signing_key_of(new_key().public_key(), desk.now)
    desk.registry.add_signing_key(key, desk.now)

    response = desk.ask("/.well-known/ansim/control-room.jwks.json")

    assert header(response, "Content-Type") == "application/jwk-set+json"
    assert parse_jwks(response.body).kids == (key.kid,)


def test_it_says_that_it_is_well(desk: Desk) -> None:
    assert desk.ask("/healthz").body == b"ok\n"


def test_without_its_registry_it_is_not_well(desk: Desk) -> None:
    desk.registry.close()

    response = desk.ask("/healthz")

    assert (response.status, header(response, "Retry-After")) == (503, "60")
    assert response.body == b"the office cannot answer now\n"


@pytest.mark.parametrize(
    "path", ["/", "", "/.well-known/est", f"{EST}/cacerts?x", f"{EST}/label/cacerts", "*", "/../x"]
)
def test_other_paths_are_not_there(desk: Desk, path: str) -> None:
    assert desk.ask(path).status == 404


@pytest.mark.parametrize(("path", "method", "allowed"), [("cacerts", "POST", "GET"), ("simpleenroll", "GET", "POST")])
def test_other_methods_are_not_allowed(desk: Desk, path: str, method: str, allowed: str) -> None:
    response = desk.ask(f"{EST}/{path}", method=method)

    assert (response.status, header(response, "Allow")) == (405, allowed)


def test_a_device_with_a_token_gets_its_certificate_and_no_other(desk: Desk) -> None:
    key = new_key()

    response = desk.ask_enrol(STORE, desk.invite(), pkcs10(key, STORE))

    [given] = certificates_in(response)
    assert (response.status, response.issued, response.device) == (200, True, STORE)
    assert given.public_key() == key.public_key()
    assert given.issuer == desk.authority.issuing.subject


def test_who_shows_no_token_is_asked_for_it_and_that_is_no_refusal(desk: Desk) -> None:
    for _ in range(MAX_ADDRESS_FAILURES + 1):
        response = desk.ask(f"{EST}/simpleenroll", method="POST", body=pkcs10(new_key(), STORE))

    assert (response.status, header(response, "WWW-Authenticate")) == (401, 'Basic realm="ansim"')
    assert desk.refusals() == []


def test_two_authorizations_are_none(desk: Desk) -> None:
    pair = ("authorization", "Basic YTpi")

    response = desk.ask(f"{EST}/simpleenroll", method="POST", headers=(pair, pair))

    assert response.status == 401


def test_a_wrong_token_is_refused_in_one_line_and_one_act(desk: Desk) -> None:
    desk.invite()

    response = desk.ask_enrol(STORE, WRONG, pkcs10(new_key(), STORE))

    assert (response.status, header(response, "WWW-Authenticate")) == (401, 'Basic realm="ansim"')
    assert response.body.count(b"\n") == 1
    assert [act.detail for act in desk.refusals()] == ["wrong token"]


def test_the_token_is_in_no_answer_log_or_act(desk: Desk) -> None:
    token = desk.invite()

    response = desk.ask_enrol(OTHER, token, pkcs10(new_key(), OTHER))

    assert token not in repr((response.body, response.reason, response.device, desk.refusals()))


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/pkcs10", 400),
        (b"!!!!", "application/pkcs10", 400),
        (b"MIIB", "application/pkcs10", 400),
        (b"\xff" * 100, "application/pkcs10", 400),
        (pkcs10(new_key(), STORE), "application/json", 415),
    ],
)
def test_a_body_that_is_no_request_is_refused_in_one_line_and_one_act(
    desk: Desk, body: bytes, content_type: str, status: int
) -> None:
    response = desk.ask_enrol(STORE, desk.invite(), body, content_type)

    assert response.status == status
    assert response.body.count(b"\n") == 1
    assert len(desk.refusals()) == 1


def test_a_request_whose_signature_is_of_another_key_is_refused(desk: Desk) -> None:
    der = bytearray(base64.b64decode(pkcs10(new_key(), STORE)))
    der[-1] ^= 1

    response = desk.ask_enrol(STORE, desk.invite(), base64.b64encode(der))

    assert (response.status, response.body) == (400, b"request: not signed with the key that it is for\n")


def test_after_too_many_failures_a_guesser_has_to_wait(desk: Desk) -> None:
    desk.invite()
    for _ in range(MAX_DEVICE_FAILURES):
        assert desk.ask_enrol(STORE, WRONG, pkcs10(new_key(), STORE)).status == 401

    response = desk.ask_enrol(STORE, WRONG, pkcs10(new_key(), STORE))

    assert (response.status, header(response, "Retry-After")) == (429, "60")


def test_who_holds_the_token_gets_in_however_many_others_guess(desk: Desk) -> None:
    token = desk.invite()
    for number in range(2 * MAX_DEVICE_FAILURES):
        desk.ask_enrol(STORE, WRONG, pkcs10(new_key(), STORE), address=f"198.51.100.{number}")

    assert desk.ask_enrol(STORE, token, pkcs10(new_key(), STORE)).status == 200


def test_an_address_with_too_many_failures_is_not_heard_for_a_while_and_not_noted_either(desk: Desk) -> None:
    token = desk.invite()
    for number in range(MAX_ADDRESS_FAILURES + 5):
        desk.ask_enrol(f"store-{number:04}", WRONG, pkcs10(new_key(), STORE))

    assert desk.ask_enrol(STORE, token, pkcs10(new_key(), STORE)).status == 429
    assert len(desk.refusals()) == MAX_ADDRESS_FAILURES
    desk.now += timedelta(minutes=1)
    assert desk.ask_enrol(STORE, token, pkcs10(new_key(), STORE)).status == 200


def test_a_device_renews_though_its_address_is_not_heard(desk: Desk) -> None:
    old = x509_of(desk.enrolled(new_key()))
    for number in range(MAX_ADDRESS_FAILURES):
        desk.ask_enrol(f"store-{number:04}", WRONG, pkcs10(new_key(), STORE))

    assert desk.ask_renewal(old, pkcs10(new_key(), STORE)).status == 200


def test_a_device_that_renews_wrongly_again_and_again_has_to_wait(desk: Desk) -> None:
    old = x509_of(desk.enrolled(new_key()))
    for _ in range(MAX_ADDRESS_FAILURES):
        desk.ask_renewal(old, b"nonsense")

    assert desk.ask_renewal(old, pkcs10(new_key(), STORE)).status == 429


def test_a_device_renews_and_the_same_request_again_gets_the_same_certificate(desk: Desk) -> None:
    old, body = x509_of(desk.enrolled(new_key())), pkcs10(new_key(), STORE)

    first, second = desk.ask_renewal(old, body), desk.ask_renewal(old, body)

    assert (first.status, first.device) == (200, STORE)
    assert certificates_in(first) == certificates_in(second)


def test_a_renewal_without_a_certificate_is_refused(desk: Desk) -> None:
    response = desk.ask_renewal(None, pkcs10(new_key(), STORE))

    assert (response.status, response.body.count(b"\n")) == (403, 1)


def test_a_renewal_with_a_revoked_certificate_is_refused(desk: Desk) -> None:
    old = x509_of(desk.enrolled(new_key()))
    desk.registry.revoke(STORE, Reason.KEY_COMPROMISE, desk.now)

    assert desk.ask_renewal(old, pkcs10(new_key(), STORE)).status == 403


def test_a_flood_of_refused_handshakes_is_noted_so_many_times_only(desk: Desk) -> None:
    for _ in range(MAX_ADDRESS_FAILURES + 5):
        desk.service.handshake_refused("192.0.2.7", "certificate revoked", desk.now)

    assert len(desk.refusals()) == MAX_ADDRESS_FAILURES
    assert "certificate revoked" in desk.refusals()[0].detail


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=600))
def test_no_body_breaks_the_service(desk: Desk, body: bytes) -> None:
    desk.now += timedelta(minutes=1)

    response = desk.ask_enrol(STORE, WRONG, body)

    assert response.status in {400, 401}


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_no_fault_in_a_request_breaks_the_service(desk: Desk, at: int, octet: int) -> None:
    desk.now += timedelta(minutes=1)
    der = bytearray(base64.b64decode(pkcs10(new_key(), STORE)))
    der[at % len(der)] = octet

    response = desk.ask_enrol(STORE, WRONG, base64.b64encode(der))

    assert response.status in {400, 401}
