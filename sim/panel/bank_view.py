"""What is known of one locker bank, and how the panel's JSON says it. One thread; time is an argument."""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from device.config.map import BankMap
from device.config.model import Config
from device.logic.envelope import JsonObject
from sim.acts import bank as act
from sim.acts.bank import BankAct
from sim.acts.words import CableEnd
from sim.board.bank_conditions import BankConditions, DoorConditions
from sim.control_room.commands import Written
from sim.control_room.values import VerifiedEvent
from sim.panel.times import Times

COMMANDS = 20
_OUTCOMES = ("done", "refused", "unknown")


@dataclass(slots=True)
class Asked:
    """A command that was sent, and what the device has said came of it."""

    written: Written
    state: str
    at_ns: int
    outcome: str | None = None
    result: str | None = None
    reason: str | None = None
    after_ms: float | None = None
    not_opened: tuple[str, ...] = ()
    """Of all doors, those that did not."""
    told_ns: int | None = None
    """When the control room heard so."""


@dataclass(slots=True)
class DoorStanding:
    """What the agent says of a door; None without power. `since_ns`: as seen from here."""

    state: str | None = None
    since_ns: int | None = None
    revision: int | None = None


class BankView:
    """One bank."""

    def __init__(self, config: Config, bank_map: BankMap, columns: Sequence[Sequence[str]]) -> None:
        """columns: names of doors, from the left, each from above. ValueError without [bank]."""
        if config.bank is None:
            raise ValueError("this configuration has no [bank]")
        names = config.bank.doors
        boards = {bus.name: sum(board.bus == bus.name for board in bank_map.boards) for bus in config.buses}
        self.conditions = BankConditions(names, boards)
        self._columns = [list(column) for column in columns]
        self._large = frozenset(config.bank.fits_person)
        self._reeds = frozenset(door.name for door in bank_map.doors if door.reed is not None)
        self._standing = {name: DoorStanding() for name in names}
        self._moved_ns: dict[str, int] = {}
        self._asked: deque[Asked] = deque(maxlen=COMMANDS)

    # ------------------------------------------------------------ what happens

    def saw(self, doors: dict[str, list[bool]], now_ns: int) -> None:
        """How the doors stand, whatever anybody believes."""
        for name, (is_open, is_hooked) in doors.items():
            if is_open != self.conditions.doors[name].is_open:
                self._moved_ns[name] = now_ns
            self.conditions.saw(name, is_open=is_open, is_hooked=is_hooked)

    def stands(self, states: dict[str, str], now_ns: int) -> None:
        """What the agent says of its zones and doors. Empty without power."""
        for name, door in self._standing.items():
            if door.state != states.get(name):
                door.state, door.since_ns = states.get(name), now_ns

    def asked(self, written: Written, state: str, now_ns: int) -> None:
        """The control room has sent a command."""
        self._asked.appendleft(Asked(written, state, now_ns))

    def told(self, event: VerifiedEvent, now_ns: int) -> None:
        """The control room has verified something that the device has told."""
        detail: JsonObject = json.loads(event.detail_json)
        door = self._standing.get(detail["door"] if isinstance(detail.get("door"), str) else event.subject)
        revision = detail.get("revision")
        if door is not None and isinstance(revision, int):
            door.revision = revision
        outcome = event.type.removeprefix("ansim.command.")
        if outcome in _OUTCOMES:
            self._conclude(event.subject, outcome, detail, now_ns)

    # ------------------------------------------------------------ whether

    def refuses(self, asked: BankAct) -> str | None:
        """Why it cannot be done to this bank; None if it can."""
        door, bus = getattr(asked, "door", None), getattr(asked, "bus", None)
        if door is not None and door not in self._standing:
            return f'door = "{door}": the bank has ' + ", ".join(f'"{name}"' for name in self._standing)
        if bus is not None and bus not in self.conditions.adapters:
            return f'bus = "{bus}": the bank has ' + ", ".join(f'"{name}"' for name in self.conditions.adapters)
        if isinstance(asked, act.LockBoard) and (asked.bus, asked.board) not in self.conditions.boards:
            boards = [number for name, number in self.conditions.boards if name == bus]
            return f"board = {asked.board}: {asked.bus} has 1–{max(boards)}"
        if isinstance(asked, act.Cable) and asked.sensor is CableEnd.REED and asked.door not in self._reeds:
            return f'sensor = "{asked.sensor}": {asked.door} has no such cable'
        return None

    def has_doors(self, *names: str) -> bool:
        return all(name in self._standing for name in names)

    def refuses_swap(self, one: str, other: str) -> str | None:
        """Why the cables to the locks of two doors cannot be exchanged; None if they can."""
        if one != other and self.conditions.may_swap(one, other):
            return None
        return f'other = "{other}": another door is allowed, if neither is exchanged with a third'

    # ------------------------------------------------------------ how it is said

    def world(self, times: Times, *, key_is_on: bool) -> JsonObject:
        """`bank` of a store in the panel's JSON."""
        conditions = self.conditions
        return {
            "columns": self._columns,
            "doors": [self._door(name, door, times) for name, door in conditions.doors.items()],
            "buses": [self._bus(name) for name in conditions.adapters],
            "key": "on" if key_is_on else "off",
            "commands": [_command(asked, times) for asked in self._asked],
        }

    def _door(self, name: str, door: DoorConditions, times: Times) -> JsonObject:
        standing = self._standing[name]
        cables: dict[str, Any] = {end.value: state.value for end, state in door.cables.items()}
        if name not in self._reeds:
            cables[CableEnd.REED.value] = None
        return {
            "name": name,
            "state": standing.state,
            "since_ms": None if standing.since_ns is None else times.utc_ms(standing.since_ns),
            "revision": standing.revision,
            "open": door.is_open,
            "moved_ms": None if name not in self._moved_ns else times.utc_ms(self._moved_ns[name]),
            "hook": "engaged" if door.is_hooked else "free",
            "strike": "torn" if door.is_torn else "whole",
            "mechanism": door.mechanism.value,
            "swapped_with": door.swapped_with,
            "cables": cables,
            "fits_person": name in self._large,
        }

    def _bus(self, name: str) -> JsonObject:
        boards = (board for (bus, _), board in self.conditions.boards.items() if bus == name)
        return {
            "name": name,
            "adapter": self.conditions.adapters[name].value,
            "noise": self.conditions.noise[name].value,
            "boards": [{"number": board.board, "state": board.state.value} for board in boards],
        }

    def _conclude(self, jti: str, outcome: str, detail: JsonObject, now_ns: int) -> None:
        for asked in self._asked:
            if asked.written.jti == jti and asked.outcome is None:
                asked.outcome, asked.told_ns = outcome, now_ns
                asked.not_opened = tuple(detail.get("not_opened", ()))
                asked.result, asked.reason = _result(detail), _text(detail, "reason")
                after_ms = detail.get("after_ms")
                asked.after_ms = after_ms if isinstance(after_ms, int | float) else None
                return


def _result(detail: JsonObject) -> str | None:
    """What became of a door; how it stands, for a look at it; or whether all have opened."""
    if "not_opened" in detail:
        return "some-open" if detail["not_opened"] else "opened"
    return _text(detail, "result") or _text(detail, "state")


def _text(detail: JsonObject, name: str) -> str | None:
    value = detail.get(name)
    return value if isinstance(value, str) else None


def _command(asked: Asked, times: Times) -> JsonObject:
    return {
        "jti": asked.written.jti,
        "command": asked.written.command,
        "door": asked.written.door,
        "state": asked.state,
        "at_ms": times.utc_ms(asked.at_ns),
        "outcome": asked.outcome,
        "result": asked.result,
        "reason": asked.reason,
        "after_ms": asked.after_ms,
        "not_opened": list(asked.not_opened),
        "told_ms": None if asked.told_ns is None else times.utc_ms(asked.told_ns),
    }
