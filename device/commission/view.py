"""What the installer is told and may answer, without the words. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from device.commission.faults import Fault


class Phrase(StrEnum):
    """Something to be told. Which fields it has is for the words to say."""

    FOUND = "found"
    NO_BOARDS = "no-boards"
    SHUT_ALL = "shut-all"
    RESUMED = "resumed"
    ONE_MOMENT = "one-moment"
    SHUT_DOORS = "shut-doors"
    SHUT_SIGNALS = "shut-signals"
    OPEN = "open"
    OPEN_HINT = "open-hint"
    KEEP_OPEN = "keep-open"
    WRONG_DOOR = "wrong-door"
    LACKS_REED = "lacks-reed"
    LACKS_LATCH = "lacks-latch"
    SHUT = "shut"
    RELEASING = "releasing"
    COOLING = "cooling"
    WATCHING = "watching"
    OTHER_OPENED = "other-opened"
    FINDING = "finding"
    WHICH_IS_OPEN = "which-is-open"
    NO_SUCH_DOOR = "no-such-door"
    FINISHED = "finished"
    NOT_FINISHED = "not-finished"
    CROSSED = "crossed"


class Choice(StrEnum):
    """An answer. The first of a view is the one of the Enter key, unless it is costly."""

    ALL_SHUT = "all-shut"
    IS_SHUT = "is-shut"
    ASK_AGAIN = "ask-again"
    """The doors that seem open are shut: they have to be proved again."""
    NOTHING_HAPPENS = "nothing-happens"
    NO_KEY = "no-key"
    """The door cannot be opened by hand."""
    IS_THIS_DOOR = "is-this-door"
    HAS_NONE = "has-none"
    HAS_ONE = "has-one"
    TWO = "two"
    AGAIN = "again"
    SEARCH = "search"
    LEAVE = "leave"
    GIVE_UP = "give-up"


COSTLY = frozenset({Choice.IS_SHUT, Choice.ASK_AGAIN, Choice.IS_THIS_DOOR, Choice.GIVE_UP})
"""Nothing that the Enter key may do: a thumb rests on it. Nor does it prove a door: for that, its number is typed."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The installer has typed this: the name that stands on the open door."""

    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase with what is put into it. `wires`: as they are printed on boards or named in the configuration."""

    phrase: Phrase
    door: str = ""
    others: tuple[str, ...] = ()
    wires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """The whole screen. `number`: which door of `of` this is, 0 where it is about the bank; `done`: doors proved.

    `asks_which`: the name on the open door is to be typed, and must not stand on the screen.
    """

    number: int
    of: int
    done: int
    door: str
    said: tuple[Said | Fault, ...]
    choices: tuple[Choice, ...] = ()
    is_over: bool = False
    asks_which: bool = False
