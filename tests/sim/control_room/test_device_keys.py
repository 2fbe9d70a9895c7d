import json
import logging
import os
from pathlib import Path

import pytest

from device.logic.envelope import JsonObject, Refusal, Typ
from device.logic.units import S
from drivers.errors import KeyFileError
from drivers.jwk import jwk_of
from drivers.keystore import KeySigner
from sim.control_room import device_keys
from sim.control_room.device_keys import DeviceKeys, parse_device_keys
from sim.control_room.values import VerifiedEvent
from sim.control_room.verifier import Verifier
from tests.builders import make_signer
from tests.sim.control_room.scene import (
    DEVICE_SIGNER,
    OTHER,
    OTHER_SIGNER,
    STORE,
    event_payload,
    sign,
    status_payload,
    topic,
)

REVOKED_S = 1_795_214_162
NEW_SIGNER = make_signer(owner="a new key")


def entry(device: str = STORE, signer: KeySigner = DEVICE_SIGNER, **more: object) -> JsonObject:
    return {**jwk_of(signer), "device": device, "iat": 1_790_000_000, "exp": 1_821_536_000, **more}


def revoked(at_s: int = REVOKED_S) -> JsonObject:
    return {"revoked_at": at_s, "reason": "keyCompromise"}


def write(path: Path, *entries: JsonObject) -> Path:
    """As the office does: another file under the name."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"keys": list(entries)}))
    part.chmod(0o644)
    part.rename(path)
    return path


def verifier(keys: DeviceKeys) -> Verifier:
    return Verifier(keys.pinned, keys.revoked_utc_ns)


def test_each_device_is_believed_by_its_own_key(tmp_path: Path) -> None:
    keys = DeviceKeys(write(tmp_path / "devices.jwks.json", entry(), entry(OTHER, OTHER_SIGNER)))

    judge = verifier(keys)

    assert isinstance(judge.verify(topic("alarm"), sign(event_payload())), VerifiedEvent)
    assert judge.verify(topic("alarm"), sign(event_payload(), signer=OTHER_SIGNER)) is Refusal.KID


def test_a_device_with_two_keys_is_believed_by_both(tmp_path: Path) -> None:
    keys = DeviceKeys(write(tmp_path / "devices.jwks.json", entry(), entry(signer=NEW_SIGNER)))

    found = [
        verifier(keys).verify(topic("alarm"), sign(event_payload(), signer=s)) for s in (DEVICE_SIGNER, NEW_SIGNER)
    ]

    assert all(isinstance(event, VerifiedEvent) for event in found)


def test_a_key_is_revoked_from_its_second_on(tmp_path: Path) -> None:
    keys = DeviceKeys(write(tmp_path / "devices.jwks.json", entry(revoked=revoked())))
    judge = verifier(keys)
    status = sign(status_payload(), Typ.STATUS)

    assert judge.verify(topic("status"), status, REVOKED_S * S - 1) is not Refusal.REVOKED
    assert judge.verify(topic("status"), status, REVOKED_S * S) is Refusal.REVOKED
    assert judge.refusals == {Refusal.REVOKED: 1}


def test_a_key_that_is_listed_twice_is_revoked_from_the_earlier_time(tmp_path: Path) -> None:
    twice = [entry(revoked=revoked(REVOKED_S)), entry(), entry(revoked=revoked(REVOKED_S - 5))]

    keys = DeviceKeys(write(tmp_path / "devices.jwks.json", *twice))

    assert keys.revoked_utc_ns == {DEVICE_SIGNER.kid: (REVOKED_S - 5) * S}


def test_a_new_file_is_read_by_who_uses_the_old_one(tmp_path: Path) -> None:
    path = write(tmp_path / "devices.jwks.json", entry(OTHER, OTHER_SIGNER))
    keys = DeviceKeys(path)
    judge = verifier(keys)

    write(path, entry())
    keys.refresh()

    assert isinstance(judge.verify(topic("alarm"), sign(event_payload())), VerifiedEvent)
    assert OTHER not in keys.pinned


def test_a_file_that_is_the_same_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = DeviceKeys(write(tmp_path / "devices.jwks.json", entry()))
    monkeypatch.setattr(device_keys, "_read", lambda path: pytest.fail(f"{path} was read"))

    keys.refresh()

    assert STORE in keys.pinned


@pytest.mark.parametrize("text", ['{"keys": [', None])
def test_a_file_that_goes_bad_changes_nothing_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    path = write(tmp_path / "devices.jwks.json", entry())
    keys = DeviceKeys(path)
    path.unlink()
    if text is not None:
        path.write_text(text)
        path.chmod(0o644)

    with caplog.at_level(logging.ERROR):
        keys.refresh()
        keys.refresh()

    assert STORE in keys.pinned
    assert len(caplog.messages) == 1
    assert str(path) in caplog.text


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([], "key 1: device = None; allowed are 3–40 characters"),
        (entry("store/1"), "key 1: device = 'store/1'; allowed are"),
        (entry(iat="now"), "key 1: iat = 'now'; allowed are whole seconds since 1970"),
        (entry(exp=True), "key 1: exp = True; allowed are whole seconds"),
        (entry(exp=5), "key 1: exp lies before iat"),
        (entry(kid="elsewhere"), "key 1: kid = 'elsewhere'; allowed is the thumbprint"),
        (entry(x="short"), 'key 1: "x" is not 32 octets'),
        (entry(d="secret"), "private key"),
        (entry(revoked=True), 'key 1: "revoked" cannot be read'),
        (entry(revoked=None), 'key 1: "revoked" cannot be read'),
        (entry(revoked={"revoked_at": 5, "reason": "a\nb"}), 'key 1: "revoked" cannot be read'),
        (entry(revoked={"revoked_at": -5, "reason": "unspecified"}), "key 1: revoked_at = -5; allowed are"),
    ],
)
def test_a_bad_key_is_one_clear_line(tmp_path: Path, bad: JsonObject, said: str) -> None:
    path = write(tmp_path / "devices.jwks.json", bad)

    with pytest.raises(KeyFileError, match=r"devices\.jwks\.json: ") as refused:
        DeviceKeys(path)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"keys": {}}', b'{"keys": [{"a": 1, "a": 1}]}', b"\xff", b"[" * 99999]
)
def test_what_is_not_a_jwks_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="allowed is a JWKS"):
        parse_device_keys(data)


def test_one_key_of_two_devices_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="one key of two devices, store-0042 and store-0043"):
        DeviceKeys(write(tmp_path / "devices.jwks.json", entry(), entry(OTHER)))


def test_too_many_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_keys, "MAX_KEYS", 1)

    with pytest.raises(ValueError, match="2 keys, at most 1 are allowed"):
        parse_device_keys(json.dumps({"keys": [entry(), entry()]}).encode())


def test_a_file_that_is_too_big_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_keys, "MAX_BYTES", 100)

    with pytest.raises(KeyFileError, match="at most 100 bytes"):
        DeviceKeys(write(tmp_path / "devices.jwks.json", entry()))


def test_a_file_that_others_can_change_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "devices.jwks.json", entry())
    path.chmod(0o666)

    with pytest.raises(KeyFileError, match="mode 0666"):
        DeviceKeys(path)


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o644)
    (tmp_path / "link").symlink_to(write(tmp_path / "devices.jwks.json", entry()))

    for name, said in [("fifo", "others cannot change"), ("link", "cannot be read"), ("absent", "missing")]:
        with pytest.raises(KeyFileError, match=said):
            DeviceKeys(tmp_path / name)
