from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.errors import RefusedError
from provisioning.model import Act, Purpose, Reason, State
from provisioning.registry.registry import Registry
from tests.provisioning.registry.values import (
    DIGEST,
    LATER,
    NOW,
    OTHER,
    SERIAL,
    STORE,
    certificate,
    token,
)


def _state(registry: Registry, device: str = STORE) -> State | None:
    found = registry.device(device)
    return None if found is None else found.state


def _last(registry: Registry) -> tuple[str, str, str]:
    act = registry.acts(1)[0]
    return act.verb, act.subject, act.detail


# ------------------------------------------------------------ enrolment


def test_an_enrolled_device_has_its_certificate_and_its_token_is_bound(registry: Registry) -> None:
    given = certificate()
    registry.put_token(token(), NOW)

    registry.enrol(given, NOW, "enrolled", DIGEST)

    assert _state(registry) is State.ENROLLED
    assert registry.certificate(SERIAL) == given
    assert registry.token(STORE) == token(kid=given.kid)
    assert _last(registry) == (
        "enrolled",
        STORE,
        f"device certificate 7{'f' * 39}, key key of {STORE}, until 2032-02-29T12:00:00Z",
    )


def test_a_device_is_enrolled_again_without_a_token(registry: Registry) -> None:
    first, second = certificate(serial=1), replace(certificate(serial=2, kid="next"), not_before=LATER)
    registry.enrol(first, NOW, "enrolled")

    registry.enrol(second, LATER, "renewed")

    assert registry.certificates(STORE) == [second, first]
    assert registry.acts(1)[0].verb == "renewed"


def test_certificates_of_the_same_second_come_newest_first(registry: Registry) -> None:
    for serial in (5, 3, 9):
        registry.enrol(certificate(serial=serial), NOW, "enrolled")
    registry.enrol(certificate(OTHER, 7), NOW, "enrolled")

    assert [one.serial for one in registry.certificates(STORE)] == [9, 3, 5]
    assert [one.serial for one in registry.certificates()] == [7, 9, 3, 5]


def test_the_same_key_may_use_its_token_again(registry: Registry) -> None:
    registry.put_token(token(), NOW)
    registry.enrol(certificate(serial=1), NOW, "enrolled", DIGEST)

    registry.enrol(certificate(serial=2), NOW, "enrolled", DIGEST)

    assert len(registry.certificates(STORE)) == 2


def test_a_used_token_is_refused_to_another_key_and_nothing_is_kept(registry: Registry) -> None:
    registry.put_token(token(kid="first key"), NOW)
    before = registry.acts()

    with pytest.raises(RefusedError) as caught:
        registry.enrol(certificate(), NOW, "enrolled", DIGEST)

    assert str(caught.value) == f"{STORE}: the token is used; allowed is the key that used it first"
    assert (_state(registry), registry.certificates(), registry.acts()) == (State.PLANNED, [], before)


@pytest.mark.parametrize("kept", [None, b"another digest of thirty-two byte"])
def test_a_token_that_has_been_replaced_is_refused(registry: Registry, kept: bytes | None) -> None:
    if kept is not None:
        registry.put_token(token(), NOW)
        registry.put_token(token(digest=kept), NOW)

    with pytest.raises(RefusedError, match="the token has been replaced; allowed is the newest one"):
        registry.enrol(certificate(), NOW, "enrolled", DIGEST)


def test_a_token_that_has_expired_is_refused(registry: Registry) -> None:
    registry.put_token(token(), NOW)

    with pytest.raises(RefusedError, match="the token expired at 2031-03-08T12:00:00Z"):
        registry.enrol(certificate(), token().expires, "enrolled", DIGEST)


def test_a_copied_key_is_refused(registry: Registry) -> None:
    registry.enrol(certificate(serial=1, kid="copied"), NOW, "enrolled")

    with pytest.raises(RefusedError) as caught:
        registry.enrol(certificate(OTHER, 2, kid="copied"), NOW, "enrolled")

    assert str(caught.value) == f"{OTHER}: its key is that of {STORE}; allowed is a key of its own"


def test_a_serial_number_is_used_once(registry: Registry) -> None:
    registry.enrol(certificate(), NOW, "enrolled")

    with pytest.raises(RefusedError, match="in the registry already"):
        registry.enrol(certificate(), NOW, "enrolled")


def test_only_device_certificates_enrol(registry: Registry) -> None:
    with pytest.raises(RefusedError, match="a client certificate; allowed is one for a device"):
        registry.enrol(certificate(purpose=Purpose.CLIENT), NOW, "enrolled")


