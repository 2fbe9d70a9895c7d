"""Every act: its arguments, what they may be, and what they mean. Pure.

Declared as the keys of the configuration are, so that one declaration checks a scenario file, checks an HTTP request,
and becomes a row of docs/scenarios.md and a schema of the panel's API. A world performs them: `sim/world/hands.py` in
virtual time, `sim/panel/hands.py` in real time. Those on a locker bank stand in `sim/acts/bank.py`.
"""

import re

from device.config.keys import setting, table
from device.config.kinds import Integer, OneOf, Text
from device.logic.units import MS, S
from sim.acts.bank import BankAct
from sim.acts.durations import LONGEST_NS, Duration
from sim.acts.words import (
    BrokerState,
    ContactState,
    DiskState,
    Disposal,
    Leg,
    NetworkState,
    OnOff,
    RoomState,
    Time,
    WireFault,
)
from sim.control_room.mischief import Wrongness

DAY_NS = 86_400 * S
_NAME = Text(40, re.compile(r"[a-z0-9][a-z0-9-]{0,39}"), "the name of a zone of that store")
_BROKER = Integer(0, 8, "a broker from 1; 0 for all")
_DELAY = Duration(0, 600 * S)
_EVENT = Text(60, re.compile(r"newest|[0-9a-f]{16}-[0-9]{1,12}"), '"newest" or the id of an event')

# ---------------------------------------------------------------- at the counter


@table
class Press:
    """Press a button, or lift a handset, and let go."""

    zone: str = setting(_NAME, doc="Which contact.")
    for_ns: int = setting(Duration(), name="for", default=200 * MS, doc="For how long.")


@table
class Hold:
    """Press, and stay."""

    zone: str = setting(_NAME, doc="Which contact.")


@table
class Release:
    """Let go of what is held."""

    zone: str = setting(_NAME, doc="Which contact.")


@table
class Chatter:
    """A contact flutters without coming to rest, and then is as before."""

    zone: str = setting(_NAME, doc="Which contact.")
    edges: int = setting(Integer(2, 10_000, "edges, an even number"), default=100, doc="How often it changes.")
    period_ns: int = setting(Duration(MS // 100, 10 * S), name="period", default=2 * MS, doc="Between two changes.")


@table
class Glitch:
    """Interference on the input: pulses far too short for a hand."""

    zone: str = setting(_NAME, doc="Whose input.")
    pulses: int = setting(Integer(1, 1_000, "pulses"), default=1, doc="How many.")
    length_ns: int = setting(Duration(MS // 1_000, 100 * MS), name="length", default=MS // 20, doc="Of one pulse.")
    gap_ns: int = setting(Duration(MS // 1_000, 10 * S), name="gap", default=10 * MS, doc="Between two pulses.")


@table
class Contact:
    """How a contact moves from now on."""

    zone: str = setting(_NAME, doc="Which contact.")
    state: ContactState = setting(OneOf(ContactState), doc="How it moves.")


@table
class Wire:
    """Cut a wire, crush it against ground, or mend it."""

    zone: str = setting(_NAME, doc="Whose wire.")
    state: WireFault = setting(OneOf(WireFault), doc="What becomes of it.")
    leg: Leg = setting(
        OneOf(Leg),
        default=Leg.COMMON,
        doc="Which one. `whole` on `common` mends all; `shorted` on it shorts both throws.",
    )


@table
class Swap:
    """Two zones' wires are exchanged at the board, or two doors' cables to their locks; once more puts them right."""

    zone: str = setting(_NAME, doc="One of them.")
    other: str = setting(_NAME, doc="The other one: a door for a door, or a zone with as many wires.")


# ---------------------------------------------------------------- the box


@table
class Power:
    """The board's supply, cut at whatever instruction, or back. What was not synced is lost."""

    state: OnOff = setting(OneOf(OnOff), doc="Off or on.")


@table
class Mains:
    """The plug. With a battery the board lives on, and tells; without one this is `power`."""

    state: OnOff = setting(OneOf(OnOff), doc="Off or on.")


@table
class Battery:
    """What is left in the battery."""

    charge_percent: int = setting(Integer(0, 100, "%"), doc="0 ends the board's life if the mains is off.")


@table
class Brownout:
    """The voltage dips below what the board needs, again and again: it starts and dies."""

    dips: int = setting(Integer(1, 100, "dips"), default=3, doc="How often.")
    length_ns: int = setting(Duration(MS, 60 * S), name="length", default=300 * MS, doc="Of one dip.")
    gap_ns: int = setting(Duration(MS, 600 * S), name="gap", default=2 * S, doc="Between two dips.")


@table
class Restart:
    """The agent is stopped in good order and started again, as by an update."""


@table
class Clock:
    """What the device believes the time to be."""

    state: Time | None = setting(OneOf(Time), default=None, doc="Whether it knows. `synced` also sets it right.")
    jump_ns: int = setting(Duration(-LONGEST_NS), name="jump", default=0, doc="Let it jump, backwards behind a minus.")
    drift_ppm: int | None = setting(
        Integer(-100_000, 100_000, "millionths"), default=None, doc="How fast it runs away from now on."
    )


@table
class Disk:
    """The device's SD card."""

    state: DiskState = setting(OneOf(DiskState), doc="How it does.")
    delay_ns: int = setting(_DELAY, name="delay", default=500 * MS, doc="Of one commit, with `slow`.")


@table
class Network:
    """The way from a store to a broker."""

    state: NetworkState = setting(OneOf(NetworkState), doc="What becomes of it.")
    broker: int = setting(_BROKER, default=0, doc="To which broker.")
    delay_ns: int = setting(_DELAY, name="delay", default=300 * MS, doc="One way, with `slow`.")
    loss_percent: int = setting(Integer(1, 90, "%"), default=30, doc="With `lossy`.")
    period_ns: int = setting(Duration(100 * MS, 3_600 * S), name="period", default=10 * S, doc="With `flapping`.")


# ---------------------------------------------------------------- beyond the stores


@table
class Broker:
    """A broker, for everybody."""

    state: BrokerState = setting(OneOf(BrokerState), doc="What becomes of it.")
    broker: int = setting(_BROKER, default=0, doc="Which one.")
    delay_ns: int = setting(_DELAY, name="delay", default=3 * S, doc="With `restarting` and `slow`.")


@table
class Room:
    """The control room."""

    state: RoomState = setting(OneOf(RoomState), doc="How it answers from now on.")
    delay_ns: int = setting(_DELAY, name="delay", default=3 * S, doc="With `slow`.")
    lie: Wrongness = setting(OneOf(Wrongness), default=Wrongness.DIGEST, doc="With `lying`.")


@table
class Answer:
    """A person in the control room acts on an alarm of this store."""

    state: Disposal = setting(OneOf(Disposal), doc="What is done.")
    event: str = setting(_EVENT, default="newest", doc="About which event; `newest` is the newest raised alarm.")
    reason: str | None = setting(Text(120), default=None, doc="With `rejected`.")


StoreAct = (
    Press
    | Hold
    | Release
    | Chatter
    | Glitch
    | Contact
    | Wire
    | Swap
    | Power
    | Mains
    | Battery
    | Brownout
    | Restart
    | Clock
    | Disk
    | Network
    | Answer
    | BankAct
)
WorldAct = Broker | Room
Act = StoreAct | WorldAct
