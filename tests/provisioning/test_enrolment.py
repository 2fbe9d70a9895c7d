from datetime import timedelta

import pytest

from drivers.key_making import Algorithm
from provisioning.enrolment import Enrolment
from provisioning.errors import DeniedError
from provisioning.model import Purpose, Reason, State
from tests.provisioning.est.desk import (
    DEVICES,
    NOW,
    VALID,
    Desk,
    certificate_request,
    new_key,
    x509_of,
)

STORE, OTHER, THIRD = DEVICES


def refused(desk: Desk) -> str:
    """The true reason of the one refusal."""
    [act] = desk.refusals()
    return act.detail


# --- enrol


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_who_holds_the_token_is_given_a_certificate_for_his_key(desk: Desk, algorithm: Algorithm) -> None:
    key, token = new_key(algorithm), desk.invite()

    given = desk.enrolment.enrol(STORE, token, certificate_request(key, STORE), NOW)

    device = desk.registry.device(STORE)
    assert device is not None
    assert device.state is State.ENROLLED
    assert (given.subject, given.purpose) == (STORE, Purpose.DEVICE)
    assert x509_of(given).public_key() == key.public_key()
    assert desk.registry.certificates(STORE) == [given]
    assert desk.refusals() == []


def test_the_life_of_a_certificate_may_be_chosen(desk: Desk) -> None:
    enrolment = Enrolment(desk.authority, desk.registry, lifetime=timedelta(days=30))

    given = enrolment.enrol(STORE, desk.invite(), certificate_request(new_key(), STORE), NOW)

    assert given.not_after == NOW + timedelta(days=30)


def test_the_same_key_gets_the_same_certificate_again(desk: Desk) -> None:
    token, request = desk.invite(), certificate_request(new_key(), STORE)
    first = desk.enrolment.enrol(STORE, token, request, NOW)

    second = desk.enrolment.enrol(STORE, token, request, NOW + VALID - timedelta(seconds=1))

    assert second == first
    assert len(desk.registry.certificates(STORE)) == 1


def test_a_token_that_was_used_is_refused_to_another_key(desk: Desk) -> None:
    token = desk.invite()
    desk.enrolment.enrol(STORE, token, certificate_request(new_key(), STORE), NOW)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.enrol(STORE, token, certificate_request(new_key(), STORE), NOW)

    assert denied.value.status == 401
    assert refused(desk) == "the token was used before, with another key"
    assert len(desk.registry.certificates(STORE)) == 1


def test_an_expired_token_is_refused_even_to_its_own_key(desk: Desk) -> None:
    token, request = desk.invite(), certificate_request(new_key(), STORE)
    desk.enrolment.enrol(STORE, token, request, NOW)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.enrol(STORE, token, request, NOW + VALID)

    assert denied.value.status == 401
    assert refused(desk) == "the token expired at 2031-03-08T12:00:00Z"


def test_a_guesser_cannot_tell_why_a_token_does_not_open(desk: Desk) -> None:
    used, wrong, expired = desk.invite(), "a" * 26, desk.invite(OTHER)
    desk.enrolment.enrol(STORE, used, certificate_request(new_key(), STORE), NOW)
    tries = [(STORE, used), (STORE, wrong), (THIRD, wrong), ("store-9999", wrong), ("", ""), (OTHER, expired)]

    said = set()
    for device_id, token in tries:
        with pytest.raises(DeniedError) as denied:
            desk.enrolment.enrol(device_id, token, certificate_request(new_key(), STORE), NOW + VALID)
        said.add((denied.value.status, str(denied.value)))

    assert len(said) == 1
    assert len(desk.refusals()) == len(tries)


def test_the_token_of_one_device_does_not_open_for_another(desk: Desk) -> None:
    token = desk.invite(STORE)
    desk.invite(OTHER)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.enrol(OTHER, token, certificate_request(new_key(), OTHER), NOW)

    assert denied.value.status == 401
    assert refused(desk) == "wrong token"


