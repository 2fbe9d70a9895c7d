"""The lines between a board's process and whoever plays with it. Pure.

Down go acts, as a scenario writes them; up comes what is seen.
"""

import json
from dataclasses import dataclass
from typing import Any

from device.config.reading import Reading
from device.logic.units import MS
from sim.acts.model import Act, Chatter, Hold, Press, Release, StoreAct, Wire
from sim.acts.reading import read_act, write_act
from sim.acts.words import Leg, WireFault


@dataclass(frozen=True, slots=True)
class Order:
    """An act in few words: press (for `ms`, 0: and hold), release, chatter, cut, short, mend."""

    zone: str
    do: str
    ms: int = 0
    count: int = 0

    @property
    def act(self) -> StoreAct:
        """ValueError for another word."""
        match self.do:
            case "press":
                return Press(zone=self.zone, for_ns=self.ms * MS) if self.ms else Hold(zone=self.zone)
            case "release":
                return Release(zone=self.zone)
            case "chatter":
                return Chatter(zone=self.zone, edges=self.count, period_ns=self.ms * MS)
            case "cut":
                return Wire(zone=self.zone, state=WireFault.CUT, leg=Leg.COMMON)
            case "short":
                return Wire(zone=self.zone, state=WireFault.SHORTED, leg=Leg.COMMON)
            case "mend":
                return Wire(zone=self.zone, state=WireFault.WHOLE, leg=Leg.COMMON)
            case _:
                raise ValueError(f"{self.do!r} is no order")


class Seen:
    """Something that happened on the board: `kind`, when (monotonic ns), and the values that belong to the kind."""

    __slots__ = ("at_ns", "kind", "values")

    def __init__(self, kind: str, at_ns: int, *values: Any) -> None:
        self.kind = kind
        self.at_ns = at_ns
        self.values = values


def encode(line: Seen | Order | Act) -> bytes:
    """One line with its end."""
    if isinstance(line, Seen):
        return _line([line.kind, line.at_ns, *line.values])
    return _line(write_act(line.act if isinstance(line, Order) else line))


def decode_seen(line: bytes | str) -> Seen:
    kind, at_ns, *values = json.loads(line)
    return Seen(kind, at_ns, *values)


def decode_order(line: bytes | str) -> Act:
    """Raises Faulty for what `encode` did not write."""
    arguments = json.loads(line)
    return read_act(arguments.pop("do"), arguments, "", Reading("order"))


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
