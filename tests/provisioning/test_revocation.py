from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.errors import OfficeError, RefusedError
from provisioning.model import Broker, Certificate, Plan, Purpose, Reason, Site, State
from provisioning.registry.registry import Registry
from provisioning.revocation import evict_late, refresh_crl, revoke
from tests.ports import deaf_port
from tests.provisioning.broker.office import make_authority, make_folder, make_setup, now
from tests.provisioning.broker.running import RunningBroker, running

STORE, OTHER = "store-0042", "store-0043"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("office"))


@pytest.fixture
def registry(tmp_path: Path, authority: Authority) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.db", "tester") as opened:
        opened.apply([Plan(Site("s", "Store"), (STORE, OTHER))], now())
        for device in (STORE, OTHER):
            opened.enrol(issue(authority, device), now(), "enrol")
        yield opened


@pytest.fixture
def broker(tmp_path: Path, authority: Authority, registry: Registry) -> Iterator[RunningBroker]:
    setup = make_setup(tmp_path / "broker")
    make_folder(setup, authority)
    registry.put_broker(Broker("localhost", setup.port, str(setup.folder), ""), now())
    with running(setup) as found:
        yield found


def issue(authority: Authority, device: str) -> Certificate:
    return authority.issue(make_key(Algorithm.ED25519).public_key(), device, Purpose.DEVICE, now())


def listed(path: Path) -> set[int]:
    return {entry.serial_number for entry in x509.load_pem_x509_crl(path.read_bytes())}


