from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from device.enrol.enrolment import Answer, Wish, enrol, enrol_by_hand, request_by_hand
from device.enrol.errand import Errand
from device.enrol.faults import EX_PROTOCOL
from device.enrol.home import certificate_in
from device.errors import EX_CANTCREAT, EX_CONFIG, EnrolError
from drivers.https import EstError
from drivers.key_making import Algorithm
from drivers.keystore import load_keys, load_signer
from tests.device.enrol.office import DEVICE, LIFETIME, NOW, TOKEN, FakeOffice, home_in, jwks, label_of
from tests.pki import Pki


@pytest.fixture
def other(tmp_path: Path) -> Pki:
    folder = tmp_path / "other"
    folder.mkdir()
    return Pki(folder)


def refused(do: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(EnrolError) as caught:
        do()
    assert "\n" not in str(caught.value)
    return caught.value.status, str(caught.value)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if ".next" not in path.name}


def answer_of(office: FakeOffice, request: bytes) -> Answer:
    certificate = office.sign(request).public_bytes(Encoding.PEM)
    return Answer("/media/stick", certificate, office.ca_pem, office.keys)


@pytest.mark.parametrize("algorithm", [None, *Algorithm])
def test_a_device_comes_by_an_identity(folder: Path, office: FakeOffice, algorithm: Algorithm | None) -> None:
    home = home_in(folder)

    certificate = enrol(home, label_of(office.pki), TOKEN, office, Wish(algorithm), NOW)

    working = home.working(NOW)
    assert working is not None
    assert working.not_after_utc == certificate.not_valid_after_utc == NOW + LIFETIME
    assert sorted(contents(folder)) == ["ca.crt", "control-room.jwks.json", "device.crt", "device.key"]
    assert (folder / "ca.crt").read_bytes() == office.ca_pem
    assert load_keys(folder / "control-room.jwks.json").kids
    assert load_signer(folder / "device.key").alg == ("ES256" if algorithm is Algorithm.P256 else "Ed25519")


def test_the_certificate_is_followed_by_the_issuing_authority(folder: Path, office: FakeOffice) -> None:
    certificate = enrol(home_in(folder), label_of(office.pki), TOKEN, office, Wish(), NOW)

    issuing = office.ca_pem.split(b"-----END CERTIFICATE-----\n")[0] + b"-----END CERTIFICATE-----\n"
    assert (folder / "device.crt").read_bytes() == certificate.public_bytes(Encoding.PEM) + issuing


def test_a_token_that_is_refused_changes_nothing_and_may_be_typed_again(folder: Path, office: FakeOffice) -> None:
    home = home_in(folder)
    with pytest.raises(EstError):
        enrol(home, label_of(office.pki), "wrong", office, Wish(), NOW)
    assert contents(folder) == {}

    enrol(home, label_of(office.pki), TOKEN, office, Wish(), NOW)

    assert len(office.certificates) == 1


def test_the_label_of_another_device_is_refused(folder: Path, office: FakeOffice) -> None:
    label = label_of(office.pki, "store-0041")

    status, text = refused(lambda: enrol(home_in(folder), label, TOKEN, office, Wish(), NOW))

    assert status == EX_CONFIG
    assert text.startswith("label of store-0041; allowed is that of store-0042")


def test_an_identity_that_works_is_not_replaced_by_mistake(folder: Path, office: FakeOffice) -> None:
    home, label = home_in(folder), label_of(office.pki)
    enrol(home, label, TOKEN, office, Wish(), NOW)
    before = contents(folder)

    by_wire = refused(lambda: enrol(home, label, TOKEN, office, Wish(), NOW))
    by_hand = refused(lambda: request_by_hand(home, label, Wish(), NOW))

    until = f"{NOW + LIFETIME:%Y-%m-%d}"
    text = f"store-0042 has an identity until {until}; nothing was changed. To replace it: --again"
    assert by_wire == by_hand == (EX_CANTCREAT, text)
    assert contents(folder) == before


def test_an_identity_is_replaced_when_asked_to(folder: Path, office: FakeOffice) -> None:
    home, label = home_in(folder), label_of(office.pki)
    first = enrol(home, label, TOKEN, office, Wish(), NOW)
    office.bound = None

    second = enrol(home, label, TOKEN, office, Wish(again=True), NOW)

    pair = home.identity.current()
    assert pair is not None
    assert first != second == certificate_in(pair)


@pytest.mark.parametrize("spoil", ["expired", "of another device"])
def test_an_identity_that_does_not_work_is_replaced(folder: Path, office: FakeOffice, spoil: str) -> None:
    home, label = home_in(folder), label_of(office.pki)
    office.since -= timedelta(days=366) if spoil == "expired" else timedelta()
    office.subject = "store-0041" if spoil == "of another device" else None
    home.identity.prepare_key()
    home.identity.stage(answer_of(office, request_by_hand(home, label, Wish(), NOW)).certificate)
    home.identity.promote()
    office.since, office.subject = NOW, None

    enrol(home, label, TOKEN, office, Wish(), NOW)

    assert home.working(NOW) is not None