def test_a_request_made_out_to_another_name_is_refused(desk: Desk) -> None:
    token = desk.invite(STORE)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.enrol(STORE, token, certificate_request(new_key(), OTHER), NOW)

    assert denied.value.status == 403
    assert refused(desk) == "the request is made out to CN 'store-0002'; allowed is 'store-0001'"
    assert desk.registry.certificates(OTHER) == []


@pytest.mark.parametrize("state", [State.REVOKED, State.RETIRED])
def test_a_device_that_was_shut_out_is_refused_with_a_right_token(desk: Desk, state: State) -> None:
    desk.enrolled(new_key())
    token = desk.invite()
    if state is State.REVOKED:
        desk.registry.revoke(STORE, Reason.KEY_COMPROMISE, NOW)
    else:
        desk.registry.retire(STORE, NOW)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.enrol(STORE, token, certificate_request(new_key(), STORE), NOW)

    assert denied.value.status in {401, 403}
    assert len(desk.refusals()) == 1
    assert all(certificate.revoked is not None for certificate in desk.registry.certificates(STORE))


def test_a_copied_card_gets_no_certificate_under_a_second_name(desk: Desk) -> None:
    key = new_key()
    desk.enrolled(key)

    with pytest.raises(DeniedError) as denied:
        desk.enrolled(key, OTHER)

    assert denied.value.status == 403
    assert refused(desk) == "store-0002: its key is that of store-0001; allowed is a key of its own"
    assert desk.registry.certificates(OTHER) == []


def test_a_key_whose_certificate_was_revoked_never_comes_back(desk: Desk) -> None:
    stolen = new_key()
    desk.enrolled(stolen)
    desk.registry.revoke(STORE, Reason.KEY_COMPROMISE, NOW)
    desk.registry.replan(STORE, NOW)

    with pytest.raises(DeniedError) as denied:
        desk.enrolled(stolen)

    assert denied.value.status == 403
    assert refused(desk) == "a certificate of this key was revoked; the device needs a new key"


def test_a_fresh_token_gives_a_fresh_certificate_to_the_same_key(desk: Desk) -> None:
    key = new_key()
    first = desk.enrolled(key)

    second = desk.enrolled(key)

    assert first.serial != second.serial


def test_what_a_stranger_calls_himself_is_noted_in_one_short_printable_line(desk: Desk) -> None:
    with pytest.raises(DeniedError):
        desk.enrolment.enrol("x\n" * 500, "a", certificate_request(new_key(), STORE), NOW)

    [act] = desk.refusals()
    assert act.subject == "-"
    assert act.detail.isprintable()
    assert len(act.detail) < 160


# --- renew


def test_a_device_renews_with_its_certificate_and_a_new_key(desk: Desk) -> None:
    old, new = desk.enrolled(new_key()), new_key()

    given = desk.enrolment.renew(x509_of(old), certificate_request(new, STORE), NOW + timedelta(days=300))

    assert x509_of(given).public_key() == new.public_key()
    assert given.not_after > old.not_after
    assert desk.registry.certificates(STORE) == [given, old]


def test_the_same_new_key_gets_the_same_renewal_again(desk: Desk) -> None:
    old, request = desk.enrolled(new_key()), certificate_request(new_key(), STORE)
    first = desk.enrolment.renew(x509_of(old), request, NOW)

    second = desk.enrolment.renew(x509_of(old), request, NOW + timedelta(minutes=5))

    assert second == first
    assert len(desk.registry.certificates(STORE)) == 2


def test_a_key_that_cannot_be_exchanged_is_certified_again_in_the_second_half_of_its_certificate(desk: Desk) -> None:
    key = new_key()
    old, request = desk.enrolled(key), certificate_request(key, STORE)

    early = desk.enrolment.renew(x509_of(old), request, NOW + timedelta(days=100))
    late = desk.enrolment.renew(x509_of(old), request, NOW + timedelta(days=300))
    again = desk.enrolment.renew(x509_of(old), request, NOW + timedelta(days=300, minutes=5))

    assert early == old
    assert (late.kid, late.not_after - old.not_after) == (old.kid, timedelta(days=300))
    assert again == late


