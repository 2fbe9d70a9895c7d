"""What a simulated bank is made of. Values; what is physical is named as it is wired, whatever switches say."""

from dataclasses import dataclass
from enum import StrEnum

_MS = 1_000_000


class Family(StrEnum):
    """What a board speaks."""

    XOR8A = "xor8a"
    KERONG_CU16 = "kerong-cu16"
    MODBUS_RELAY = "modbus-relay"


@dataclass(frozen=True, slots=True)
class BoardSetup:
    """One lock board as it was sold and set."""

    locks: int = 24
    number: int | None = None
    """Its switches; None: as its place on the bus, from 1 (CU16: from 0). Two boards may have the same."""
    inverted: bool = False
    """Its inputs say 1 where a contact is open. As sold, 1 is a contact that is closed, which most locks have when they
    are locked."""
    low_last: bool = False
    """The byte of locks 1–8 comes last."""
    pulse_ns: int = 300 * _MS
    """Where the board has it set; a Modbus relay is told with each pulse."""
    feedback_bytes: int | None = None
    """8A/80: in the answer about all locks. None: 3 up to 24 locks, 4 up to 32, 7 beyond."""
    answers_unlock: bool = True
    """CU16: sources differ on whether it does."""
    checks_sum: bool = True
    """CU16: one that does not obeys frames whose sum is wrong."""


@dataclass(frozen=True, slots=True)
class BusSetup:
    """One line, with its boards in the order in which they are wired."""

    name: str
    family: Family
    boards: tuple[BoardSetup, ...]
    baud: int | None = None
    """None: as the family's boards are sold."""


@dataclass(frozen=True, slots=True)
class DoorSetup:
    """One compartment and where its cables end.

    `lock` and `latch` are `<bus>/<board>/<lock>` with the board's place on the bus, from 1; a `lock` may be a pin with
    a relay instead. `reed` is a pin, of the header or of an expander.
    """

    name: str
    lock: str | None = None
    latch: str | None = None
    reed: str | None = None
    springs: bool = True
    """The door moves by itself when its lock lets go."""
    latch_closed_when_locked: bool = True
    reed_closed_when_shut: bool = True


def bank_of(
    bus: str, family: Family, boards: int, locks: int, *, first: int = 1
) -> tuple[BusSetup, tuple[DoorSetup, ...]]:
    """A plain bank: door after door on lock after lock, each with the switch in its lock alone, named 01, 02 …"""
    doors = tuple(
        DoorSetup(f"{first + (board - 1) * locks + lock - 1:02}", spot, spot)
        for board in range(1, boards + 1)
        for lock in range(1, locks + 1)
        for spot in (f"{bus}/{board}/{lock}",)
    )
    return BusSetup(bus, family, (BoardSetup(locks),) * boards), doors