Spoil = Callable[[FakeOffice], None]


def named_wrongly(office: FakeOffice) -> None:
    office.subject = "store-0041"


def without_keys(office: FakeOffice) -> None:
    office.keys = b'{"keys": []}'


def with_too_many_keys(office: FakeOffice) -> None:
    office.keys = b" " * (64 * 1024) + office.keys


def over_already(office: FakeOffice) -> None:
    office.since = NOW - timedelta(days=400)


SPOILED = [
    (named_wrongly, "certificate of store-0042: it is made out to CN 'store-0041'; allowed is 'store-0042'"),
    (without_keys, "control room's keys: no key to verify signatures with; at least one is needed"),
    (with_too_many_keys, "control room's keys: too big; at most 65536 bytes are allowed"),
    (over_already, "certificate of store-0042: certificate has expired"),
]


@pytest.mark.parametrize(("spoil", "words"), SPOILED)
def test_nothing_is_written_before_everything_is_believed(
    folder: Path, office: FakeOffice, spoil: Spoil, words: str
) -> None:
    home, label = home_in(folder), label_of(office.pki)
    spoil(office)

    by_wire = refused(lambda: enrol(home, label, TOKEN, office, Wish(), NOW))
    by_hand = refused(
        lambda: enrol_by_hand(home, label, answer_of(office, request_by_hand(home, label, Wish(), NOW)), NOW)
    )

    assert by_wire[0] == by_hand[0] == EX_PROTOCOL
    assert by_wire[1].startswith(f"{label.est}: {words}")
    assert by_hand[1].startswith(f"/media/stick: {words}")
    assert contents(folder) == {}


def test_the_stick_brings_an_identity_and_the_second_time_changes_nothing(folder: Path, office: FakeOffice) -> None:
    home, label = home_in(folder), label_of(office.pki)
    answer = answer_of(office, request_by_hand(home, label, Wish(), NOW))

    first = enrol_by_hand(home, label, answer, NOW)
    before = contents(folder)
    second = enrol_by_hand(home, label, answer, NOW)

    assert first == second
    assert home.working(NOW) is not None
    assert contents(folder) == before


def test_asked_twice_the_stick_carries_the_same_key(folder: Path, office: FakeOffice) -> None:
    home, label = home_in(folder), label_of(office.pki)

    request_by_hand(home, label, Wish(), NOW)
    certificate = enrol_by_hand(home, label, answer_of(office, request_by_hand(home, label, Wish(), NOW)), NOW)

    assert list(office.certificates.values()) == [certificate]


def test_a_stick_from_another_office_is_refused(folder: Path, office: FakeOffice, other: Pki) -> None:
    home, label = home_in(folder), label_of(office.pki)
    answer = answer_of(FakeOffice(other), request_by_hand(home, label, Wish(), NOW))

    status, text = refused(lambda: enrol_by_hand(home, label, answer, NOW))

    assert status == EX_PROTOCOL
    assert text.startswith("/media/stick/ca.crt: root certificate ")
    assert contents(folder) == {}


def test_a_stick_with_the_right_authorities_and_a_wrong_certificate_is_refused(
    folder: Path, office: FakeOffice, other: Pki
) -> None:
    home, label = home_in(folder), label_of(office.pki)
    foreign = answer_of(FakeOffice(other), request_by_hand(home, label, Wish(), NOW))

    status, text = refused(lambda: enrol_by_hand(home, label, replace(foreign, authorities=office.ca_pem), NOW))

    assert status == EX_PROTOCOL
    assert text == f"/media/stick: certificate of {DEVICE}: it is not signed by an authority that is believed here"


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        (b"odd", "it cannot be read; allowed is X.509 in PEM"),
        (None, "no key here waits for it; remove it and run this again"),
    ],
)
def test_a_stick_with_a_certificate_that_is_not_awaited_is_refused(
    folder: Path, tmp_path: Path, office: FakeOffice, certificate: bytes | None, words: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    answer = answer_of(office, request_by_hand(home_in(elsewhere), label_of(office.pki), Wish(), NOW))
    if certificate is not None:
        answer = replace(answer, certificate=certificate)

    status, text = refused(lambda: enrol_by_hand(home_in(folder), label_of(office.pki), answer, NOW))

    assert (status, text) == (EX_PROTOCOL, f"/media/stick: certificate of {DEVICE}: {words}")


def test_what_the_errand_would_need_is_there_after_enrolment(folder: Path, office: FakeOffice) -> None:
    home = home_in(folder)
    enrol(home, label_of(office.pki), TOKEN, office, Wish(), NOW)
    office.keys = jwks("another room")

    assert Errand(home, office, NOW).run().has_new_keys
