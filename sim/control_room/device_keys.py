"""The keys of all devices, from the office's `devices.jwks.json`, and read again when the office has written it anew.

Every bad file is a KeyFileError of one line. A file that goes bad later changes nothing: what was known stays known.
"""

import json
import logging
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.logic.device_id import DEVICE_ID_WORDS, is_device_id
from device.logic.units import S
from drivers.errors import KeyFileError
from drivers.jwk import KeyRing, parse_jwks
from drivers.ports import Keys

_LOG = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024 * 1024
MAX_KEYS = 200_000
"""Ten thousand devices with a new key each year are listed for three years; this is for a country."""
_OTHERS_WRITE = 0o022
# Seconds since 1970 that still are a date (31 December 9999).
_MAX_TIME_S = 253_402_300_799
_FORM = 'allowed is a JWKS: {"keys": [...]}'
# What a JWK of this list has beside the members of its key.
_OURS = frozenset({"device", "iat", "exp", "revoked"})
_REASON = re.compile(r"[A-Za-z]{1,32}")

_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """One key that a device signs or signed with. `ring` holds this key alone."""

    device: str
    kid: str
    ring: KeyRing
    revoked_utc_ns: int | None


class PinnedKeys:
    """The keys of one device: `drivers.ports.Keys`."""

    __slots__ = ("_rings",)

    def __init__(self) -> None:
        self._rings: dict[str, KeyRing] = {}

    def add(self, key: DeviceKey) -> None:
        self._rings[key.kid] = key.ring

    def verify(self, kid: str, alg: str, signature: bytes, data: bytes) -> bool | None:
        ring = self._rings.get(kid)
        return None if ring is None else ring.verify(kid, alg, signature, data)


class DeviceKeys:
    """What a Verifier is made of: `Verifier(keys.pinned, keys.revoked_utc_ns)`. One thread: the verifier's."""

    def __init__(self, path: Path) -> None:
        """Reads the file. Raises KeyFileError."""
        self.pinned: dict[str, Keys] = {}
        self.revoked_utc_ns: dict[str, int] = {}
        self._path = path
        self._rings: dict[str, KeyRing] = {}
        self._stamp: _Stamp | None = None
        self._load()

    def refresh(self) -> None:
        """Read the file again if it is another one; costs a stat if not. A fault is logged, once per file."""
        try:
            if _stamp_of(self._path) != self._stamp:
                self._load()
        except KeyFileError as error:
            _LOG.error("device keys are not read again: %s", error)

    def _load(self) -> None:
        # Noted first: a bad file is not read every second.
        self._stamp = _stamp_of(self._path)
        if self._stamp is None:
            raise KeyFileError(f"{self._path}: missing")
        try:
            keys = parse_device_keys(_read(self._path), self._rings)
            pinned = _pinned(keys)
        except ValueError as error:
            raise KeyFileError(f"{self._path}: {error}") from None
        listed = {key.kid for key in keys}
        self._rings = {text: ring for text, ring in self._rings.items() if ring.kids[0] in listed}
        self.pinned.clear()
        self.pinned.update(pinned)
        self.revoked_utc_ns.clear()
        for key in keys:
            if key.revoked_utc_ns is not None:
                since_utc_ns = self.revoked_utc_ns.get(key.kid, key.revoked_utc_ns)
                self.revoked_utc_ns[key.kid] = min(since_utc_ns, key.revoked_utc_ns)


def parse_device_keys(data: bytes, rings: dict[str, KeyRing] | None = None) -> list[DeviceKey]:
    """ValueError, in one line, for anything that is not a list of devices' keys.

    rings: by the JWK's text; keys that are there are not read a second time, new ones are added.
    """
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise ValueError(f"not JSON; {_FORM}") from None
    match document:
        case {"keys": [*jwks]}:
            pass
        case _:
            raise ValueError(f'no list "keys"; {_FORM}')
    if len(jwks) > MAX_KEYS:
        raise ValueError(f"{len(jwks)} keys, at most {MAX_KEYS} are allowed")
    rings = rings if rings is not None else {}
    return [_numbered(number, jwk, rings) for number, jwk in enumerate(jwks, 1)]


def _numbered(number: int, jwk: Any, rings: dict[str, KeyRing]) -> DeviceKey:
    try:
        return _device_key(jwk, rings)
    except ValueError as error:
        # A reader of one key numbers it, too.
        raise ValueError(f"key {number}: {str(error).removeprefix('key 1: ')}") from None


def _device_key(jwk: Any, rings: dict[str, KeyRing]) -> DeviceKey:
    device = jwk.get("device") if isinstance(jwk, dict) else None
    if not isinstance(device, str) or not is_device_id(device):
        raise ValueError(f"device = {device!r:.60}; allowed are {DEVICE_ID_WORDS}")
    if _seconds(jwk, "iat") > _seconds(jwk, "exp"):
        raise ValueError("exp lies before iat; allowed is a key that is valid for some time")
    ring = _ring(jwk, rings)
    return DeviceKey(device, ring.kids[0], ring, _revoked_utc_ns(jwk))


def _ring(jwk: dict[str, Any], rings: dict[str, KeyRing]) -> KeyRing:
    text = json.dumps({name: value for name, value in jwk.items() if name not in _OURS})
    ring = rings.get(text)
    if ring is None:
        ring = parse_jwks(f'{{"keys":[{text}]}}'.encode("ascii"))
        if jwk.get("kid") not in (None, ring.kids[0]):
            raise ValueError(f"kid = {jwk['kid']!r:.60}; allowed is the thumbprint of the key")
        rings[text] = ring
    return ring


def _revoked_utc_ns(jwk: dict[str, Any]) -> int | None:
    match jwk.get("revoked"):
        case None if "revoked" not in jwk:
            return None
        case {"revoked_at": _, "reason": str(reason)} if _REASON.fullmatch(reason):
            return _seconds(jwk["revoked"], "revoked_at") * S
        case _:
            raise ValueError('"revoked" cannot be read; allowed is {"revoked_at": seconds, "reason": word}')


def _seconds(source: dict[str, Any], name: str) -> int:
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_TIME_S:
        raise ValueError(f"{name} = {value!r:.60}; allowed are whole seconds since 1970")
    return value


def _pinned(keys: Iterable[DeviceKey]) -> dict[str, PinnedKeys]:
    owners: dict[str, str] = {}
    pinned: dict[str, PinnedKeys] = {}
    for key in keys:
        if owners.setdefault(key.kid, key.device) != key.device:
            raise ValueError(f"one key of two devices, {owners[key.kid]} and {key.device}; allowed is one")
        pinned.setdefault(key.device, PinnedKeys()).add(key)
    return pinned


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name stands twice")
    return members


def _stamp_of(path: Path) -> _Stamp | None:
    """What changes when the file is exchanged or written; None if it is not there."""
    try:
        status = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from None
    # Whoever may write this file decides who is believed: only its owner may.
    if not stat.S_ISREG(mode) or mode & _OTHERS_WRITE:
        raise KeyFileError(f"{path}: mode {stat.S_IMODE(mode):04o}; allowed is a file that others cannot change")
    if len(data) > MAX_BYTES:
        raise KeyFileError(f"{path}: too big; at most {MAX_BYTES} bytes are allowed")
    return data
