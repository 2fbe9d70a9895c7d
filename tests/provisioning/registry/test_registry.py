from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.errors import RefusedError
from provisioning.model import Act, Broker, Device, Plan, Purpose, Reason, Site, State
from provisioning.registry.registry import Registry, Tally
from tests.provisioning.registry.values import (
    LATER,
    NOW,
    OTHER,
    PLANS,
    STORE,
    certificate,
    signing_key,
)

EXPIRED = NOW + timedelta(days=365)


def _state(registry: Registry, device: str = STORE) -> State | None:
    found = registry.device(device)
    return None if found is None else found.state


def _last(registry: Registry) -> tuple[str, str, str]:
    act = registry.acts(1)[0]
    return act.verb, act.subject, act.detail


# ------------------------------------------------------------ settings and acts


def test_a_setting_is_none_until_it_is_set(registry: Registry) -> None:
    assert registry.setting("est") is None

    registry.set_setting("est", "https://a", NOW)
    registry.set_setting("est", "https://b", NOW)

    assert registry.setting("est") == "https://b"
    assert _last(registry) == ("set", "est", "https://b")


def test_what_changes_nothing_is_no_act(registry: Registry) -> None:
    registry.set_setting("est", "https://a", NOW)
    registry.put_broker(Broker("b", 8883, "/etc/b", ""), NOW)
    before = registry.acts()

    registry.set_setting("est", "https://a", LATER)
    registry.put_broker(Broker("b", 8883, "/etc/b", ""), LATER)
    registry.apply(PLANS, LATER)

    assert registry.acts() == before


def test_acts_say_who_did_what_and_come_newest_first(registry: Registry, path: Path) -> None:
    with Registry(path, "minjun") as other:
        other.note("printed", STORE, "label", LATER)

    assert registry.acts(2) == [
        Act(LATER, "minjun", "printed", STORE, "label"),
        Act(NOW, "haeun", "planned", "mapo-1", f"device {OTHER}"),
    ]


def test_long_acts_are_cut(registry: Registry) -> None:
    registry.note("refused", "s" * 5000, "d" * 5000, NOW)

    assert [len(text) for text in _last(registry)] == [7, 256, 1000]


# ------------------------------------------------------------ sites


def test_plans_are_kept_as_they_were_given(registry: Registry) -> None:
    assert registry.plans() == list(PLANS)
    assert registry.sites() == [plan.site for plan in PLANS]
    assert registry.site("mapo-1") == PLANS[1].site
    assert registry.site("nowhere") is None
    assert registry.devices() == [
        Device(STORE, "gangnam-1", State.PLANNED),
        Device("store-0001-b", "gangnam-1", State.PLANNED),
        Device(OTHER, "mapo-1", State.PLANNED),
    ]


def test_applying_adds_and_changes_and_takes_nothing_away(registry: Registry) -> None:
    moved = Plan(replace(PLANS[1].site, address="월드컵로 2", contact="이"), (OTHER, "store-0003"))
    seen: list[int] = []

    tally = registry.apply(
        [Plan(PLANS[0].site, (STORE,)), moved, Plan(Site("guro-1", "구로"), ("guro-1",))],
        NOW,
        progress=lambda: seen.append(1),
    )

    assert (tally, len(seen)) == (Tally(1, 1, 1), 3)
    assert [plan.devices for plan in registry.plans()] == [(STORE, "store-0001-b"), ("guro-1",), (OTHER, "store-0003")]
    assert registry.site("mapo-1") == moved.site
    assert [(act.verb, act.subject, act.detail) for act in registry.acts(2)] == [
        ("planned", "guro-1", "device guro-1"),
        ("changed", "mapo-1", "address, contact, device store-0003"),
    ]


def test_applying_again_keeps_how_far_a_device_has_come(registry: Registry) -> None:
    registry.retire(STORE, NOW)

    assert registry.apply(registry.plans(), NOW) == Tally(0, 0, 2)
    assert _state(registry) is State.RETIRED


def test_a_dry_run_counts_and_changes_nothing(registry: Registry) -> None:
    before = (registry.plans(), registry.acts())

    assert registry.apply([Plan(Site("new", "n"), ("new",)), *PLANS], NOW, dry_run=True) == Tally(1, 0, 2)

    assert (registry.plans(), registry.acts()) == before


