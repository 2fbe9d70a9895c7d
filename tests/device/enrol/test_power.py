"""The power is cut before the 1st, 2nd, 3rd … change of the disk, until none is left to cut."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from device.enrol.enrolment import Answer, Wish, enrol, enrol_by_hand, request_by_hand
from device.enrol.errand import Errand
from device.enrol.home import Home, certificate_in
from drivers.authorities import parse_authorities
from drivers.files import Files
from drivers.keystore import load_keys
from tests.device.enrol.office import NOW, TOKEN, FakeOffice, home_in, label_of
from tests.device.enrol.power import Card, PowerCut
from tests.pki import Pki

DUE = NOW + timedelta(days=310)

Do = Callable[[Home, FakeOffice], None]


def by_wire(home: Home, office: FakeOffice) -> None:
    enrol(home, label_of(office.pki), TOKEN, office, Wish(), NOW)


def by_hand(home: Home, office: FakeOffice) -> None:
    """Both visits of the stick."""
    request = request_by_hand(home, label_of(office.pki), Wish(), NOW)
    certificate = office.sign(request).public_bytes(Encoding.PEM)
    answer = Answer("/media/stick", certificate, office.ca_pem, office.keys)
    enrol_by_hand(home, label_of(office.pki), answer, NOW)


def again(home: Home, office: FakeOffice) -> None:
    enrol(home, label_of(office.pki), TOKEN, office, Wish(again=True), NOW)


def renewal(home: Home, office: FakeOffice) -> None:
    """The errand, and what the agent does once the broker has taken the new identity."""
    office.since = DUE
    Errand(home, office, DUE).run()
    home.identity.promote()


def cuts(folder: Path, arrange: Do, act: Do, lost: bool, pki: Pki) -> list[tuple[Path, FakeOffice]]:
    """A device in a folder of its own for each step at which the power can be cut, as it is after the cut."""
    devices: list[tuple[Path, FakeOffice]] = []
    while True:
        number = len(devices) + 1
        here = folder / str(number)
        here.mkdir()
        office = FakeOffice(pki)
        arrange(home_in(here), office)
        card = Card(here, cut_at=number)
        try:
            act(home_in(here, card), office)
        except PowerCut:
            if lost:
                card.lose()
            devices.append((here, office))
            continue
        assert card.steps == number - 1
        return devices


def nothing(home: Home, office: FakeOffice) -> None:
    """A new card."""


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "kept"])
@pytest.mark.parametrize("first", [by_wire, by_hand])
def test_a_first_enrolment_that_was_cut_is_run_again(folder: Path, pki: Pki, first: Do, lost: bool) -> None:
    devices = cuts(folder, nothing, first, lost, pki)

    # Four files of five steps each, two renames of two.
    assert len(devices) == 4 * 5 + 2 * 2
    for here, office in devices:
        home = home_in(here)
        if home.working(NOW) is None:
            first(home, office)
        home.identity.settle()
        check_whole(home, here, office)
        assert len(office.certificates) <= 1


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "kept"])
def test_a_renewal_that_was_cut_leaves_one_working_identity(folder: Path, pki: Pki, lost: bool) -> None:
    devices = cuts(folder, by_wire, renewal, lost, pki)

    # Key and certificate of five steps each, two renames of two.
    assert len(devices) == 2 * 5 + 2 * 2
    for here, office in devices:
        home = home_in(here)
        assert home.working(DUE) is not None
        current = home.identity.current()
        assert current is not None
        assert certificate_in(current) in office.certificates.values()


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "kept"])
def test_a_renewal_that_was_cut_is_run_again_with_the_same_new_key(folder: Path, pki: Pki, lost: bool) -> None:
    for here, office in cuts(folder, by_wire, renewal, lost, pki):
        home = home_in(here)

        renewal(home, office)

        check_whole(home, here, office)
        assert len(office.certificates) == 2


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "kept"])
def test_an_identity_that_is_being_replaced_works_until_the_new_one_does(folder: Path, pki: Pki, lost: bool) -> None:
    def arrange(home: Home, office: FakeOffice) -> None:
        by_wire(home, office)
        office.bound = None

    devices = cuts(folder, arrange, again, lost, pki)

    for here, office in devices:
        home = home_in(here)
        assert home.working(NOW) is not None
        check_whole(home, here, office)


def test_a_key_of_a_killed_program_lasts_before_the_office_hears_of_it(folder: Path, office: FakeOffice) -> None:
    killed = home_in(folder, Killed())
    with pytest.raises(PowerCut):
        by_wire(killed, office)
    card = Card(folder)
    card._content.clear()
    card._names_last()

    again_home = home_in(folder, card)
    again_home.identity.prepare_key()
    card.lose()

    assert home_in(folder).identity.waiting_key() is not None


class Killed(Files):
    """Ends before the first fsync of a folder."""

    def sync_folder(self, folder: Path) -> None:
        raise PowerCut


def check_whole(home: Home, folder: Path, office: FakeOffice) -> None:
    """One identity, what goes with it, and nothing torn in force."""
    assert home.working(NOW) is not None
    pair = home.identity.current()
    assert pair is not None
    assert certificate_in(pair) in office.certificates.values()
    assert Path(pair.key).stat().st_mode & 0o777 == 0o600
    assert parse_authorities((folder / "ca.crt").read_bytes()).certificates
    assert load_keys(folder / "control-room.jwks.json").kids
