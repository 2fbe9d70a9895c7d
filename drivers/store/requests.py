"""What can be asked of the event store, as values that a queue can hold. Pure."""

from dataclasses import dataclass

from drivers.command_ports import Conclusion, KeptCommand
from drivers.ports import Place, Record, Urgency


@dataclass(frozen=True, slots=True)
class Save:
    record: Record
    concludes: Conclusion | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    place: Place
    state: str


@dataclass(frozen=True, slots=True)
class Load:
    urgent: bool
    after: Place | None
    limit: int


@dataclass(frozen=True, slots=True)
class Note:
    text: str


@dataclass(frozen=True, slots=True)
class Keep:
    command: KeptCommand


Request = Save | Settle | Load | Note | Keep


def place_of(request: Request) -> Place | None:
    """The event that the request is about, if it is about one."""
    match request:
        case Save(record, _):
            return record.place
        case Settle(place, _):
            return place
        case _:
            return None


def comes_first(request: Request) -> bool:
    """Whether it may use the last room on a full disk: an alarm, or what makes room again."""
    match request:
        case Save(record, _):
            return record.urgency is Urgency.ALARM
        case _:
            return isinstance(request, Settle)
