"""Commands to a locker bank, good ones and wrong ones, as the control room writes them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from device.logic.envelope import JsonObject
from device.logic.units import S
from drivers.ports import Message, Signer, WallClock
from sim.acts.bank import CommandAct, Inspect, OpenAll, Unlock
from sim.acts.words import CommandState
from sim.control_room.receipts import Command, Stamp, command_envelope

# Half of what a device accepts (docs/protocol.md, "Command"): enough for a broker that is slow.
LIFE_S = 30
# How late an expired one is: it waited for an hour.
_WAITED_S = 3_600
# No door ever has this one: revisions count from the first start of a device, 2^20 to a start.
_OLDER_REVISION = 1


@dataclass(frozen=True, slots=True)
class Written:
    """A command, and what has to be sent, in order. `door`: None for the whole bank."""

    jti: str
    command: str
    door: str | None
    messages: tuple[Message, ...]


class CommandWriter:
    """Signs with the control room's key; a command that is `unsigned` with a stranger's. One thread."""

    def __init__(self, signer: Signer, stranger: Signer, iss: str, new_jti: Callable[[], str]) -> None:
        """iss: the control room's name. new_jti: gives a text that was never used before."""
        self._signer = signer
        self._stranger = stranger
        self._iss = iss
        self._new_jti = new_jti

    def write(self, asked: CommandAct, device: str, now: WallClock) -> Written:
        """now: the control room's own clock, which is right."""
        name, args = _words(asked)
        stamp = Stamp(self._iss, now.utc_ns // S, self._new_jti())
        command = Command(device, name, stamp.iat_s + LIFE_S, args)
        signer = self._signer
        match asked.state:
            case CommandState.GOOD | CommandState.REPLAYED:
                pass
            case CommandState.EXPIRED:
                stamp = replace(stamp, iat_s=stamp.iat_s - _WAITED_S)
                command = replace(command, exp_s=command.exp_s - _WAITED_S)
            case CommandState.OTHER_REVISION:
                command = replace(command, revision=_OLDER_REVISION)
            case CommandState.UNSIGNED:
                signer = self._stranger
            case _:
                assert_never(asked.state)
        message = Message(f"ansim/v1/{device}/command", command_envelope(command, stamp, signer))
        times = 2 if asked.state is CommandState.REPLAYED else 1
        return Written(stamp.jti, name, getattr(asked, "door", None), (message,) * times)


def _words(asked: CommandAct) -> tuple[str, JsonObject]:
    match asked:
        case Unlock():
            return "door.unlock", {"door": asked.door}
        case Inspect():
            return "door.inspect", {} if asked.door is None else {"door": asked.door}
        case OpenAll():
            return "door.open_all", {}
        case _:
            assert_never(asked)
