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
