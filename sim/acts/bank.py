"""Every act on a locker bank, declared as those of `sim.acts.model` are. Pure.

`SimBank` (sim/locks/bank.py) performs those at the bank itself; the last three are the control room's.
"""

import re

from device.config.keys import setting, table
from device.config.kinds import Integer, OneOf, Text
from device.logic.units import MS, S
from sim.acts.durations import Duration
from sim.acts.words import (
    AdapterState,
    Breaks,
    CableEnd,
    CableState,
    CommandState,
    LockBoardState,
    MechanismState,
    OnOff,
)

_DOOR = Text(40, re.compile(r"[a-z0-9][a-z0-9-]{0,39}"), "the name of a door of that bank")
_BUS = Text(40, re.compile(r"[a-z0-9][a-z0-9-]{0,39}"), "the name of a bus of that bank")

# ---------------------------------------------------------------- at the doors


@table
class Pull:
    """Pull at a door. Nothing happens as long as its lock holds it."""

    door: str = setting(_DOOR, doc="Which door.")


@table
class Shut:
    """Push a door shut; one that is ajar with its hook free latches. Against a tripped hook it stays open."""

    door: str = setting(_DOOR, doc="Which door.")


@table
class Force:
    """Prise a door open."""

    door: str = setting(_DOOR, doc="Which door.")
    breaks: Breaks = setting(OneOf(Breaks), default=Breaks.HOOK, doc="What gives way.")


@table
class Trip:
    """Push the hook of an open door over by hand: the lock says that it is locked, and the door cannot be shut."""

    door: str = setting(_DOOR, doc="Which door.")


@table
class Untrip:
    """Draw the tripped hook of an open door back by hand."""

    door: str = setting(_DOOR, doc="Which door.")


@table
class Mechanism:
    """The lock of a compartment."""

    door: str = setting(_DOOR, doc="Which door.")
    state: MechanismState = setting(OneOf(MechanismState), doc="What it does with a pulse.")


@table
class Cable:
    """A cable of a compartment."""

    door: str = setting(_DOOR, doc="Which door.")
    sensor: CableEnd = setting(OneOf(CableEnd), doc="Which of its cables, by what is at its end.")
    state: CableState = setting(OneOf(CableState), doc="What becomes of it.")


# ---------------------------------------------------------------- behind the doors


@table
class LockBoard:
    """A lock board."""

    bus: str = setting(_BUS, doc="On which bus.")
    board: int = setting(Integer(1, 247, "boards of the bus as they are wired, from 1"), doc="Which one.")
    state: LockBoardState = setting(OneOf(LockBoardState), doc="How it does.")
    delay_ns: int = setting(Duration(0, 60 * S), name="delay", default=400 * MS, doc="With `late`.")


@table
class Adapter:
    """The adapter between the device and a bus."""

    bus: str = setting(_BUS, doc="Of which bus.")
    state: AdapterState = setting(OneOf(AdapterState), doc="What becomes of it.")


@table
class CoilNoise:
    """Whether the current of a coil, as it comes and goes, disturbs the inputs of all other doors of its bus."""

    bus: str = setting(_BUS, doc="Whose coils.")
    state: OnOff = setting(OneOf(OnOff), doc="Whether it does.")


# ---------------------------------------------------------------- in the control room


@table
class Unlock:
    """The control room orders a door to be released."""

    door: str = setting(_DOOR, doc="Which door.")
    state: CommandState = setting(OneOf(CommandState), default=CommandState.GOOD, doc="How the command is.")


@table
class Inspect:
    """The control room asks how the doors are."""

    door: str | None = setting(_DOOR, default=None, doc="Which door; all without it.")
    state: CommandState = setting(OneOf(CommandState), default=CommandState.GOOD, doc="How the command is.")


@table
class OpenAll:
    """The control room orders every door to be released, one after the other."""

    state: CommandState = setting(OneOf(CommandState), default=CommandState.GOOD, doc="How the command is.")


DoorAct = Pull | Shut | Force | Trip | Untrip | Mechanism | Cable
BenchAct = LockBoard | Adapter | CoilNoise
CommandAct = Unlock | Inspect | OpenAll
BankAct = DoorAct | BenchAct | CommandAct