def number(path: Path) -> int:
    crl = x509.load_pem_x509_crl(path.read_bytes())
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def test_what_is_revoked_is_on_the_list_of_office_and_broker(
    broker: RunningBroker, authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    done = revoke(authority, registry, tmp_path, STORE, Reason.KEY_COMPROMISE, now())

    (own,) = done.certificates
    assert (own.subject, own.purpose, own.reason) == (STORE, Purpose.DEVICE, Reason.KEY_COMPROMISE)
    assert [delivery.fault for delivery in done.deliveries] == [None]
    assert own.serial in listed(tmp_path / "crl.pem")
    assert (tmp_path / "crl.pem").read_bytes() == (broker.setup.folder / "crl.pem").read_bytes()
    device = registry.device(STORE)
    assert device is not None
    assert device.state is State.REVOKED


def test_nobody_else_is_on_the_list(broker: RunningBroker, authority: Authority, registry: Registry) -> None:
    revoke(authority, registry, broker.setup.folder, STORE, Reason.KEY_COMPROMISE, now())

    subjects = {one.subject for one in registry.revoked(now())}
    assert subjects == {STORE}
    assert listed(broker.setup.folder / "crl.pem") == {one.serial for one in registry.revoked(now())}


def test_what_the_office_issues_for_it_ends_within_minutes(
    broker: RunningBroker, authority: Authority, registry: Registry
) -> None:
    revoke(authority, registry, broker.setup.folder, STORE, Reason.KEY_COMPROMISE, now())

    own = [one for one in registry.certificates(STORE) if one.purpose is Purpose.EVICTION]
    assert len(own) == 2
    assert all(one.not_after <= now() + timedelta(minutes=10) for one in own)


def test_it_is_published_when_the_registry_knows_and_before_a_broker_is_asked(
    authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    seen: list[tuple[int, bool]] = []

    def publish() -> None:
        seen.append((len(registry.revoked(now())), (tmp_path / "crl.pem").exists()))

    revoke(authority, registry, tmp_path, STORE, Reason.KEY_COMPROMISE, now(), publish=publish)

    assert seen == [(2, False)]


def test_it_can_be_repeated(broker: RunningBroker, authority: Authority, registry: Registry) -> None:
    folder = broker.setup.folder
    first = revoke(authority, registry, folder, STORE, Reason.KEY_COMPROMISE, now())

    again = revoke(authority, registry, folder, STORE, Reason.KEY_COMPROMISE, now())

    assert again.certificates == ()
    assert [delivery.fault for delivery in again.deliveries] == [None]
    assert first.certificates[0].serial in listed(folder / "crl.pem")


def test_a_broker_that_is_down_does_not_keep_the_others_from_it(
    authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    down, gone, up = (make_setup(tmp_path / name) for name in ("down", "gone", "up"))
    for setup in (down, up):
        make_folder(setup, authority)
    for setup in (down, gone, up):
        registry.put_broker(Broker("localhost", setup.port, str(setup.folder), ""), now())

    with running(up):
        done = revoke(authority, registry, tmp_path, STORE, Reason.KEY_COMPROMISE, now())

    faults = {delivery.broker.port: delivery.fault for delivery in done.deliveries}
    assert faults[up.port] is None
    assert "not running here" in str(faults[down.port])
    assert "gone/crl.pem: cannot be written: No such file" in str(faults[gone.port])
    assert not any("\n" in str(fault) for fault in faults.values())
    assert done.certificates[0].serial in listed(down.folder / "crl.pem")


def test_a_broker_that_was_down_catches_up(authority: Authority, registry: Registry, tmp_path: Path) -> None:
    setup = make_setup(tmp_path / "broker")
    make_folder(setup, authority)
    registry.put_broker(Broker("localhost", setup.port, str(setup.folder), ""), now())
    revoke(authority, registry, tmp_path, STORE, Reason.KEY_COMPROMISE, now())

    with running(setup):
        (delivery,) = refresh_crl(authority, registry, tmp_path, now())

    assert delivery.is_done


def test_a_broker_that_cannot_be_reached_through_its_address_is_one_line(
    authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    make_folder(make_setup(tmp_path / "broker"), authority)
    port = deaf_port()
    registry.put_broker(Broker("localhost", port, str(tmp_path / "broker"), "true"), now())

    done = revoke(authority, registry, tmp_path, STORE, Reason.KEY_COMPROMISE, now())

    assert [delivery.fault for delivery in done.deliveries] == [f"localhost:{port}: not reached: Connection refused"]


def test_the_late_eviction_leaves_out_who_was_not_reached(
    broker: RunningBroker, authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    registry.put_broker(Broker("localhost", deaf_port(), str(tmp_path / "absent"), ""), now())
    done = revoke(authority, registry, tmp_path, STORE, Reason.KEY_COMPROMISE, now())

    late = evict_late(done)

    assert [(delivery.broker.port, delivery.fault) for delivery in late] == [(broker.setup.port, None)]


def test_a_broker_that_went_down_since_is_one_line(
    broker: RunningBroker, authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    done = revoke(authority, registry, tmp_path, STORE, Reason.KEY_COMPROMISE, now())
    broker.close()

    (late,) = evict_late(done)

    assert late.fault == f"localhost:{broker.setup.port}: not reached: Connection refused"


def test_a_new_list_has_a_higher_number_and_whom_the_old_one_had(
    broker: RunningBroker, authority: Authority, registry: Registry
) -> None:
    path = broker.setup.folder / "crl.pem"
    revoke(authority, registry, path.parent, STORE, Reason.KEY_COMPROMISE, now())
    before, serials = number(path), listed(path)

    deliveries = refresh_crl(authority, registry, path.parent, now())

    assert [delivery.fault for delivery in deliveries] == [None]
    assert number(path) == before + 1
    assert listed(path) == serials


def test_a_stranger_cannot_be_revoked(authority: Authority, registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="'store-9999': nobody of this name"):
        revoke(authority, registry, tmp_path, "store-9999", Reason.KEY_COMPROMISE, now())

    assert registry.certificates("store-9999") == []
    assert not (tmp_path / "crl.pem").exists()


def test_an_office_whose_disk_is_full_shuts_out_all_the_same_and_says_so(
    broker: RunningBroker, authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    def publish() -> None:
        raise OfficeError("devices.jwks.json: cannot be written: No space left on device")

    done = revoke(authority, registry, tmp_path / "absent", STORE, Reason.KEY_COMPROMISE, now(), publish=publish)

    assert [each.fault for each in done.deliveries] == [None]
    assert {one.serial for one in done.certificates} <= listed(broker.setup.folder / "crl.pem")
    assert done.office_faults[0] == "devices.jwks.json: cannot be written: No space left on device"
    assert done.office_faults[1].startswith(f"{tmp_path}/absent/crl.pem: cannot be written")


def test_an_office_that_cannot_write_its_list_is_told_after_its_brokers_have_it(
    broker: RunningBroker, authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    revoked = registry.revoke(OTHER, Reason.KEY_COMPROMISE, now())

    with pytest.raises(OfficeError, match=r"absent/crl\.pem: cannot be written"):
        refresh_crl(authority, registry, tmp_path / "absent", now())

    assert {one.serial for one in revoked} <= listed(broker.setup.folder / "crl.pem")


def test_a_revoked_device_is_not_retired_and_nothing_is_issued_for_it(
    authority: Authority, registry: Registry, tmp_path: Path
) -> None:
    registry.revoke(STORE, Reason.KEY_COMPROMISE, now())
    before = registry.certificates(STORE)

    with pytest.raises(RefusedError, match=r"is revoked; allowed are planned and enrolled devices"):
        revoke(authority, registry, tmp_path, STORE, Reason.CESSATION, now())

    assert registry.certificates(STORE) == before


def test_the_control_rooms_own_certificate_can_be_revoked(
    broker: RunningBroker, authority: Authority, registry: Registry
) -> None:
    key = make_key(Algorithm.P256).public_key()
    room = authority.issue(key, "control-room", Purpose.CLIENT, now())
    registry.add_certificate(room, now())

    done = revoke(authority, registry, broker.setup.folder, "control-room", Reason.SUPERSEDED, now())

    assert [one.serial for one in done.certificates] == [room.serial]
    assert [delivery.fault for delivery in done.deliveries] == [None]
