"""Read the control room's signed commands. Pure. Implements docs/protocol.md, "Command"."""

from dataclasses import dataclass
from typing import Any, TypeGuard

from device.logic.envelope import JsonObject, Refusal, Refused, Typ, unseal
from drivers.ports import Keys

_MAX_TEXT = 128
_MAX_ARGS = 16
# The year 2106: as nanoseconds, these still fit into 63 bits, which is what a database holds.
_MAX_SECONDS = 2**32 - 1
_MAX_REVISION = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody with the control room's key asks. `jti` names it for ever; times are UTC seconds since 1970.

    `revision`: of the door as it was when the command was given, if it is to hold for that alone.
    """

    jti: str
    name: str
    issued_s: int
    expires_s: int
    args: JsonObject
    revision: int | None = None


def read_command(envelope: bytes, device: str, keys: Keys) -> Command:
    """Verify an envelope from the command topic. Raises Refused if it is not wholly good, and nothing else.

    Form only: whether the command is in time, and makes sense, is decided by who carries it out.
    """
    payload = unseal(envelope, Typ.COMMAND, keys).payload
    if payload.get("aud") != device:
        raise Refused(Refusal.AUDIENCE)
    jti, name = payload.get("jti"), payload.get("command")
    # Both come back to the control room in the outcome, which takes no other text.
    if not (_is_printable(jti) and _is_printable(name)):
        raise Refused(Refusal.PAYLOAD)
    revision = _count(payload["revision"], _MAX_REVISION) if "revision" in payload else None
    issued_s, expires_s = (_count(payload.get(member), _MAX_SECONDS) for member in ("iat", "exp"))
    return Command(jti, name, issued_s, expires_s, _args(payload.get("args")), revision)


def _is_printable(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and 1 <= len(text) <= _MAX_TEXT and text.isprintable()


def _count(value: Any, most: int) -> int:
    # True is an int to Python, and 1.0 is not one.
    if type(value) is not int or not 0 <= value <= most:
        raise Refused(Refusal.PAYLOAD)
    return value


def _args(value: Any) -> JsonObject:
    if not isinstance(value, dict) or len(value) > _MAX_ARGS:
        raise Refused(Refusal.PAYLOAD)
    return value
