import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from drivers.errors import KeyFileError
from drivers.pkcs11 import cryptoki
from drivers.pkcs11.token import Token
from drivers.pkcs11.uri import TokenUri
from tests.drivers.pkcs11.memory_module import MemoryModule
from tests.drivers.pkcs11.softhsm import write_pin

DIGEST = hashlib.sha256(b"data").digest()


@pytest.fixture
def module() -> MemoryModule:
    return MemoryModule()


@pytest.fixture
def uri(tmp_path: Path) -> TokenUri:
    return TokenUri("ansim", None, "device", None, Path("/module.so"), write_pin(tmp_path / "pin", "271828"))


def open_token(module: MemoryModule, uri: TokenUri, refused: set[tuple[Path, str]] | None = None) -> Token:
    return Token(module, uri, set() if refused is None else refused)


def test_a_token_that_was_away_for_a_moment_signs_again(module: MemoryModule, uri: TokenUri) -> None:
    token = open_token(module, uri)
    module.pull_out()
    module.put_back()

    assert len(token.sign(DIGEST)) == 64
    assert len(module.sessions) == 1


def test_a_token_that_was_pulled_out_is_told_and_may_come_back(module: MemoryModule, uri: TokenUri) -> None:
    token = open_token(module, uri)
    module.pull_out()

    with pytest.raises(KeyFileError, match="pkcs11:token=ansim;object=device: no such token; is it plugged in"):
        token.sign(DIGEST)
    module.put_back()

    assert len(token.sign(DIGEST)) == 64


def test_another_key_does_not_take_the_place_of_the_first(module: MemoryModule, uri: TokenUri) -> None:
    token = open_token(module, uri)
    module.pull_out()
    module.replace_key()
    module.put_back()

    with pytest.raises(KeyFileError, match="holds another key than before; start again to use it"):
        token.sign(DIGEST)
    assert not module.sessions


def test_a_pin_that_has_become_wrong_is_tried_once(module: MemoryModule, uri: TokenUri) -> None:
    token = open_token(module, uri)
    module.pin = b"314159"
    module.pull_out()
    module.put_back()

    for _ in range(3):
        with pytest.raises(KeyFileError, match="PIN"):
            token.sign(DIGEST)

    assert module.pins == [b"271828", b"271828"]


def test_a_wrong_pin_is_remembered_for_tokens_that_do_not(module: MemoryModule, uri: TokenUri) -> None:
    module.pin = b"314159"
    refused: set[tuple[Path, str]] = set()

    for _ in range(3):
        with pytest.raises(KeyFileError, match="PIN"):
            open_token(module, uri, refused)

    assert module.pins == [b"271828"]
    assert not module.sessions


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (cryptoki.PIN_LOCKED, "the PIN is locked; only the token's security officer can set a new one"),
        (cryptoki.PIN_COUNT_LOW, "a wrong PIN was given before, and none is tried again"),
        (cryptoki.PIN_FINAL_TRY, "a wrong PIN was given before, and none is tried again"),
    ],
)
def test_no_pin_is_tried_on_a_token_that_counts(module: MemoryModule, uri: TokenUri, flag: int, words: str) -> None:
    module.flags = flag

    with pytest.raises(KeyFileError, match=words):
        open_token(module, uri)

    assert not module.pins


def test_halves_that_do_not_belong_together_are_refused(module: MemoryModule, uri: TokenUri) -> None:
    module.public = generate_private_key(SECP256R1()).public_key()

    with pytest.raises(KeyFileError, match="its public key does not belong to its private key"):
        open_token(module, uri)


def test_a_signature_of_another_length_is_refused(module: MemoryModule, uri: TokenUri) -> None:
    module.tail = b"more"

    with pytest.raises(KeyFileError, match="gives a signature of 68 octets; allowed is a P-256 key, whose have 64"):
        open_token(module, uri)
