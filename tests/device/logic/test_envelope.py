"""Envelopes: what is sealed opens once and only as what it is; everything else is refused with a reason."""

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from device.logic.envelope import MAX_BYTES, Refusal, Refused, Typ, b64url, digest, encode_json, seal, unseal
from drivers.keystore import KeyRing, KeySigner, jwk_of
from drivers.ports import Keys
from tests.builders import make_keys, make_signer

ALGORITHMS = ["Ed25519", "ES256"]
PAYLOAD: dict[str, Any] = {
    "id": "0000002a9f3c51d7-1842",
    "name": "편의점 🏪",
    "n": [1, 2.5, None, True],
    "detail": {},
}

signer_of_each_kind = pytest.mark.parametrize("signer", [make_signer(alg) for alg in ALGORITHMS], ids=ALGORITHMS)


def sign_parts(header: bytes, payload: bytes, signer: KeySigner | None = None) -> bytes:
    """An envelope of any header and payload whose signature is right."""
    signed = b64url(header) + b"." + b64url(payload)
    return signed + b"." + b64url((signer or make_signer()).sign(signed))


def header_of(signer: KeySigner, **changed: object) -> bytes:
    return json.dumps({"alg": signer.alg, "kid": signer.kid, "typ": Typ.EVENT.value, **changed}).encode()


def reason(envelope: bytes, typ: Typ = Typ.EVENT, keys: Keys | None = None) -> Refusal:
    with pytest.raises(Refused) as caught:
        unseal(envelope, typ, keys or make_keys())
    assert str(caught.value) == caught.value.reason.value
    return caught.value.reason


# ---------------------------------------------------------------- what is taken


@signer_of_each_kind
@pytest.mark.parametrize("typ", list(Typ))
def test_what_was_sealed_opens_unchanged(signer: KeySigner, typ: Typ) -> None:
    opened = unseal(seal(PAYLOAD, typ, signer), typ, make_keys(signer))

    assert (opened.payload, opened.kid) == (PAYLOAD, signer.kid)
    assert list(opened.payload) == list(PAYLOAD)


@signer_of_each_kind
def test_the_protected_header_is_exactly_alg_kid_and_typ(signer: KeySigner) -> None:
    header = base64.urlsafe_b64decode(seal(PAYLOAD, Typ.STATUS, signer).split(b".")[0] + b"==")

    assert header == b'{"alg":"%s","kid":"%s","typ":"ansim-status"}' % (signer.alg.encode(), signer.kid.encode())


def test_eddsa_is_taken_for_an_ed25519_key() -> None:
    signer = make_signer()

    assert unseal(sign_parts(header_of(signer, alg="EdDSA"), b"{}"), Typ.EVENT, make_keys()).payload == {}


def test_one_of_several_signers_is_named() -> None:
    first, second = make_signer("ES256", "first"), make_signer("Ed25519", "second")

    assert unseal(seal({}, Typ.RECEIPT, second), Typ.RECEIPT, make_keys(first, second)).kid == second.kid


def test_digest_is_unpadded_sha256_of_the_bytes() -> None:
    # FIPS 180-2 appendix B.1: SHA-256 of "abc" is ba7816bf…f20015ad.
    assert digest(b"abc") == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"


# ---------------------------------------------------------------- another implementation


def joserfc_key(signer: KeySigner) -> OKPKey | ECKey:
    jwk: Any = jwk_of(signer)
    return OKPKey.import_key(jwk) if signer.alg == "Ed25519" else ECKey.import_key(jwk)


