"""What is asked of a lock board and what it answers, whatever its family. Pure: values and their bounds.

Locks are counted from 1, as doors are, and boards by the number that their switches or settings give them. No value
stands for more than one lock to be opened: a bank is emptied door by door, and no frame that opens all of a board is
ever built. Building a value out of range raises ValueError; each family narrows the range further when it encodes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.errors import DriverError

MAX_BOARD = 247
"""The last address of Modbus (Modbus over serial line 1.02, §2.2), the widest of the families. The first is 0."""

MAX_LOCK = 50
"""Of the largest board that is sold with any of these protocols."""

MAX_FEEDBACK_BYTES = 7
"""One bit per lock of such a board."""


class FrameFault(StrEnum):
    """Why what was heard is not the answer to what was asked. Counted by these names."""

    LENGTH = "length"
    HEADER = "header"
    """The bytes that begin and end a frame are not where they should be."""
    CHECKSUM = "checksum"
    BOARD = "board"
    """Another board, no board at all, or one board twice."""
    COMMAND = "command"
    """An answer to another kind of request: late, or somebody else's."""
    LOCK = "lock"
    """Another lock of this board: ask it for all of them before believing any."""
    STATUS = "status"
    """A value that the protocol does not know."""
    ECHO = "echo"
    """The request itself, alone or before an answer, where no answer looks like it: the adapter hears what it sends."""
    COLLISION = "collision"
    """Several have spoken: two answers to one question, a spoilt echo, or more than anybody would say."""
    UNASKED = "unasked"
    """A board's own report of a change; see `drivers.locks.xor8a.report`."""
    TURNED = "turned"
    """Every lock says the opposite of a moment ago, or every byte stands in another's place: the board, or how it is
    wired, has changed, and not its doors."""
    OPENED_ALL = "opened_all"
    """The board says that it opened every lock it has, which nobody ever asks for: an emergency."""


class FrameError(DriverError):
    """What was heard is not an answer; it says nothing about any lock."""

    def __init__(self, fault: FrameFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


# ---------------------------------------------------------------- asked


@dataclass(frozen=True, slots=True)
class Unlock:
    """Release one lock for as long as its board is set to."""

    board: int
    lock: int

    def __post_init__(self) -> None:
        _check(self.board, self.lock)


@dataclass(frozen=True, slots=True)
class QueryLock:
    """What does the feedback of one lock say?"""

    board: int
    lock: int

    def __post_init__(self) -> None:
        _check(self.board, self.lock)


@dataclass(frozen=True, slots=True)
class QueryBoard:
    """What does the feedback of every lock of a board say?"""

    board: int

    def __post_init__(self) -> None:
        _check(self.board)


@dataclass(frozen=True, slots=True)
class AllOff:
    """Take the current from every coil of a board: opens nothing. Relay boards only."""

    board: int

    def __post_init__(self) -> None:
        _check(self.board)


Request = Unlock | QueryLock | QueryBoard | AllOff

# ---------------------------------------------------------------- answered


@dataclass(frozen=True, slots=True)
class UnlockAck:
    """A board took an `Unlock`. No proof that anything moved, hence a type apart from those that speak of locks.

    `raw` is the feedback just after the pulse, None in a family that does not send it.
    """

    board: int
    lock: int
    raw: bool | None


@dataclass(frozen=True, slots=True)
class LockState:
    """The feedback of one lock as it was read; what it means is a matter of `drivers.locks.wiring`."""

    board: int
    lock: int
    raw: bool


@dataclass(frozen=True, slots=True)
class BoardState:
    """The feedback of every lock of a board, one bit each, bytes in the order in which they came.

    `occupied`, in the same order, has a bit set where a sensor sees something in the box; empty without sensors.
    """

    board: int
    feedback: bytes
    occupied: bytes = b""

    def __post_init__(self) -> None:
        require("feedback bytes", len(self.feedback), 1, MAX_FEEDBACK_BYTES)
        if len(self.occupied) not in (0, len(self.feedback)):
            raise ValueError(f"{len(self.occupied)} bytes of sensors, {len(self.feedback)} of feedback")


@dataclass(frozen=True, slots=True)
class OffAck:
    """A board took an `AllOff`."""

    board: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A board understood and declines. `code`, 1–255, is its reason in the words of its family."""

    board: int
    code: int


@dataclass(frozen=True, slots=True)
class Report:
    """A board tells a change without having been asked. Never an answer."""

    board: int
    lock: int
    raw: bool


Reply = UnlockAck | LockState | BoardState | OffAck | Refusal


class Codec(Protocol):
    """One family of boards: a module of this package, or a value where the family has settings. Pure."""

    def encode(self, request: Request) -> bytes:
        """The frame to send. ValueError if this family has no such board, lock or request."""
        ...

    def decode(self, request: Request, data: bytes) -> Reply:
        """What was heard after `request`: an answer to it, from its board and about its lock, or FrameError.

        ValueError as in `encode`: that is the caller's mistake, never the wire's.
        """
        ...


def require(name: str, value: int, first: int, last: int) -> int:
    """The value. ValueError if it is not in first–last."""
    if not first <= value <= last:
        raise ValueError(f"{name} {value}, allowed is {first}–{last}")
    return value


def _check(board: int, lock: int = 1) -> None:
    require("board", board, 0, MAX_BOARD)
    require("lock", lock, 1, MAX_LOCK)
