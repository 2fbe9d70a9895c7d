"""Signatures, thumbprints and key sets: against the vectors of the standards, and against joserfc."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, derive_private_key, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, KeySet, OKPKey

from drivers.jwk import MAX_KEYS, KeyRing, KeySigner, jwk_of, parse_jwks
from tests.builders import make_keys, make_signer


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


# RFC 8037 appendix A.1 to A.4.
RFC8037_KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
RFC8037_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC8037_INPUT = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
RFC8037_SIGNATURE = unb64url("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")

# RFC 7515 appendix A.3.
RFC7515_X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
RFC7515_Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
RFC7515_INPUT = (
    b"eyJhbGciOiJFUzI1NiJ9"
    b".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
RFC7515_SIGNATURE = unb64url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")


@pytest.fixture
def rfc8037() -> KeySigner:
    return KeySigner(Ed25519PrivateKey.from_private_bytes(unb64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")))


@pytest.fixture
def rfc7515() -> KeySigner:
    d = int.from_bytes(unb64url("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"))
    return KeySigner(derive_private_key(d, SECP256R1()))


def jwks(*keys: object) -> bytes:
    return json.dumps({"keys": keys}).encode()


def test_ed25519_thumbprint_and_signature_are_those_of_rfc_8037(rfc8037: KeySigner) -> None:
    assert rfc8037.kid == RFC8037_KID
    assert rfc8037.sign(RFC8037_INPUT) == RFC8037_SIGNATURE
    assert jwk_of(rfc8037)["x"] == RFC8037_X


def test_the_signature_of_rfc_8037_verifies_under_both_names_of_the_algorithm(rfc8037: KeySigner) -> None:
    keys = KeyRing([rfc8037.public_key])

    assert keys.verify(RFC8037_KID, "EdDSA", RFC8037_SIGNATURE, RFC8037_INPUT) is True
    assert keys.verify(RFC8037_KID, "Ed25519", RFC8037_SIGNATURE, RFC8037_INPUT) is True


def test_the_es256_example_of_rfc_7515_verifies(rfc7515: KeySigner) -> None:
    keys = parse_jwks(jwks({"kty": "EC", "crv": "P-256", "x": RFC7515_X, "y": RFC7515_Y}))

    assert keys.kids == (rfc7515.kid,)
    assert keys.verify(rfc7515.kid, "ES256", RFC7515_SIGNATURE, RFC7515_INPUT) is True


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
def test_thumbprints_are_those_of_another_implementation(alg: str) -> None:
    signer = make_signer(alg)
    jwk: Any = jwk_of(signer)
    other = OKPKey.import_key(jwk) if alg == "Ed25519" else ECKey.import_key(jwk)

    assert signer.kid == other.thumbprint()


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
def test_signatures_are_64_octets_and_verify(alg: str) -> None:
    signer = make_signer(alg)

    # In one of 128 ES256 signatures r or s is shorter than 32 octets and has to be padded.
    signatures = [(data := b"%d" % number, signer.sign(data)) for number in range(400)]

    assert {len(signature) for _, signature in signatures} == {64}
    assert all(make_keys(signer).verify(signer.kid, alg, signature, data) for data, signature in signatures)


def test_other_curves_are_refused() -> None:
    with pytest.raises(ValueError, match="neither Ed25519 nor P-256"):
        KeySigner(generate_private_key(SECP384R1()))


def test_an_unknown_key_is_neither_true_nor_false() -> None:
    assert make_keys(make_signer()).verify("elsewhere", "Ed25519", bytes(64), b"") is None


@pytest.mark.parametrize(
    ("alg", "claimed"),
    [("Ed25519", "ES256"), ("Ed25519", "none"), ("Ed25519", "ed25519"), ("ES256", "Ed25519"), ("ES256", "EdDSA")],
)
def test_a_key_takes_its_own_algorithm_only(alg: str, claimed: str) -> None:
    signer = make_signer(alg)

    assert make_keys(signer).verify(signer.kid, claimed, signer.sign(b"data"), b"data") is False


@pytest.mark.parametrize("alg", ["Ed25519", "ES256"])
@pytest.mark.parametrize(
    "signature", [b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64], ids=["empty", "short", "zero", "long", "ones"]
)
def test_bad_signatures_are_false(alg: str, signature: bytes) -> None:
    signer = make_signer(alg)

    assert make_keys(signer).verify(signer.kid, alg, signature, b"data") is False


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(["Ed25519", "ES256"]), st.text(), st.binary(max_size=80), st.binary(max_size=40))
def test_verify_never_raises(key_alg: str, alg: str, signature: bytes, data: bytes) -> None:
    signer = make_signer(key_alg)
    keys = make_keys(signer)

    assert keys.verify(signer.kid, alg, signature, data) is False
    assert keys.verify(signer.kid, key_alg, signature.ljust(64)[:64], data) is False
    assert keys.verify(alg, key_alg, signature, data) is None


def test_a_der_signature_is_not_a_jws_signature() -> None:
    signer = make_signer("ES256")
    raw = signer.sign(b"data")
    r, s = b"\0" + raw[:32], b"\0" + raw[32:]
    der = b"\x30\x46\x02\x21" + r + b"\x02\x21" + s

    assert make_keys(signer).verify(signer.kid, "ES256", der, b"data") is False


def test_a_key_set_of_both_kinds_is_read_and_kid_is_computed() -> None:
    device, room = make_signer("ES256"), make_signer("Ed25519", "control-room")
    keys = parse_jwks(jwks({**jwk_of(device), "kid": "of no account"}, {**jwk_of(room), "kid": 17}))

    assert keys.kids == (device.kid, room.kid)
    assert keys.verify("of no account", "ES256", device.sign(b""), b"") is None


def test_a_key_set_of_another_implementation_is_read() -> None:
    key_set = KeySet([OKPKey.generate_key("Ed25519"), ECKey.generate_key("P-256")])
    written = json.dumps(key_set.as_dict(private=False)).encode()

    assert parse_jwks(written).kids == tuple(key.thumbprint() for key in key_set.keys)


def test_keys_for_encryption_are_left_out() -> None:
    signer = make_signer()

    assert parse_jwks(jwks({"use": "enc", "kty": "RSA"}, jwk_of(signer))).kids == (signer.kid,)


def test_members_that_nobody_knows_are_ignored() -> None:
    jwk = jwk_of(make_signer()) | {"x5t": "…", "note": "written by hand", "alg": "EdDSA"}

    assert len(parse_jwks(jwks(jwk)).kids) == 1


OKP = jwk_of(make_signer())
EC = jwk_of(make_signer("ES256"))
LAST = OKP["x"][-1]
STRAY = OKP["x"][:-1] + chr(ord(LAST) + 1)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b'{"keys":[],"keys":[]}', "not JSON"),
        (b"[]", 'no list "keys"'),
        (b'{"keys": {}}', 'no list "keys"'),
        (jwks(), "no key to verify"),
        (jwks({**OKP, "use": "enc"}), "no key to verify"),
        (jwks(*[OKP] * (MAX_KEYS + 1)), "33 keys, at most 32"),
        (jwks("text"), "key 1: no kind of key"),
        (jwks([]), "key 1: no kind of key"),
        (jwks(OKP, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}), "key 2: 'RSA'; allowed are"),
        (jwks({"kty": "EC", "crv": "P-384"}), "key 1: 'EC' with 'P-384'"),
        (jwks({"kty": "oct", "k": "c2VjcmV0"}), "key 1: 'oct'"),
        (jwks({"kty": "OKP", "crv": "Ed448"}), "key 1: 'OKP' with 'Ed448'"),
        (jwks({"kty": ["OKP"], "crv": {}}), "key 1: no kind of key"),
        (jwks({**OKP, "d": "AAAA"}), "key 1: holds a private key"),
        (jwks({**OKP, "use": "enc", "d": "AAAA"}), "key 1: holds a private key"),
        (jwks({"kty": "OKP", "crv": "Ed25519"}), 'key 1: "x" is not 32 octets'),
        (jwks({**OKP, "x": 7}), 'key 1: "x" is not 32 octets'),
        (jwks({**OKP, "x": OKP["x"] + "="}), 'key 1: "x" is not 32 octets'),
        (jwks({**OKP, "x": STRAY}), 'key 1: "x" is not 32 octets'),
        (jwks({**OKP, "x": OKP["x"] + "\n"}), 'key 1: "x" is not 32 octets'),
        (jwks({**OKP, "x": "ü" + OKP["x"][1:]}), 'key 1: "x" is not 32 octets'),
        (jwks({**OKP, "x": "A"}), 'key 1: "x" is not 32 octets'),
        (jwks({**EC, "y": EC["y"][:-4]}), 'key 1: "y" is not 32 octets'),
        (jwks({**EC, "y": EC["x"]}), "key 1: x and y are not a point"),
        (jwks({**OKP, "alg": "ES256"}), 'key 1: "alg" is not one of this key; allowed is Ed25519'),
        (jwks({**EC, "alg": []}), 'key 1: "alg" is not one of this key; allowed is ES256'),
    ],
)
def test_what_is_not_a_set_of_public_keys_is_refused_in_one_line(document: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z") as caught:
        parse_jwks(document)

    assert says in str(caught.value)
    assert "c2VjcmV0" not in str(caught.value)