@signer_of_each_kind
def test_another_implementation_takes_our_envelopes(signer: KeySigner) -> None:
    envelope = seal(PAYLOAD, Typ.EVENT, signer)

    opened = jws.deserialize_compact(envelope, joserfc_key(signer), algorithms=[signer.alg])

    assert json.loads(opened.payload) == PAYLOAD
    assert opened.protected == {"alg": signer.alg, "kid": signer.kid, "typ": "ansim-event"}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_we_take_the_envelopes_of_another_implementation(alg: str) -> None:
    key = OKPKey.generate_key("Ed25519") if alg == "Ed25519" else ECKey.generate_key("P-256")
    public: Any = key.public_key
    header = {"alg": alg, "kid": key.thumbprint(), "typ": "ansim-receipt"}

    envelope = jws.serialize_compact(header, encode_json(PAYLOAD), key, algorithms=[alg]).encode()

    assert unseal(envelope, Typ.RECEIPT, KeyRing([public])).payload == PAYLOAD


# ---------------------------------------------------------------- size


@pytest.mark.parametrize("over", [1, 2, 3, 1000])
def test_nothing_too_large_is_sealed(over: int) -> None:
    with pytest.raises(ValueError, match="at most 16384 are allowed"):
        seal({"text": "x" * (_text_that_fits() + over)}, Typ.EVENT, make_signer())


def test_the_largest_envelope_opens_and_one_byte_more_does_not() -> None:
    envelope = seal({"text": "x" * _text_that_fits()}, Typ.EVENT, make_signer())

    assert MAX_BYTES - 2 <= len(envelope) <= MAX_BYTES
    assert unseal(envelope, Typ.EVENT, make_keys()).payload["text"].startswith("x")
    assert reason(envelope + b"A" * (MAX_BYTES + 1 - len(envelope))) is Refusal.SIZE
    assert reason(b"." * 10_000_000) is Refusal.SIZE


def _text_that_fits() -> int:
    empty = len(seal({"text": ""}, Typ.EVENT, make_signer()))
    # Four characters of base64url are three octets; what is left over by the empty payload does not count.
    return next(size for size in range((MAX_BYTES - empty) * 3 // 4 + 3, 0, -1) if _sealed_bytes(size) <= MAX_BYTES)


def _sealed_bytes(text_bytes: int) -> int:
    fixed = len(seal({}, Typ.EVENT, make_signer())) - len(b64url(b"{}"))
    return fixed + len(b64url(bytes(len(b'{"text":""}') + text_bytes)))


# ---------------------------------------------------------------- form


@pytest.mark.parametrize("envelope", [b"", b".", b"...", b"a.b", b"a.b.c.d", b"{}", "é.é.é".encode()])
def test_what_has_not_three_parts_has_no_form(envelope: bytes) -> None:
    assert reason(envelope) is Refusal.FORM


@pytest.mark.parametrize("spoil", [b"=", b"==", b"\n", b" ", b"+", b"/", b"%", b"\0", b"\x80"])
@pytest.mark.parametrize("part", [0, 1, 2])
def test_only_the_alphabet_of_base64url_is_read(part: int, spoil: bytes) -> None:
    parts = seal(PAYLOAD, Typ.EVENT, make_signer()).split(b".")
    parts[part] += spoil

    assert reason(b".".join(parts)) in {Refusal.FORM, Refusal.SIGNATURE}


@pytest.mark.parametrize("spoil", [b"=", b"\n", b"+/"])
def test_a_signed_payload_in_another_alphabet_is_refused_all_the_same(spoil: bytes) -> None:
    signer = make_signer()
    signed = b64url(header_of(signer)) + b"." + b64url(b"{}") + spoil

    assert reason(signed + b"." + b64url(signer.sign(signed))) is Refusal.FORM


@signer_of_each_kind
def test_one_signature_has_one_spelling(signer: KeySigner) -> None:
    envelope = seal(PAYLOAD, Typ.EVENT, signer)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 64 octets leave four stray bits in the last character: 16 spellings of the same signature.
    last = alphabet.index(envelope[-1:])
    spellings = [envelope[:-1] + alphabet[last + stray : last + stray + 1] for stray in range(1, 16)]

    assert {reason(spelling, keys=make_keys(signer)) for spelling in spellings} == {Refusal.FORM}


# ---------------------------------------------------------------- header


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"alg"',
        b"\xff{}",
        b"\xef\xbb\xbf{}",
        b"{}",
        b"[" * 5000,
        b'{"alg":"Ed25519","typ":"ansim-event"}',
        b'{"alg":"Ed25519","kid":"k"}',
        b'{"alg":"Ed25519","alg":"Ed25519","kid":"k","typ":"ansim-event"}',
        b'{"alg":"Ed25519","kid":"\\ud800","typ":"ansim-event"}',
    ],
)
def test_a_header_that_is_not_one_is_refused(header: bytes) -> None:
    assert reason(sign_parts(header, b"{}")) is Refusal.HEADER


