"""The tables of a scenario file as declared: what each key may hold, and what it means. Pure."""

import re

from device.config.bank import MAX_DOORS
from device.config.keys import Table, Tables, setting, table
from device.config.kinds import Flag, Integer, OneOf, Text
from device.logic.device_id import DEVICE_ID, DEVICE_ID_WORDS
from device.logic.units import S
from drivers.locks.family import Family
from sim.acts.durations import LONGEST_NS
from sim.board.bounce import PROFILES
from sim.scenario.kinds import Grained, Prose, Rows
from sim.scenario.words import Word
from sim.world.invariants import RULES
from sim.world.setup import DEVICE

MOST_STEPS = 5_000
MOST_STORES = 50
_DEVICE_ID = Text(40, re.compile(DEVICE_ID), DEVICE_ID_WORDS)
_SEED_MOST = 2**63 - 1


@table
class StoreTable:
    """A store. Without one there is a standard counter: button, bell, phone, mains, battery, lid; two lights.

    With `bank` it is a bank of lockers: doors 01, 02 …, the last two for a person, the last four with a contact of
    their own; panic-button, key-switch, mains, battery, tamper.
    """

    id: str = setting(_DEVICE_ID, default=DEVICE, unique="a store", doc="Its device id.")
    heartbeat_ns: int = setting(
        Grained(1 * S, 3_600 * S, S), name="heartbeat", default=60 * S, doc="A status is sent this often at least."
    )
    bounce: str = setting(Word(tuple(PROFILES)), default="good", doc="How its contacts bounce in the beginning.")
    battery_ns: int = setting(
        Grained(0, LONGEST_NS), name="battery", default=0, doc="How long it lives without mains; 0s: no battery."
    )
    lights: bool = setting(
        Flag(),
        default=True,
        doc="Without lights that blink, long nights pass faster; `lamp` says what they would show.",
    )
    config: str | None = setting(
        Text(500), default=None, doc="Zones of this configuration of an agent; the path starts at the scenario's file."
    )
    bank: Family | None = setting(OneOf(Family), default=None, doc="A locker bank, and what its lock boards speak.")
    doors: int = setting(Integer(4, MAX_DOORS, "doors"), default=24, doc="With `bank`: so many.")
    night: bool = setting(Flag(), default=False, doc="With `bank`: nobody attends to it, day and night.")
    remote_opens: int = setting(
        Integer(0, 20, "in 10 minutes"), default=3, doc="With `bank`: so many doors the control room may open."
    )


@table
class StepTable:
    """Something that is done (`do`) or must be true (`expect`). Their own keys stand beside these."""

    at_ns: int = setting(Grained(), name="at", doc="Since all stores were switched on. At one moment: as in the file.")
    store: str | None = setting(_DEVICE_ID, default=None, doc="To which store. Needless where there is only one.")
    within_ns: int | None = setting(
        Grained(), name="within", default=None, doc="With `expect`: it must become true by then, counted from `at`."
    )
    during_ns: int | None = setting(
        Grained(), name="during", default=None, doc="With `expect`: it must stay true for so long from `at`."
    )


@table
class Excuse:
    """A rule that may be broken in this scenario, and why."""

    rule: str = setting(Word(tuple(RULES)), unique="a rule", doc="Which one.")
    why: str = setting(Text(300), doc="What a reader should know.")


@table
class End:
    """What must be true in the end, when every fault is over and everything has settled."""

    invariants: bool = setting(Flag(), default=True, doc="Whether the rules are looked at.")
    allow: tuple[Excuse, ...] = setting(
        Tables(Excuse, "[[end.allow]]", 0, len(RULES)), default=(), doc="Rules that may be broken, each with a reason."
    )


@table
class ScenarioTable:
    """The whole file."""

    title: str = setting(Text(120), doc="One line.")
    about: str = setting(Prose(4_000), doc="What happened, and what must come of it.")
    seed: int = setting(Integer(0, _SEED_MOST, "any"), default=0, doc="Another seed, other bounces and other luck.")
    length_ns: int | None = setting(
        Grained(1 * S), name="length", default=None, doc="How long it lasts; otherwise two minutes after the last step."
    )
    brokers: int = setting(Integer(1, 8, "brokers"), default=1, doc="In order of preference.")
    store: tuple[StoreTable, ...] = setting(
        Tables(StoreTable, "[[store]]", 1, MOST_STORES), default=(StoreTable(),), doc="The stores."
    )
    step: list[object] = setting(Rows("[[step]]", MOST_STEPS), doc="What happens, and what must be true.")
    end: End = setting(Table(End, "[end]"), default=End(), doc="What must be true in the end.")
