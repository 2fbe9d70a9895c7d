"""What can be asked of the event store, as values that a queue can hold. Pure."""

from dataclasses import dataclass

from drivers.ports import Place, Record, Urgency


@dataclass(frozen=True, slots=True)
class Save:
    record: Record


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


Request = Save | Settle | Load | Note


def place_of(request: Request) -> Place | None:
    """The event that the request is about, if it is about one."""
    match request:
        case Save(record):
            return record.place
        case Settle(place, _):
            return place
        case _:
            return None


def comes_first(request: Request) -> bool:
    """Whether it may use the last room on a full disk: an alarm, or what makes room again."""
    match request:
        case Save(record):
            return record.urgency is Urgency.ALARM
        case _:
            return isinstance(request, Settle)
