"""Every expectation: its keys, what they may be, and what they mean. Pure. Declared as the acts are."""

from device.config.keys import setting, table
from device.config.kinds import Integer, OneOf
from device.logic.bank.states import DoorState
from device.logic.event import Phase
from sim.acts.words import OnOff
from sim.control_room.values import Presence as PresenceWord
from sim.scenario.words import (
    CLASSES,
    DOOR,
    NAME,
    RESULT,
    TROUBLES,
    TYPES,
    LampLook,
    LeafWord,
    Mark,
    TroubleState,
    Word,
    ZoneWord,
)

_COUNT = Integer(0, 1_000_000, "events")
_WHAT = Word((*CLASSES, *TYPES))
_TROUBLE_NAME = Word(TROUBLES)


@table
class Told:
    """So many events were told by the device since it was first switched on. Without a number: at least one."""

    what: str = setting(_WHAT, doc="The type without `ansim.`, or a whole class.")
    phase: Phase | None = setting(OneOf(Phase), default=None, doc="Only these; otherwise all.")
    zone: str | None = setting(NAME, default=None, doc="Only those of this zone, or door.")
    result: str | None = setting(RESULT, default=None, doc="Only those whose `result` or `reason` this is.")
    count: int | None = setting(_COUNT, default=None, doc="Exactly so many.")
    at_least: int | None = setting(_COUNT, default=None, doc="So many or more.")
    at_most: int | None = setting(_COUNT, default=None, doc="So many or fewer.")


@table
class Arrived:
    """So many different events are in the control room's ledger. Without a number: at least one."""

    what: str = setting(_WHAT, doc="The type without `ansim.`, or a whole class.")
    phase: Phase | None = setting(OneOf(Phase), default=None, doc="Only these; otherwise all.")
    zone: str | None = setting(NAME, default=None, doc="Only those of this zone, or door.")
    result: str | None = setting(RESULT, default=None, doc="Only those whose `result` or `reason` this is.")
    marked: Mark | None = setting(OneOf(Mark), default=None, doc="Only those that say so of themselves.")
    count: int | None = setting(_COUNT, default=None, doc="Exactly so many.")
    at_least: int | None = setting(_COUNT, default=None, doc="So many or more.")
    at_most: int | None = setting(_COUNT, default=None, doc="So many or fewer.")


@table
class Lamp:
    """What the light at the counter says."""

    is_: LampLook = setting(OneOf(LampLook), name="is", doc="`dark` also without power.")


@table
class Zone:
    """A zone as the control room knows it by the device's newest status."""

    zone: str = setting(NAME, doc="Which one.")
    is_: ZoneWord = setting(OneOf(ZoneWord), name="is", doc="Its state.")


@table
class Door:
    """A door of a bank as the control room knows it by the device's newest status."""

    door: str = setting(DOOR, doc="Which one.")
    is_: DoorState = setting(OneOf(DoorState), name="is", doc="Its state.")


@table
class Leaf:
    """How a door of a bank really stands, whatever is said of it."""

    door: str = setting(DOOR, doc="Which one.")
    is_: LeafWord = setting(OneOf(LeafWord), name="is", doc="Open or shut.")


@table
class Presence:
    """Whether the control room takes the device to be there."""

    is_: PresenceWord = setting(OneOf(PresenceWord), name="is", doc="`offline` is what the will says.")


@table
class Outbox:
    """Events that wait for a receipt, as the control room knows by the device's newest status."""

    at_most: int = setting(_COUNT, doc="So many or fewer.")


@table
class Trouble:
    """A trouble as the control room knows it: what the newest event about it says."""

    name: str = setting(_TROUBLE_NAME, doc="The word behind `ansim.trouble.`")
    zone: str | None = setting(NAME, default=None, doc="Of this zone, or door, where a trouble has one.")
    is_: TroubleState = setting(OneOf(TroubleState), name="is", doc="`never`: nothing was said about it.")


@table
class Broker:
    """Which broker the device uses, as its newest status says."""

    is_: int = setting(Integer(1, 8, "a broker from 1"), name="is", doc="1 is the preferred one.")


@table
class Power:
    """Whether the board lives."""

    is_: OnOff = setting(OneOf(OnOff), name="is", doc="`on` also on a battery.")


Expectation = Told | Arrived | Lamp | Zone | Door | Leaf | Presence | Outbox | Trouble | Broker | Power
Counted = Told | Arrived


def least_and_most(expected: Counted) -> tuple[int, int | None]:
    """How many events are right; None: there is no limit."""
    if expected.count is not None:
        return expected.count, expected.count
    if expected.at_least is None and expected.at_most is None:
        return 1, None
    return expected.at_least or 0, expected.at_most
