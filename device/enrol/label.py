"""What a device's label says, as text and in its QR code. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from device.errors import LabelError
from device.logic.device_id import DEVICE_ID_WORDS, is_device_id
from drivers.est_address import parse_est

MAX_CHARACTERS = 512
"""More than any label needs, and still a QR code that a phone reads."""

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[a-z2-7]{26}")
_FORM = "ansim:<device id>?est=https://<host>[:<port>]&ca=<64 hex digits>[&token=<26 characters>]"


@dataclass(frozen=True, slots=True)
class Label:
    """Where a device enrols, and whom it may believe there.

    `fingerprint`: SHA-256 of the root certificate (DER), 64 hex digits. `token`: only on a sheet for one visit.
    """

    device: str
    est: str
    fingerprint: str
    token: str | None = None

    def __str__(self) -> str:
        token = "" if self.token is None else f"&token={self.token}"
        return f"ansim:{self.device}?est={quote(self.est, safe=':/')}&ca={self.fingerprint}{token}"


def parse_label(text: str) -> Label:
    """Read a label as it was typed, scanned or pasted. Raises LabelError, which never repeats the token."""
    text = text.strip()
    if len(text) > MAX_CHARACTERS or not text.startswith("ansim:") or "?" not in text:
        raise LabelError(f"not a label; allowed is {_FORM}")
    device, _, query = text.removeprefix("ansim:").partition("?")
    if not is_device_id(device):
        raise LabelError(f"label: device id {device[:60]!r}; allowed are {DEVICE_ID_WORDS}")
    try:
        said = parse_qs(query, keep_blank_values=True, strict_parsing=True, max_num_fields=8)
    except ValueError:
        raise LabelError(f"label: cannot be read; allowed is {_FORM}") from None
    unknown = sorted(said.keys() - {"est", "ca", "token"})
    if unknown or any(len(values) != 1 for values in said.values()):
        raise LabelError(f"label: est and ca are needed once each, token at most once, and nothing else: {_FORM}")
    return Label(device, _est(_one(said, "est")), _fingerprint(_one(said, "ca")), _token(said))


def parse_token(text: str, source: str) -> str:
    """A one-time token as it was typed or stored, in groups or not. Raises LabelError, which begins with `source`."""
    token = re.sub(r"[\s-]", "", text).lower()
    if not _TOKEN.fullmatch(token):
        raise LabelError(f"{source}: allowed are 26 characters a–z and 2–7")
    return token


def _one(said: dict[str, list[str]], name: str) -> str:
    return said.get(name, [""])[0]


def _est(url: str) -> str:
    try:
        parse_est(url)
    except ValueError as error:
        raise LabelError(f"label: est = {url[:80]!r}; {error}") from None
    return url.rstrip("/")


def _fingerprint(text: str) -> str:
    # A person may have typed it in the groups in which it is printed.
    digits = re.sub(r"[\s:-]", "", text).lower()
    if not _FINGERPRINT.fullmatch(digits):
        raise LabelError(f"label: ca = {text[:80]!r}; allowed are the 64 hex digits of the label")
    return digits


def _token(said: dict[str, list[str]]) -> str | None:
    if "token" not in said:
        return None
    return parse_token(_one(said, "token"), "label: token")
