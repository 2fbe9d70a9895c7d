from datetime import timedelta

import pytest

from provisioning import tokens
from provisioning.errors import DeniedError, RefusedError
from provisioning.invitation import MAX_TOKEN_DAYS, invite
from provisioning.model import Reason
from tests.provisioning.est.desk import DEVICES, NOW, VALID, Desk, certificate_request, new_key

STORE = DEVICES[0]


def test_a_token_is_made_of_the_chance_that_is_handed_in_and_only_its_digest_is_kept(desk: Desk) -> None:
    token = invite(desk.registry, STORE, VALID, NOW, random=lambda size: bytes(range(size)))

    kept = desk.registry.token(STORE)
    assert token == "aaaqeayeaudaocajbifqydiob4"
    assert kept is not None
    assert (kept.digest, kept.expires, kept.kid) == (tokens.digest(token), NOW + VALID, None)


def test_a_new_token_replaces_the_one_before(desk: Desk) -> None:
    first, second = desk.invite(), desk.invite()

    with pytest.raises(DeniedError):
        desk.enrolment.enrol(STORE, first, certificate_request(new_key(), STORE), NOW)
    assert desk.enrolment.enrol(STORE, second, certificate_request(new_key(), STORE), NOW).subject == STORE


def test_a_device_whose_card_was_replaced_is_invited_again(desk: Desk) -> None:
    first = desk.enrolled(new_key())

    second = desk.enrolled(new_key())

    assert first.kid != second.kid


def test_a_device_that_nobody_knows_is_not_invited(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="store-9999: no such device"):
        invite(desk.registry, "store-9999", VALID, NOW)


def test_a_revoked_device_is_not_invited_until_it_is_planned_again(desk: Desk) -> None:
    desk.enrolled(new_key())
    desk.registry.revoke(STORE, Reason.KEY_COMPROMISE, NOW)

    with pytest.raises(RefusedError, match="the device is revoked; allowed is planned or enrolled"):
        desk.invite()
    desk.registry.replan(STORE, NOW)
    assert desk.invite()


@pytest.mark.parametrize("valid", [timedelta(0), timedelta(seconds=-1), timedelta(days=MAX_TOKEN_DAYS, seconds=1)])
def test_a_token_that_is_never_or_too_long_valid_is_not_made(desk: Desk, valid: timedelta) -> None:
    with pytest.raises(RefusedError, match="token valid for"):
        invite(desk.registry, STORE, valid, NOW)
