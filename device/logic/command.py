"""Read the control room's signed commands. Pure. Implements docs/protocol.md, "Command"."""

from dataclasses import dataclass

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
    if not (isinstance(jti, str) and 1 <= len(jti) <= _MAX_TEXT and isinstance(name, str) and len(name) <= _MAX_TEXT):
        raise Refused(Refusal.PAYLOAD)
    return Command(jti, name)
