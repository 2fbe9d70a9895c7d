import base64
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import KeySet

from drivers.jwk import KeySigner, PublicKey, jwk_of, parse_jwks, thumbprint
from drivers.key_making import Algorithm, make_key
from drivers.keystore import load_signer
from provisioning.control_room import control_room_jwks, devices_jwks, new_signing_key, read_public_key, signing_key_of
from provisioning.errors import OfficeError, RefusedError
from provisioning.model import Certificate, Purpose, Reason
from tests.pki import pem_of

_NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_YEAR = timedelta(days=365)
_DAY = timedelta(days=1)


def _certificate(device: str, key: PublicKey, begin: datetime = _NOW, purpose: Purpose = Purpose.DEVICE) -> Certificate:
    kid, jwk = thumbprint(key), json.dumps(jwk_of(key))
    return Certificate(7, device, purpose, kid, jwk, begin, begin + _YEAR, "")


def _new_public_key() -> PublicKey:
    return make_key(Algorithm.ED25519).public_key()


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _spki(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_new_key_is_kept_where_only_its_owner_reads_it(algorithm: Algorithm, tmp_path: Path) -> None:
    key = new_signing_key(algorithm, tmp_path, _NOW)

    (path,) = tmp_path.iterdir()
    assert path.name == f"control-room-{key.kid[:8]}.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_signer(path).kid == key.kid
    assert (key.added, key.retired) == (_NOW, None)
    assert "d" not in json.loads(key.jwk)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_receiver_with_another_library_verifies_what_the_new_key_signs(algorithm: Algorithm, tmp_path: Path) -> None:
    key = new_signing_key(algorithm, tmp_path, _NOW)
    signer = load_signer(tmp_path / f"control-room-{key.kid[:8]}.key")
    header = json.dumps({"alg": signer.alg, "kid": signer.kid}).encode()
    signed = f"{_b64url(header)}.{_b64url(b'received')}"
    envelope = f"{signed}.{_b64url(signer.sign(signed.encode()))}"

    keys = KeySet.import_key_set(json.loads(control_room_jwks([key])))

    assert jws.deserialize_compact(envelope, keys, ["Ed25519", "ES256"]).payload == b"received"


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match=r"control-room-.{8}\.key: cannot be written: No such file or directory$"):
        new_signing_key(Algorithm.ED25519, tmp_path / "none", _NOW)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_control_room_may_bring_the_public_part_of_its_own_key(algorithm: Algorithm) -> None:
    public_key = make_key(algorithm).public_key()

    read = read_public_key(_spki(public_key), "room.pem")

    assert read == public_key
    assert signing_key_of(read, _NOW).kid == thumbprint(public_key)


def test_a_private_key_is_sent_back() -> None:
    with pytest.raises(
        RefusedError, match=r"^room\.pem: holds a private key, which shall stay where it is; allowed is"
    ):
        read_public_key(pem_of(make_key(Algorithm.P256)), "room.pem")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n",
        _spki(_new_public_key())[:60],
        _spki(generate_private_key(SECP384R1()).public_key()),
        generate_rsa_key(65537, 2048).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["empty", "text", "damaged", "cut off", "P-384", "RSA"],
)
def test_what_is_no_key_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError, match=r"^room\.pem: not a key that can be used; allowed is a public key in PEM"):
        read_public_key(data, "room.pem")


def test_a_file_that_is_too_big_is_not_looked_at() -> None:
    with pytest.raises(RefusedError, match=r"^room\.pem: too big; at most 16384 bytes are allowed$"):
        read_public_key(bytes(16 * 1024 + 1), "room.pem")


def test_a_device_believes_the_keys_that_are_valid_and_no_other() -> None:
    old, current, coming = (signing_key_of(_new_public_key(), _NOW) for _ in range(3))

    data = control_room_jwks([replace(old, retired=_NOW), current, coming])

    assert parse_jwks(data).kids == (current.kid, coming.kid)


