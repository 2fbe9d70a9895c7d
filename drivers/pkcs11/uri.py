"""The name of a key in a token: a strict part of RFC 7512. Pure.

pkcs11:token=ansim;object=device?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/ansim/pin
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from drivers.key_place import URI_START

URI_WORDS = (
    '"pkcs11:token=…;object=…?module-path=/…&pin-source=file:/…" '
    "(RFC 7512; serial and id may be named too, the PIN itself never)"
)

# Far longer than label, number and two paths; PATH_MAX alone is 4095.
_MAX_LENGTH = 4096
_PATH_NAMES = ("token", "serial", "object", "id", "type")
_QUERY_NAMES = ("module-path", "pin-source")
# RFC 7512 §2.3: what may stand unescaped in a value; "&" in the path only, "/" and "?" in the query only.
_PATH_VALUE = re.compile(r"(?:[A-Za-z0-9\-._~:\[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})+")
_QUERY_VALUE = re.compile(r"(?:[A-Za-z0-9\-._~:\[\]@!$'()*+,=/?|]|%[0-9A-Fa-f]{2})+")
_FILE = "file:"


@dataclass(frozen=True, slots=True)
class TokenUri:
    """Which key, through which module, opened with whose PIN. `str` of it is short and holds no path."""

    token: str
    serial: str | None
    label: str | None
    id: bytes | None
    module: Path
    pin_file: Path

    def __str__(self) -> str:
        names = [("token", self.token), ("serial", self.serial), ("object", self.label)]
        if self.id is not None:
            names.append(("id", self.id.hex()))
        return URI_START + ";".join(f"{name}={value}" for name, value in names if value is not None)


def parse_uri(text: str) -> TokenUri:
    """ValueError, in one line that never holds a value, unless it names one key, its module and the file of its PIN."""
    if len(text) > _MAX_LENGTH:
        raise ValueError(f"longer than {_MAX_LENGTH} characters")
    scheme, colon, rest = text.partition(":")
    if scheme + colon != URI_START:
        raise ValueError(f'does not begin with "{URI_START}"')
    path, _, query = rest.partition("?")
    named = dict(_attributes(path, ";", _PATH_NAMES, _PATH_VALUE))
    given = dict(_attributes(query, "&", _QUERY_NAMES, _QUERY_VALUE))
    if named.get("type", b"private") != b"private":
        raise ValueError('"type" is not "private"')
    if "object" not in named and "id" not in named:
        raise ValueError('neither "object" nor "id" is named')
    return TokenUri(
        token=_required(named, "token"),
        serial=_text(named, "serial"),
        label=_text(named, "object"),
        id=named.get("id"),
        module=_absolute(_required(given, "module-path"), "module-path", ""),
        pin_file=_absolute(_required(given, "pin-source"), "pin-source", _FILE),
    )


def _attributes(
    part: str, separator: str, names: tuple[str, ...], allowed: re.Pattern[str]
) -> Iterator[tuple[str, bytes]]:
    """Names with their decoded values."""
    seen = set()
    for attribute in part.split(separator) if part else ():
        name, _, value = attribute.partition("=")
        if name == "pin-value":
            raise ValueError('"pin-value" puts the PIN into the configuration; allowed is "pin-source=file:/…"')
        if name not in names:
            raise ValueError(f"an attribute that is not one of {', '.join(names)}")
        if name in seen:
            raise ValueError(f'"{name}" stands twice')
        if not allowed.fullmatch(value):
            raise ValueError(f'"{name}" is empty or holds a character that has to be written as %XX')
        seen.add(name)
        yield name, unquote_to_bytes(value)


def _text(attributes: dict[str, bytes], name: str) -> str | None:
    value = attributes.get(name)
    if value is None:
        return None
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f'"{name}" is not UTF-8') from None
    if not text.isprintable():
        raise ValueError(f'"{name}" is not printable')
    return text


def _required(attributes: dict[str, bytes], name: str) -> str:
    text = _text(attributes, name)
    if text is None:
        raise ValueError(f'"{name}" is missing')
    return text


def _absolute(text: str, name: str, prefix: str) -> Path:
    path = text.removeprefix(prefix)
    if not text.startswith(prefix) or not path.startswith("/"):
        raise ValueError(f'"{name}" is not {prefix}/… (an absolute path)')
    return Path(path)