def test_a_renewal_for_a_key_from_before_the_old_one_is_refused(desk: Desk) -> None:
    first_key = new_key()
    first = desk.enrolled(first_key)
    later = NOW + timedelta(days=100)
    second = desk.enrolment.renew(x509_of(first), certificate_request(new_key(), STORE), later)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.renew(x509_of(second), certificate_request(first_key, STORE), later)

    assert denied.value.status == 400


def test_a_renewal_for_another_name_is_refused(desk: Desk) -> None:
    old = desk.enrolled(new_key())

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.renew(x509_of(old), certificate_request(new_key(), OTHER), NOW)

    assert denied.value.status == 403
    assert "made out to CN 'store-0002'" in refused(desk)


def test_a_certificate_that_the_registry_does_not_know_is_not_renewed(desk: Desk) -> None:
    desk.enrolled(new_key())
    unknown = desk.authority.issue(new_key().public_key(), STORE, Purpose.DEVICE, NOW)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.renew(x509_of(unknown), certificate_request(new_key(), STORE), NOW)

    assert denied.value.status == 403
    assert refused(desk) == f"certificate {unknown.serial:x} is not in the registry"


def test_a_revoked_certificate_is_not_renewed(desk: Desk) -> None:
    old = desk.enrolled(new_key())
    desk.registry.revoke(STORE, Reason.KEY_COMPROMISE, NOW)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.renew(x509_of(old), certificate_request(new_key(), STORE), NOW)

    assert denied.value.status == 403
    assert refused(desk) == f"certificate {old.serial:x} is revoked"


def test_an_expired_certificate_is_not_renewed(desk: Desk) -> None:
    old = desk.enrolled(new_key())

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.renew(x509_of(old), certificate_request(new_key(), STORE), old.not_after)

    assert denied.value.status == 403
    assert refused(desk).startswith(f"certificate {old.serial:x} expired at ")


def test_a_certificate_of_the_control_room_is_not_renewed(desk: Desk) -> None:
    client = desk.authority.issue(new_key().public_key(), "control-room", Purpose.CLIENT, NOW)
    desk.registry.add_certificate(client, NOW)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.renew(x509_of(client), certificate_request(new_key(), "control-room"), NOW)

    assert denied.value.status == 403
    assert refused(desk) == f"certificate {client.serial:x} is for a client; allowed is one for a device"


def test_a_device_that_was_planned_again_renews_nothing(desk: Desk) -> None:
    old = desk.enrolled(new_key())
    desk.registry.retire(STORE, NOW)
    desk.registry.replan(STORE, NOW)

    with pytest.raises(DeniedError) as denied:
        desk.enrolment.renew(x509_of(old), certificate_request(new_key(), STORE), NOW)

    assert denied.value.status == 403
    assert len(desk.refusals()) == 1


# --- sign


def test_the_operator_signs_a_request_that_he_has_in_hand(desk: Desk) -> None:
    given = desk.enrolment.sign(certificate_request(new_key(), STORE), NOW)

    device = desk.registry.device(STORE)
    assert device is not None
    assert device.state is State.ENROLLED
    assert desk.registry.certificate(given.serial) == given


def test_the_operator_does_not_sign_for_a_device_that_is_not_planned(desk: Desk) -> None:
    with pytest.raises(DeniedError) as denied:
        desk.enrolment.sign(certificate_request(new_key(), "store-9999"), NOW)

    assert denied.value.status == 403
    assert refused(desk).startswith("no such device in the registry")


def test_the_operator_does_not_sign_for_a_revoked_key(desk: Desk) -> None:
    key = new_key()
    desk.enrolled(key)
    desk.registry.revoke(STORE, Reason.KEY_COMPROMISE, NOW)
    desk.registry.replan(STORE, NOW)

    with pytest.raises(DeniedError, match="needs a new key"):
        desk.enrolment.sign(certificate_request(key, STORE), NOW)
