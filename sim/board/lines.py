"""The lines between a board's process and whoever plays with it. Pure."""

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with the contact of a zone: press (for `ms`, 0: and hold), release, chatter, cut, short, mend."""

    zone: str
    do: str
    ms: int = 0
    count: int = 0


class Seen:
    """Something that happened on the board: `kind`, when (monotonic ns), and the values that belong to the kind."""

    __slots__ = ("at_ns", "kind", "values")

    def __init__(self, kind: str, at_ns: int, *values: Any) -> None:
        self.kind = kind
        self.at_ns = at_ns
        self.values = values


def encode(line: Seen | Order) -> bytes:
    """One line with its end."""
    value = [line.kind, line.at_ns, *line.values] if isinstance(line, Seen) else asdict(line)
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def decode_seen(line: bytes | str) -> Seen:
    kind, at_ns, *values = json.loads(line)
    return Seen(kind, at_ns, *values)


def decode_order(line: bytes | str) -> Order:
    return Order(**json.loads(line))