def test_each_key_has_a_line() -> None:
    keys = [signing_key_of(_new_public_key(), _NOW) for _ in range(2)]

    data = control_room_jwks(keys)

    assert data.startswith(b'{"keys":[\n{"kty":"OKP",')
    assert data.endswith(b"}\n]}\n")
    assert [keys[0].kid in line for line in data.decode().splitlines()] == [False, True, False, False]
    assert json.loads(control_room_jwks([])) == {"keys": []}


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_device_is_listed_with_its_key_and_when_it_is_good(algorithm: Algorithm) -> None:
    public_key = make_key(algorithm).public_key()

    listed = json.loads(devices_jwks([_certificate("store-0042", public_key)], _NOW))

    times = {"iat": int(_NOW.timestamp()), "exp": int((_NOW + _YEAR).timestamp())}
    assert listed == {"keys": [{**jwk_of(public_key), "device": "store-0042", **times}]}


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_another_library_reads_the_devices_and_agrees_on_their_thumbprints(algorithm: Algorithm) -> None:
    signers = [KeySigner(make_key(algorithm)) for _ in range(3)]
    certificates = [_certificate(f"store-{number}", one.public_key) for number, one in enumerate(signers)]

    keys = KeySet.import_key_set(json.loads(devices_jwks(certificates, _NOW)))

    assert [key.thumbprint() for key in keys] == [one.kid for one in signers]


def test_only_devices_are_listed() -> None:
    others = [
        _certificate("store-0042", _new_public_key(), purpose=one) for one in Purpose if one is not Purpose.DEVICE
    ]

    assert json.loads(devices_jwks(others, _NOW)) == {"keys": []}


def test_devices_stand_in_order_with_their_older_keys_first() -> None:
    given = [("b", _NOW), ("a", _NOW + _DAY), ("b", _NOW - _DAY), ("a", _NOW)]

    listed = json.loads(devices_jwks([_certificate(one, _new_public_key(), at) for one, at in given], _NOW))["keys"]

    days = [(key["device"], (key["iat"] - int(_NOW.timestamp())) // 86_400) for key in listed]
    assert days == [("a", 0), ("a", 1), ("b", -1), ("b", 0)]


def test_a_key_stays_listed_for_four_hundred_days_after_its_end() -> None:
    certificate = _certificate("store-0042", _new_public_key())
    end = certificate.not_after + timedelta(days=400)

    before, after = (json.loads(devices_jwks([certificate], now)) for now in (end - timedelta(seconds=1), end))

    assert (len(before["keys"]), len(after["keys"])) == (1, 0)


def test_a_key_that_was_revoked_says_when_and_why() -> None:
    certificate = replace(_certificate("store-0042", _new_public_key()), revoked=_NOW, reason=Reason.KEY_COMPROMISE)

    (listed,) = json.loads(devices_jwks([certificate], _NOW))["keys"]

    assert listed["revoked"] == {"revoked_at": int(_NOW.timestamp()), "reason": "keyCompromise"}


def test_a_key_with_two_certificates_stands_once_for_as_long_as_one_of_them_is_good() -> None:
    first = _certificate("store-0042", _new_public_key())
    second = replace(first, not_before=_NOW + _DAY, not_after=first.not_after + _DAY)
    superseded = replace(first, revoked=_NOW + _DAY, reason=Reason.SUPERSEDED)

    (listed,) = json.loads(devices_jwks([second, superseded], _NOW))["keys"]

    assert (listed["iat"], listed["exp"]) == (int(_NOW.timestamp()), int(second.not_after.timestamp()))
    assert "revoked" not in listed


def test_a_key_is_revoked_with_the_last_of_its_certificates() -> None:
    first = replace(_certificate("store-0042", _new_public_key()), revoked=_NOW, reason=Reason.SUPERSEDED)
    second = replace(first, revoked=_NOW + _DAY, reason=Reason.CESSATION)

    (listed,) = json.loads(devices_jwks([second, first], _NOW))["keys"]

    assert listed["revoked"] == {"revoked_at": int((_NOW + _DAY).timestamp()), "reason": "cessationOfOperation"}


def test_a_key_that_somebody_else_may_have_is_revoked_whatever_its_other_certificates_say() -> None:
    first = _certificate("store-0042", _new_public_key())
    stolen = replace(first, revoked=_NOW, reason=Reason.KEY_COMPROMISE)

    (listed,) = json.loads(devices_jwks([first, stolen], _NOW))["keys"]

    assert listed["revoked"]["reason"] == "keyCompromise"
