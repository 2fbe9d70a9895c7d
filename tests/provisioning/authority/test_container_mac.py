import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12, serialize_key_and_certificates

from drivers.key_making import Algorithm, make_key
from provisioning.authority.certificates import make_root
from provisioning.authority.container_mac import NotAContainer, replace_mac, split
from tests.provisioning.authority.offices import NOW, PASSPHRASE

_SALT = bytes(range(16))


@pytest.fixture(scope="module")
def container() -> bytes:
    root = make_root("root", make_key(Algorithm.P256), NOW, x509.random_serial_number())
    return serialize_key_and_certificates(None, root.key, root.certificate, None, BestAvailableEncryption(PASSPHRASE))


@pytest.mark.parametrize("rounds", [2, 127, 128, 255, 256, 32_768, 65_536])
def test_every_number_of_rounds_is_written_as_other_programs_read_it(container: bytes, rounds: int) -> None:
    made = replace_mac(container, PASSPHRASE.decode(), _SALT, rounds)

    assert load_pkcs12(made, PASSPHRASE).key is not None


@pytest.mark.parametrize("salt", [b"s", bytes(64), bytes(65)])
def test_salts_of_every_size_are_filled_up_as_other_programs_do(container: bytes, salt: bytes) -> None:
    made = replace_mac(container, PASSPHRASE.decode(), salt, 10)

    assert load_pkcs12(made, PASSPHRASE).key is not None


def test_another_pass_phrase_gives_another_mac(container: bytes) -> None:
    made = replace_mac(container, "something else", _SALT, 10)

    with pytest.raises(ValueError, match="Invalid password"):
        load_pkcs12(made, PASSPHRASE)


def test_all_but_the_mac_stays_as_it_was(container: bytes) -> None:
    version, safe, mac = split(container)

    made = split(replace_mac(container, PASSPHRASE.decode(), _SALT, 10))

    assert made[:2] == (version, safe)
    assert made[2] != mac


@pytest.mark.parametrize(
    "data",
    [b"", b"0", b"\x30\x80", b"\x30\x85\0\0\0\0\0", b"\x30\x03\x02\x01", b"\x04\0", b"\x30\0", b"\x30\x03\x02\x01\x03"],
)
def test_what_is_no_container_is_refused(data: bytes) -> None:
    with pytest.raises(NotAContainer):
        split(data)


def test_what_follows_a_container_or_its_mac_is_refused(container: bytes) -> None:
    version, safe, mac = split(container)
    body = version + safe + mac + b"\x05\0"

    with pytest.raises(NotAContainer, match="something follows the container"):
        split(container + b"x")
    with pytest.raises(NotAContainer, match="more than version, content and MAC"):
        split(b"\x30\x82" + len(body).to_bytes(2) + body)