@pytest.mark.parametrize(
    "changed",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ed25519"},
        {"alg": "RS256"},
        {"alg": ""},
        {"alg": None},
        {"alg": ["Ed25519"]},
        {"kid": 7},
        {"kid": {}},
        {"typ": None},
        {"crit": ["b64"]},
        {"jwk": {}},
        {"cty": "json"},
        {"b64": False},
    ],
)
def test_nothing_in_the_header_is_negotiated(changed: dict[str, object]) -> None:
    assert reason(sign_parts(header_of(make_signer(), **changed), b"{}")) is Refusal.HEADER


def test_an_unsigned_envelope_is_refused() -> None:
    header = header_of(make_signer(), alg="none")

    assert reason(b64url(header) + b"." + b64url(b"{}") + b".") is Refusal.HEADER


@pytest.mark.parametrize("sealed", list(Typ))
@pytest.mark.parametrize("wanted", list(Typ))
def test_one_type_is_never_taken_for_another(sealed: Typ, wanted: Typ) -> None:
    envelope = seal(PAYLOAD, sealed, make_signer())

    if sealed is wanted:
        assert unseal(envelope, wanted, make_keys()).payload == PAYLOAD
    else:
        assert reason(envelope, wanted) is Refusal.TYP


@pytest.mark.parametrize("typ", ["", "JWT", "ansim-event ", "ANSIM-EVENT", "application/ansim-event"])
def test_a_type_that_nobody_knows_is_refused(typ: str) -> None:
    assert reason(sign_parts(header_of(make_signer(), typ=typ), b"{}")) is Refusal.TYP


# ---------------------------------------------------------------- key and signature


@pytest.mark.parametrize("kid", ["", "x", "../../etc/ansim/device.key", "k" * 8000])
def test_an_unknown_key_is_refused(kid: str) -> None:
    assert reason(sign_parts(header_of(make_signer(), kid=kid), b"{}")) is Refusal.KID


def test_a_stranger_is_unknown_and_one_in_anothers_name_has_no_signature() -> None:
    us, stranger = make_signer(), make_signer("Ed25519", "stranger")

    assert reason(seal(PAYLOAD, Typ.EVENT, stranger)) is Refusal.KID
    assert reason(sign_parts(header_of(us), b"{}", stranger)) is Refusal.SIGNATURE


@pytest.mark.parametrize(("key", "claimed"), [("Ed25519", "ES256"), ("ES256", "Ed25519"), ("ES256", "EdDSA")])
def test_a_key_takes_its_own_algorithm_only(key: str, claimed: str) -> None:
    signer = make_signer(key)
    envelope = sign_parts(header_of(signer, alg=claimed), b"{}", signer)

    assert reason(envelope, keys=make_keys(signer)) is Refusal.SIGNATURE


@signer_of_each_kind
@pytest.mark.parametrize("signature", [b"", b"AA", b64url(bytes(64)), b64url(b"\xff" * 64), b64url(bytes(65))])
def test_a_signature_that_is_none_is_refused(signer: KeySigner, signature: bytes) -> None:
    signed, _, _ = seal(PAYLOAD, Typ.EVENT, signer).rpartition(b".")

    assert reason(signed + b"." + signature, keys=make_keys(signer)) is Refusal.SIGNATURE


