"""The states that parts of a simulated world can be put into. Pure."""

from enum import StrEnum


class OnOff(StrEnum):
    """A switch."""

    ON = "on"
    OFF = "off"


class ContactState(StrEnum):
    """How the contact of a zone moves from now on."""

    CLEAN = "clean"
    """No bounce at all."""
    GOOD = "good"
    """Bounces as the switches that were measured do: 1.6 ms on average."""
    WORN = "worn"
    """Bounces for up to 157 ms, as the worst that was measured."""
    DIRTY = "dirty"
    """Makes and breaks again while it is held: flux, nicotine, a crumb."""
    SLOW = "slow"
    """Creeps: a hand that presses slowly, and a tongue that touches neither side for long."""


class Leg(StrEnum):
    """Which wire of a contact."""

    COMMON = "common"
    """To ground: without it nothing is heard."""
    OPEN = "open"
    """Of the throw that closes when pressed."""
    CLOSED = "closed"
    """Of the throw that is closed at rest."""


class WireFault(StrEnum):
    """What has become of a wire."""

    WHOLE = "whole"
    CUT = "cut"
    SHORTED = "shorted"
    """Crushed against ground."""


class Time(StrEnum):
    """Whether the device knows what time it is."""

    SYNCED = "synced"
    """Right, and said to be."""
    UNSYNCED = "unsynced"
    """As it is, and no longer vouched for."""
    UNSET = "unset"
    """1970, as on a board without a battery that never reached a time server."""


class DiskState(StrEnum):
    """How the device's disk does."""

    GOOD = "good"
    SLOW = "slow"
    """Every commit takes `delay`."""
    FULL = "full"
    READ_ONLY = "read-only"
    FAILED = "failed"
    CORRUPT = "corrupt"
    """What is there cannot be read any more. Happens once; the disk itself is good."""


class NetworkState(StrEnum):
    """What stands between one device and a broker."""

    UP = "up"
    REFUSED = "refused"
    """Connections are reset and refused."""
    BLACK = "black"
    """Swallows everything, closes nothing."""
    SLOW = "slow"
    """Everything takes `delay` longer, each way."""
    LOSSY = "lossy"
    """`loss_percent` of the packets come late, once TCP has sent them again."""
    HALF_OPEN_UP = "half-open-up"
    """Only from the device to the broker."""
    HALF_OPEN_DOWN = "half-open-down"
    """Only from the broker to the device."""
    FLAPPING = "flapping"
    """Up and refused in turn, about once per `period`."""


class BrokerState(StrEnum):
    """How a broker does, for everybody."""

    UP = "up"
    DOWN = "down"
    RESTARTING = "restarting"
    """Down, and up again after `delay`; it has forgotten everything."""
    SLOW = "slow"
    """Passes messages on after `delay`."""
    FORGETFUL = "forgetful"
    """Acknowledges what it takes, and loses it."""


class RoomState(StrEnum):
    """How the control room answers."""

    PROMPT = "prompt"
    SILENT = "silent"
    """Verifies and stores, and says nothing."""
    SLOW = "slow"
    """Answers after `delay`."""
    LYING = "lying"
    """Answers at once, with receipts that must not be believed; `lie` says what is wrong with them."""
    AWAY = "away"
    """Not connected: nothing reaches it."""


class Disposal(StrEnum):
    """What a person in the control room does about an alarm."""

    ACKNOWLEDGED = "acknowledged"
    DISPATCHED = "dispatched"
    ON_SCENE = "on_scene"
    CLOSED = "closed"
    REJECTED = "rejected"


class MechanismState(StrEnum):
    """What the lock of a compartment does with a pulse from now on."""

    GOOD = "good"
    """Opens. Also mends what force has broken."""
    JAMMED = "jammed"
    """Stays closed, whatever the current does."""
    RESHUT = "reshut"
    """Opens, and a hand pushes the door shut again while the coil is still live."""


class Breaks(StrEnum):
    """What gives way when a door is forced."""

    HOOK = "hook"
    """The lock says that it is open."""
    STRIKE = "strike"
    """It is torn off the door: the lock still says that it is locked, and holds nothing any more."""


class CableEnd(StrEnum):
    """Which cable of a compartment, by what is at its end."""

    LATCH = "latch"
    """The switch at the lock's hook."""
    REED = "reed"
    """The contact at the door."""
    LOCK = "lock"
    """The coil."""


class CableState(StrEnum):
    """What has become of a cable."""

    WHOLE = "whole"
    CUT = "cut"
    """No contact for ever; no current. Where a contact is closed when the door is, it reads open for ever."""
    STUCK = "stuck"
    """Shorted: contact for ever, and for the coil no current. Where a contact is closed when the door is, it reads
    closed for ever."""


class LockBoardState(StrEnum):
    """How a lock board does."""

    WELL = "well"
    ABSENT = "absent"
    """Without power: it hears nothing, and its coils are off."""
    MUTE = "mute"
    """Does what it is told, and says nothing."""
    LATE = "late"
    """Answers after `delay`, when nobody waits any more."""
    GARBAGE = "garbage"
    """Sends some bytes that mean nothing before every answer."""
    TRUNCATED = "truncated"
    """Every answer ends early."""
    BAD_CHECKSUM = "bad-checksum"
    COOLDOWN = "cooldown"
    """Declines every pulse, in the words of its family; one that has no word for it says nothing."""
    CHATTY = "chatty"
    """Tells changes unasked, also into an answer. Boards of the 8A/80 family alone; others are well."""
    INVERTED = "inverted"
    """Its inputs say the opposite: locks of the other kind, or another board."""
    REVERSED = "reversed"
    """Sends the bytes of its inputs the other way round."""
    LONGER = "longer"
    """Tells of all its locks in more bytes, as larger boards of the 8A/80 family do; others are well."""
    TWIN = "twin"
    """Its switches are set as those of the first board on its line, or for the first as those of the second. A board
    that is alone there is well."""


SET_ONCE = (LockBoardState.INVERTED, LockBoardState.REVERSED, LockBoardState.LONGER, LockBoardState.TWIN)
"""What a board is bought or set as: it changes when the board is exchanged."""


class AdapterState(StrEnum):
    """The adapter between the device and a line of lock boards."""

    IN = "in"
    OUT = "out"
    """Unplugged: what is open fails, and its path is gone."""
    ECHO = "echo"
    """Hears what it sends."""


class CommandState(StrEnum):
    """How a command of the control room is."""

    GOOD = "good"
    EXPIRED = "expired"
    """Arrives when its time is over, as one that was queued for hours."""
    REPLAYED = "replayed"
    """Arrives twice."""
    OTHER_REVISION = "other-revision"
    """Says that the door is in a state in which it is no more."""
    UNSIGNED = "unsigned"
    """Signed by somebody else."""
