"""How a control room answers that is in the state which an act names. Pure."""

from typing import assert_never

from device.logic.units import S
from sim.acts.words import RoomState
from sim.control_room.core import Answering, Prompt, Silent, Slow, Wrong
from sim.control_room.mischief import Wrongness


def answering_in(state: RoomState, delay_ns: int, lie: Wrongness) -> Answering:
    """One that is away would answer promptly, if anything reached it."""
    match state:
        case RoomState.PROMPT | RoomState.AWAY:
            return Prompt()
        case RoomState.SILENT:
            return Silent()
        case RoomState.SLOW:
            return Slow(delay_ns / S)
        case RoomState.LYING:
            return Wrong(lie)
        case _:
            assert_never(state)
