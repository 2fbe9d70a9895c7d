import hashlib
import secrets

import pytest

from provisioning import tokens

# RFC 4648 §6, without padding and in small letters.
OCTETS = bytes(range(16))
TOKEN = "aaaqeayeaudaocajbifqydiob4"


def test_a_token_is_its_octets_in_small_base32_without_padding() -> None:
    assert tokens.new_token(OCTETS) == TOKEN


def test_every_token_has_26_characters_that_a_label_may_have() -> None:
    for _ in range(200):
        token = tokens.new_token(secrets.token_bytes(16))

        assert len(token) == 26
        assert set(token) <= set("abcdefghijklmnopqrstuvwxyz234567")


@pytest.mark.parametrize("size", [0, 15, 17])
def test_other_than_128_bits_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="a token has 16"):
        tokens.new_token(bytes(size))


def test_the_digest_is_sha_256_of_the_letters() -> None:
    assert tokens.digest(TOKEN) == hashlib.sha256(TOKEN.encode()).digest()


@pytest.mark.parametrize(
    "typed", [TOKEN, TOKEN.upper(), "aaaq-eaye-auda-ocaj-bifq-ydio-b4", "aaaqeaye audaocaj bifqydio b4"]
)
def test_a_token_may_be_typed_in_groups_and_in_capitals(typed: str) -> None:
    assert tokens.matches(typed, tokens.digest(TOKEN))


@pytest.mark.parametrize("typed", ["", "a", TOKEN[:-1], TOKEN + "a", TOKEN[::-1], "\udcff", "안심", "\x00"])
def test_another_text_does_not_match(typed: str) -> None:
    assert not tokens.matches(typed, tokens.digest(TOKEN))


@pytest.mark.parametrize("typed", [TOKEN, "", "\x00" * 32])
def test_nothing_matches_where_no_token_was_given_out(typed: str) -> None:
    assert not tokens.matches(typed, None)
