"""Read the control room's signed commands. Pure. Implements docs/protocol.md, "Command"."""

from dataclasses import dataclass
from typing import TypeGuard

from device.logic.envelope import Refusal, Refused, Typ, unseal
from drivers.ports import Keys

_MAX_TEXT = 128


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody with the control room's key asks. `jti` names it for ever."""

    jti: str
    name: str


def read_command(envelope: bytes, device: str, keys: Keys) -> Command:
    """Verify an envelope from the command topic. Raises Refused if it is not wholly good, and nothing else."""
    payload = unseal(envelope, Typ.COMMAND, keys).payload
    if payload.get("aud") != device:
        raise Refused(Refusal.AUDIENCE)
    jti, name = payload.get("jti"), payload.get("command")
    # Both come back to the control room in the outcome, which takes no other text.
    if not (_is_printable(jti) and _is_printable(name)):
        raise Refused(Refusal.PAYLOAD)
    return Command(jti, name)


def _is_printable(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and 1 <= len(text) <= _MAX_TEXT and text.isprintable()