def test_an_unknown_device_is_refused_everything(registry: Registry) -> None:
    reason = "'store-9': no such device; allowed are devices of the site list"
    asks: tuple[Callable[[], object], ...] = (
        lambda: registry.enrol(certificate("store-9"), NOW, "enrolled"),
        lambda: registry.put_token(token("store-9"), NOW),
        lambda: registry.retire("store-9", NOW),
        lambda: registry.replan("store-9", NOW),
    )
    for ask in asks:
        with pytest.raises(RefusedError) as caught:
            ask()
        assert str(caught.value) == reason
    assert registry.device("store-9") is None
    assert registry.token("store-9") is None


# ------------------------------------------------------------ the end of a device


def test_a_revoked_device_loses_certificates_and_token(registry: Registry) -> None:
    registry.enrol(certificate(serial=1, days=1), NOW, "enrolled")
    registry.enrol(certificate(serial=2), NOW, "renewed")
    registry.put_token(token(), NOW)
    now = NOW + timedelta(days=1)

    revoked = registry.revoke(STORE, Reason.KEY_COMPROMISE, now)

    gone = replace(certificate(serial=2), revoked=now, reason=Reason.KEY_COMPROMISE)
    assert revoked == [gone]
    assert registry.certificates(STORE) == [gone, certificate(serial=1, days=1)]
    assert (_state(registry), registry.token(STORE)) == (State.REVOKED, None)
    assert _last(registry) == ("revoked", STORE, "keyCompromise, 2")


def test_a_retired_device_has_ceased(registry: Registry) -> None:
    registry.enrol(certificate(), NOW, "enrolled")

    (gone,) = registry.retire(STORE, LATER)

    assert (gone.revoked, gone.reason, _state(registry)) == (LATER, Reason.CESSATION, State.RETIRED)
    assert _last(registry)[:2] == ("retired", STORE)


def test_to_shut_out_again_changes_nothing_and_is_no_act(registry: Registry) -> None:
    registry.enrol(certificate(), NOW, "enrolled")
    registry.revoke(STORE, Reason.KEY_COMPROMISE, NOW)
    registry.retire(OTHER, NOW)
    before = (registry.certificates(), registry.devices(), registry.acts())

    assert registry.revoke(STORE, Reason.UNSPECIFIED, LATER) == []
    assert registry.retire(OTHER, LATER) == []
    assert registry.revoke(OTHER, Reason.UNSPECIFIED, LATER) == []

    assert (registry.certificates(), registry.devices(), registry.acts()) == before


def test_a_certificate_that_came_after_the_revocation_is_revoked_by_the_next(registry: Registry) -> None:
    registry.revoke(STORE, Reason.KEY_COMPROMISE, NOW)
    registry.add_certificate(certificate(purpose=Purpose.EVICTION), NOW)

    revoked = registry.revoke(STORE, Reason.KEY_COMPROMISE, LATER)

    assert [one.serial for one in revoked] == [SERIAL]


@pytest.mark.parametrize("state", [State.REVOKED, State.RETIRED])
def test_a_device_that_is_shut_out_gets_nothing_until_it_is_planned_again(registry: Registry, state: State) -> None:
    if state is State.REVOKED:
        registry.revoke(STORE, Reason.SUPERSEDED, NOW)
    else:
        registry.retire(STORE, NOW)
    asks: tuple[Callable[[], object], ...] = (
        lambda: registry.enrol(certificate(), NOW, "enrolled"),
        lambda: registry.put_token(token(), NOW),
    )
    for ask in asks:
        with pytest.raises(RefusedError) as caught:
            ask()
        assert str(caught.value) == f"{STORE}: is {state}; allowed are planned and enrolled devices"

    registry.replan(STORE, NOW)
    registry.enrol(certificate(), NOW, "enrolled")

    assert _state(registry) is State.ENROLLED
    assert registry.acts(2)[1] == Act(NOW, "haeun", "replanned", STORE, f"was {state}")


def test_a_device_that_still_stands_is_not_planned_again(registry: Registry) -> None:
    with pytest.raises(RefusedError, match="is planned; allowed are revoked and retired devices"):
        registry.replan(STORE, NOW)


def test_a_revoked_device_is_not_retired(registry: Registry) -> None:
    registry.revoke(STORE, Reason.KEY_COMPROMISE, NOW)

    with pytest.raises(RefusedError, match="is revoked; allowed are planned and enrolled and retired devices"):
        registry.retire(STORE, NOW)


def test_a_client_is_revoked_by_its_name(registry: Registry) -> None:
    registry.add_certificate(certificate("control-room", purpose=Purpose.CLIENT), NOW)

    (gone,) = registry.revoke("control-room", Reason.SUPERSEDED, NOW)

    assert registry.certificate(SERIAL) == gone
    assert gone.reason is Reason.SUPERSEDED


def test_nobody_is_not_revoked(registry: Registry) -> None:
    with pytest.raises(RefusedError) as caught:
        registry.revoke("nobody", Reason.SUPERSEDED, NOW)

    assert str(caught.value) == "'nobody': nobody of this name; allowed are devices and clients of the registry"
