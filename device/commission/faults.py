"""What can be wrong with a bank, each with the name of the wire. Pure. How an installer is told: words_ko, words_en."""

from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """Why a door, or the bank, is not proved."""

    NO_SIGNAL = "no-signal"
    """The door is open and nothing has changed."""
    READS_OPEN = "reads-open"
    """As above, and the feedback that it should have reads open all the time: cut, as a rule."""
    READS_SHUT = "reads-shut"
    """As above, and it reads shut all the time: bridged, or the switch is stuck."""
    NO_LATCH = "no-latch"
    """The reed has changed, the lock's feedback has not."""
    NO_REED = "no-reed"
    """The lock's feedback has changed, no reed has: no magnet, as a rule."""
    TWO_SIGNALS = "two-signals"
    """Opening one door moves what belongs to two."""
    NOT_BACK = "not-back"
    """The door is shut and its signal has not come back."""
    NOTHING_MOVED = "nothing-moved"
    """The pulse was sent and nothing has moved: drive wire cut, or jammed."""
    PARTLY_MOVED = "partly-moved"
    """The pulse has moved one of the door's two signals."""
    OPENS_TWO = "opens-two"
    """One pulse opens more than one door."""
    OTHER_DOOR = "other-door"
    """What the pulse opened is not the door that was asked for: another was opened by hand before."""
    OPENS_OTHERS = "opens-others"
    """Every lock that could be this door's opens another one."""
    BOARD_REFUSES = "board-refuses"
    """The board has declined to pulse."""
    NOT_SENT = "not-sent"
    """The pulse did not leave this machine."""
    INVERTED = "inverted"
    """The feedback of this lock is set when that of its neighbours on the board is not."""
    UNPROVED = "unproved"
    """The door has still to be proved."""
    FREE_REED = "free-reed"
    """The configuration names this reed, and no door moves it."""
    BOARD_MISSING = "board-missing"
    """Several doors tell nothing, and a whole board may not have been found."""
    TOO_FEW_LOCKS = "too-few-locks"
    """Fewer locks can be reached than there are doors: a board is missing."""
    SILENT = "silent"
    """A board or expander does not answer."""
    GARBLED = "garbled"
    """What a board answers cannot be read: two boards with one address, as a rule."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`wires`: as printed on the board or named in the configuration; with "?" where it is one of several."""

    flaw: Flaw
    wires: tuple[str, ...] = ()
    door: str | None = None
    why: str = ""
