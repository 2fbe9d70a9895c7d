from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from device.enrol.enrolment import Wish, enrol
from device.enrol.errand import Errand, Renewal, is_due
from device.enrol.faults import EX_NOPERM, EX_PROTOCOL
from device.enrol.home import Home, certificate_in
from device.errors import EX_CONFIG, EX_UNAVAILABLE, EnrolError
from drivers.authorities import Authorities, parse_authorities
from drivers.https import EstError, Fault
from drivers.identity_files import Pair
from drivers.key_making import Algorithm
from drivers.keystore import load_signer
from tests.device.enrol.office import LIFETIME, NOW, TOKEN, FakeOffice, home_in, jwks, label_of
from tests.pki import Pki

DAY = timedelta(days=1)
# A third of a year is left.
DUE = NOW + 310 * DAY


@pytest.fixture
def home(folder: Path, office: FakeOffice) -> Home:
    """Of a device that was enrolled now."""
    home = home_in(folder)
    enrol(home, label_of(office.pki), TOKEN, office, Wish(), NOW)
    return home


@pytest.fixture
def other(tmp_path: Path) -> Pki:
    folder = tmp_path / "other"
    folder.mkdir()
    return Pki(folder)


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_ino) for path in folder.iterdir()}


def refused(errand: Errand) -> tuple[int, str]:
    with pytest.raises(EnrolError) as caught:
        errand.run()
    assert "\n" not in str(caught.value)
    return caught.value.status, str(caught.value)


def test_most_days_nothing_is_new_and_nothing_is_written(home: Home, folder: Path, office: FakeOffice) -> None:
    before = contents(folder)

    found = Errand(home, office, NOW).run()

    assert (found.renewal, found.has_new_authorities, found.has_new_keys) == (Renewal.NOT_DUE, False, False)
    assert found.until == NOW + LIFETIME
    assert contents(folder) == before


def test_new_keys_of_the_control_room_are_kept(home: Home, folder: Path, office: FakeOffice) -> None:
    office.keys = jwks("another room")

    assert Errand(home, office, NOW).run().has_new_keys
    assert (folder / "control-room.jwks.json").read_bytes() == office.keys


def test_a_certificate_that_is_due_is_renewed_with_a_new_key_and_staged(home: Home, office: FakeOffice) -> None:
    before = home.identity.demand()
    office.since = DUE

    found = Errand(home, office, DUE).run()

    assert found.renewal is Renewal.STAGED
    assert found.until == DUE + LIFETIME
    assert home.identity.current() == before
    staged = home.identity.staged()
    assert staged is not None
    assert load_signer(staged.key).kid != load_signer(before.key).kid


def test_what_is_staged_waits_for_the_agent(home: Home, office: FakeOffice) -> None:
    office.since = DUE
    Errand(home, office, DUE).run()

    assert Errand(home, office, DUE + DAY).run().renewal is Renewal.WAITING
    assert Errand(home, office, DUE + DAY, is_forced=True).run().renewal is Renewal.WAITING
    assert len(office.certificates) == 2


def test_what_was_staged_too_long_is_asked_for_anew(home: Home, office: FakeOffice) -> None:
    office.lifetime, office.since = 30 * DAY, DUE
    Errand(home, office, DUE).run()
    later = DUE + 29 * DAY
    office.since = later

    assert Errand(home, office, later).run().renewal is Renewal.STAGED
    assert len(office.certificates) == 3


def test_what_is_not_due_is_renewed_when_asked_to(home: Home, office: FakeOffice) -> None:
    assert Errand(home, office, NOW, is_forced=True).run().renewal is Renewal.STAGED


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_new_key_is_of_the_kind_of_the_old_one(folder: Path, office: FakeOffice, algorithm: Algorithm) -> None:
    home = home_in(folder)
    enrol(home, label_of(office.pki), TOKEN, office, Wish(algorithm), NOW)

    Errand(home, office, NOW, is_forced=True).run()

    staged = home.identity.staged()
    assert staged is not None
    assert load_signer(staged.key).alg == load_signer(home.identity.demand().key).alg


def test_a_key_that_waited_is_used_again(home: Home, office: FakeOffice) -> None:
    key = home.identity.prepare_key(Algorithm.P256)

    Errand(home, office, NOW, is_forced=True).run()

    staged = home.identity.staged()
    assert staged is not None
    assert certificate_in(staged).public_key() == key.public_key()