@signer_of_each_kind
def test_every_single_bit_counts(signer: KeySigner) -> None:
    envelope, keys = seal(PAYLOAD, Typ.EVENT, signer), make_keys(signer)

    for place in range(len(envelope) * 8):
        flipped = bytearray(envelope)
        flipped[place // 8] ^= 1 << place % 8
        assert reason(bytes(flipped), keys=keys) in Refusal


@signer_of_each_kind
def test_every_truncation_and_every_lost_byte_is_refused(signer: KeySigner) -> None:
    envelope, keys = seal(PAYLOAD, Typ.EVENT, signer), make_keys(signer)

    for place in range(len(envelope)):
        reason(envelope[:place], keys=keys)
        reason(envelope[place + 1 :], keys=keys)
        reason(envelope[:place] + envelope[place + 1 :], keys=keys)


def test_parts_of_two_envelopes_do_not_make_a_third() -> None:
    one = seal({"n": 1}, Typ.EVENT, make_signer()).split(b".")
    two = seal({"n": 2}, Typ.EVENT, make_signer()).split(b".")

    assert reason(b".".join([one[0], two[1], one[2]])) is Refusal.SIGNATURE


def test_the_payload_is_not_read_before_the_signature_is_checked() -> None:
    forged = b64url(header_of(make_signer())) + b"." + b64url(b"[" * 9000) + b"." + b64url(bytes(64))

    assert reason(forged) is Refusal.SIGNATURE


# ---------------------------------------------------------------- payload


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"17",
        b"{} {}",
        b"{'id': 1}",
        b'{"id":"\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"id":1,"id":2}',
        b'{"data":{"seq":1,"seq":1}}',
        b'{"a":' * 1500 + b"1" + b"}" * 1500,
        b'{"a":' + b"[" * 9000 + b"]" * 900 + b"}",
        b'{"n":NaN}',
        b'{"n":[Infinity]}',
        b'{"n":-Infinity}',
        b'{"n":1e999}',
        b'{"n":-1e999}',
        b'{"n":' + b"9" * 5000 + b"}",
        b'{"text":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"text":"\n"}',
    ],
)
def test_a_signed_payload_that_is_not_a_json_object_is_refused(payload: bytes) -> None:
    assert reason(sign_parts(header_of(make_signer()), payload)) is Refusal.PAYLOAD


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_is_not_json_is_not_sealed(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON compliant|surrogates"):
        seal({"n": value}, Typ.EVENT, make_signer())


# ---------------------------------------------------------------- anything at all


def _opens_or_refuses(envelope: bytes) -> None:
    """Raises nothing; and what is taken can be written again."""
    try:
        opened = unseal(envelope, Typ.COMMAND, make_keys())
    except Refused:
        return
    seal(opened.payload, Typ.COMMAND, make_signer())


# The same inputs in every run, and no opinion on how fast the machine is.
repeatable = settings(deadline=None, derandomize=True, max_examples=300)

JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@repeatable
@given(st.binary(max_size=300) | st.lists(st.binary(max_size=60).map(b64url), max_size=5).map(b".".join))
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    with pytest.raises(Refused):
        unseal(noise, Typ.COMMAND, make_keys())


@repeatable
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit"]), JSON_VALUES), st.binary(max_size=80))
@example({"alg": "Ed25519", "kid": "\ud800", "typ": "ansim-command"}, b"")
def test_any_header_is_refused_or_taken(header: dict[str, Any], signature: bytes) -> None:
    _opens_or_refuses(b64url(json.dumps(header).encode()) + b"." + b64url(b"{}") + b"." + b64url(signature))


@repeatable
@given(JSON_VALUES)
def test_any_signed_json_is_refused_or_taken(value: object) -> None:
    _opens_or_refuses(sign_parts(header_of(make_signer(), typ="ansim-command"), json.dumps(value).encode()))


@repeatable
@given(st.binary(max_size=200))
def test_any_signed_bytes_are_refused_or_taken(payload: bytes) -> None:
    _opens_or_refuses(sign_parts(header_of(make_signer(), typ="ansim-command"), payload))