@pytest.mark.parametrize(
    ("devices", "reason"),
    [
        ((STORE,), f"{STORE}: belongs to site gangnam-1; allowed is a device of site guro-1"),
        (("control-room",), "control-room: the name of a client or server; allowed is any other name"),
        ((), "guro-1: a site without a device; allowed is one device or more"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_refused_plan_keeps_all_others_out(
    registry: Registry, devices: tuple[str, ...], reason: str, dry_run: bool
) -> None:
    registry.add_certificate(certificate("control-room", purpose=Purpose.CLIENT), NOW)
    plans = [Plan(Site("fine", "f"), ("fine",)), Plan(Site("guro-1", "g"), devices)]

    with pytest.raises(RefusedError) as caught:
        registry.apply(plans, NOW, dry_run=dry_run)

    assert str(caught.value) == reason
    assert registry.plans() == list(PLANS)


# ------------------------------------------------------------ certificates and list


def test_a_client_may_not_be_called_like_a_device(registry: Registry) -> None:
    with pytest.raises(RefusedError, match="the name of a device; allowed is any other name"):
        registry.add_certificate(certificate(purpose=Purpose.CLIENT), NOW)


def test_device_certificates_are_not_just_added(registry: Registry) -> None:
    with pytest.raises(RefusedError, match="a device certificate; allowed are those of other purposes"):
        registry.add_certificate(certificate(), NOW)


def test_names_of_clients_and_servers_are_reserved(registry: Registry) -> None:
    for serial, purpose in enumerate((Purpose.CLIENT, Purpose.SERVER, Purpose.EVICTION), 1):
        registry.add_certificate(certificate(purpose.value, serial, purpose=purpose), NOW)

    assert registry.reserved() == {"client", "server"}


def test_the_list_has_what_is_revoked_and_has_not_expired(registry: Registry) -> None:
    registry.enrol(certificate(serial=1, days=2), NOW, "enrolled")
    registry.enrol(certificate(serial=2), NOW, "renewed")
    registry.revoke(STORE, Reason.SUPERSEDED, NOW)
    registry.enrol(certificate(OTHER, 3), NOW, "enrolled")

    assert [one.serial for one in registry.revoked(NOW)] == [2, 1]
    assert [one.serial for one in registry.revoked(NOW + timedelta(days=2))] == [2]
    assert registry.revoked(EXPIRED) == []


def test_list_numbers_go_on_after_opening_again(path: Path) -> None:
    with Registry(path, "haeun") as registry:
        first = [registry.next_crl_number(), registry.next_crl_number()]

    with Registry(path, "haeun") as registry:
        assert [*first, registry.next_crl_number()] == [1, 2, 3]


def test_an_unknown_serial_number_is_none(registry: Registry) -> None:
    assert registry.certificate(5) is None


# ------------------------------------------------------------ control room


def test_two_signing_keys_may_be_valid_and_one_has_to_be(registry: Registry) -> None:
    for kid in ("one", "two"):
        registry.add_signing_key(signing_key(kid), NOW)

    with pytest.raises(RefusedError, match="signing key three: 2 are valid, no more are allowed; retire one first"):
        registry.add_signing_key(signing_key("three"), NOW)
    registry.retire_signing_key("one", LATER)
    with pytest.raises(RefusedError, match="signing key two: the last valid one"):
        registry.retire_signing_key("two", LATER)

    assert registry.signing_keys() == [replace(signing_key("one"), retired=LATER), signing_key("two")]
    assert _last(registry) == ("retired signing key", "one", "")


def test_a_signing_key_comes_once(registry: Registry) -> None:
    for kid in ("one", "two"):
        registry.add_signing_key(signing_key(kid), NOW)
    registry.retire_signing_key("one", NOW)

    with pytest.raises(RefusedError, match="signing key one: in the registry already; allowed is a new key"):
        registry.add_signing_key(signing_key("one"), NOW)


def test_to_retire_a_signing_key_again_is_no_act(registry: Registry) -> None:
    for kid in ("one", "two"):
        registry.add_signing_key(signing_key(kid), NOW)
    registry.retire_signing_key("one", NOW)
    before = (registry.signing_keys(), registry.acts())

    registry.retire_signing_key("one", LATER)

    assert (registry.signing_keys(), registry.acts()) == before


def test_an_unknown_signing_key_is_refused(registry: Registry) -> None:
    with pytest.raises(RefusedError, match="signing key 'one': unknown; allowed are none yet"):
        registry.retire_signing_key("one", NOW)


def test_a_broker_replaces_the_one_at_its_address(registry: Registry) -> None:
    first, moved = (
        Broker("b.example", 8883, "/etc/old", ""),
        Broker("b.example", 8883, "/etc/new", "systemctl reload m"),
    )
    other = Broker("a.example", 8883, "/etc/a", "")

    for broker in (first, other, moved):
        registry.put_broker(broker, NOW)

    assert registry.brokers() == [other, moved]
    assert _last(registry) == ("put broker", "b.example:8883", "folder /etc/new")