@pytest.mark.parametrize(
    ("lifetime_days", "left_days", "due"),
    [(365, 57, False), (365, 55, True), (90, 57, False), (90, 55, True), (30, 21, False), (30, 19, True)],
)
def test_a_certificate_is_due_in_its_last_eight_weeks_and_a_short_one_in_its_last_two_thirds(
    home: Home, office: FakeOffice, lifetime_days: int, left_days: int, due: bool
) -> None:
    office.lifetime = lifetime_days * DAY
    Errand(home, office, NOW, is_forced=True).run()
    staged = home.identity.staged()
    assert staged is not None

    assert is_due(certificate_in(staged), NOW + (lifetime_days - left_days) * DAY, 56 * DAY) is due


def test_new_authorities_beside_the_root_in_force_are_kept(
    home: Home, folder: Path, office: FakeOffice, other: Pki
) -> None:
    both = Authorities([*x509.load_pem_x509_certificates(other.ca.read_bytes()), *home.authorities().certificates])
    office.ca = lambda trusted: both  # type: ignore[method-assign]

    assert Errand(home, office, NOW).run().has_new_authorities
    assert parse_authorities((folder / "ca.crt").read_bytes()).certificates == both.certificates


def test_authorities_without_the_root_in_force_are_refused_and_the_rest_is_done(
    home: Home, folder: Path, office: FakeOffice, other: Pki
) -> None:
    foreign = parse_authorities(other.ca.read_bytes())
    office.ca = lambda trusted: foreign  # type: ignore[method-assign]
    office.keys = jwks("another room")
    office.since = DUE

    status, text = refused(Errand(home, office, DUE))

    assert status == EX_PROTOCOL
    assert text.startswith("authorities: the office leaves out the root in force, ")
    assert (folder / "ca.crt").read_bytes() == office.ca_pem
    assert (folder / "control-room.jwks.json").read_bytes() == office.keys
    assert home.identity.staged() is not None


def test_keys_that_cannot_be_used_are_refused_and_the_rest_is_done(
    home: Home, folder: Path, office: FakeOffice
) -> None:
    before, office.keys, office.since = office.keys, b"{}", DUE

    status, text = refused(Errand(home, office, DUE))

    assert status == EX_PROTOCOL
    assert text.startswith("control room's keys: ")
    assert (folder / "control-room.jwks.json").read_bytes() == before
    assert home.identity.staged() is not None


def test_a_wrong_certificate_is_not_staged(home: Home, office: FakeOffice) -> None:
    office.subject = "store-0041"

    status, text = refused(Errand(home, office, NOW, is_forced=True))

    assert status == EX_PROTOCOL
    assert text.startswith("certificate of store-0042: it is made out to CN 'store-0041'")
    assert home.identity.staged() is None


def test_an_office_that_refuses_is_quoted(home: Home, office: FakeOffice) -> None:
    office.certificates.clear()

    assert refused(Errand(home, office, DUE)) == (EX_NOPERM, "the certificate is not known here")


def test_an_office_that_is_not_reached_ends_the_errand(home: Home, folder: Path, office: FakeOffice) -> None:
    def away(trusted: Authorities) -> Authorities:
        raise EstError("not reached", Fault.UNREACHED)

    office.ca = away  # type: ignore[method-assign]
    before = contents(folder)

    assert refused(Errand(home, office, DUE)) == (EX_UNAVAILABLE, "not reached")
    assert contents(folder) == before


def test_without_an_identity_there_is_nothing_to_renew(folder: Path, office: FakeOffice) -> None:
    status, text = refused(Errand(home_in(folder), office, NOW))

    assert (status, text) == (EX_CONFIG, f"{folder}/device.key: missing")


def test_damaged_authorities_are_named(home: Home, folder: Path, office: FakeOffice) -> None:
    (folder / "ca.crt").write_bytes(b"odd")

    status, text = refused(Errand(home, office, NOW))

    assert status == EX_CONFIG
    assert text.startswith(f"{folder}/ca.crt: no certificates")


def test_missing_authorities_are_named(home: Home, folder: Path, office: FakeOffice) -> None:
    (folder / "ca.crt").unlink()

    assert refused(Errand(home, office, NOW)) == (
        EX_CONFIG,
        f"{folder}/ca.crt: missing; the device has to be enrolled first",
    )


def test_the_old_identity_is_shown_to_the_office(home: Home, office: FakeOffice) -> None:
    shown = []
    renew = office.renew

    def watched(trusted: Authorities, pair: Pair, request: bytes) -> x509.Certificate:
        shown.append(pair)
        return renew(trusted, pair, request)

    office.renew = watched  # type: ignore[method-assign]
    Errand(home, office, NOW, is_forced=True).run()

    assert shown == [home.identity.demand()]
