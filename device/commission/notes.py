"""What was proved so far, kept beside the map: an interruption costs the door at hand and no other."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from device.commission.plan import Plan, Proved
from device.commission.signals import Bit, Pin
from drivers.files import Files

VERSION = 1
# The agent does not read them, but whoever looks for what is going on may.
_MODE = 0o644
# 128 doors need a quarter of this.
_MAX_BYTES = 128 * 1024


class Notes:
    """One file. Each writing is whole or has not happened. OSError as the disk says."""

    def __init__(self, bank_map: Path, files: Files | None = None) -> None:
        """bank_map: the path of the map."""
        self.path = bank_map.with_name(bank_map.name + ".notes")
        self._files = files or Files()

    def keep(self, proved: tuple[Proved, ...]) -> None:
        text = json.dumps({"version": VERSION, "doors": [asdict(one) for one in proved]}, indent=1)
        self._files.write(self.path, text.encode(), _MODE)

    def read(self, plan: Plan) -> tuple[Proved, ...] | None:
        """What still fits the plan; None without notes that can be read, and then everything is proved anew."""
        try:
            with self.path.open("rb") as file:
                found = json.loads(file.read(_MAX_BYTES))
            doors = found["doors"] if found["version"] == VERSION else None
            if doors is None:
                return None
            proved = tuple(_proved(one) for one in doors)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, RecursionError):
            # Nobody but this program writes them; a proof that cannot be read is none.
            return None
        if not _agree(proved):
            return None
        return tuple(one for one in proved if _fits(one, plan))

    def remove(self) -> None:
        """The map says it all now."""
        self._files.remove(self.path)


def _proved(found: Mapping[str, object]) -> Proved:
    latch, reed = found["latch"], found["reed"]
    return Proved(
        _text(found["door"]),
        _text(found["lock"]),
        None if latch is None else _bit(latch),
        _flag(found["latch_set_when_shut"]),
        None if reed is None else _pin(reed),
        _flag(found["reed_high_when_shut"]),
    )


def _bit(found: object) -> Bit:
    if not isinstance(found, dict):
        raise TypeError("no bit")
    return Bit(_text(found["bus"]), _number(found["board"]), _number(found["place"]))


def _pin(found: object) -> Pin:
    if not isinstance(found, dict):
        raise TypeError("no pin")
    return Pin(_text(found["name"]))


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError("no text")
    return found


def _number(found: object) -> int:
    if not isinstance(found, int) or isinstance(found, bool):
        raise TypeError("no number")
    return found


def _flag(found: object) -> bool:
    if not isinstance(found, bool):
        raise TypeError("no flag")
    return found


def _agree(proved: tuple[Proved, ...]) -> bool:
    """No door is there twice, and nothing belongs to two doors: a map of it would be refused."""
    return all(
        len(set(each)) == len(each)
        for each in (
            [one.door for one in proved],
            [one.lock for one in proved],
            [wire for one in proved for wire in one.inputs],
        )
    )


def _fits(one: Proved, plan: Plan) -> bool:
    return one.door in plan.doors and one.lock in plan.locks and all(plan.has(each) for each in one.inputs)
