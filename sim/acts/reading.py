"""Acts as tables: read from a file or a request, and written back. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, get_args

from device.config.keys import below, read_table, specs
from device.config.reading import Reading
from sim.acts.durations import Duration, write_duration
from sim.acts.model import Act, StoreAct, WorldAct

_INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _word(act: type[Act]) -> str:
    return _INNER_CAPITAL.sub("-", act.__name__).lower()


ACTS: dict[str, type[Act]] = {_word(act): act for act in (*get_args(StoreAct), *get_args(WorldAct))}
"""By the word that stands behind `do`."""
_WORLD_ACTS = get_args(WorldAct)


def word_of(act: Act) -> str:
    return _word(type(act))


def needs_store(act: type[Act]) -> bool:
    """Whether it is done to one store; otherwise it is done to what all stores share."""
    return act not in _WORLD_ACTS


def read_act(do: object, arguments: Mapping[str, object], at: str, reading: Reading) -> Act:
    """Raises Faulty after reporting everything that is wrong. `arguments` are all keys but `do` and `store`."""
    act = ACTS.get(do) if isinstance(do, str) else None
    if act is None:
        reading.refuse(below(at, "do"), do, "one of " + ", ".join(f'"{word}"' for word in ACTS))
    read = read_table(act, arguments, at, reading)
    edges = getattr(read, "edges", 0)
    if edges % 2:
        reading.refuse(below(at, "edges"), edges, "an even number")
    return read


def write_act(act: Act) -> dict[str, Any]:
    """What `read_act` reads as the same act: `do` first, then what is not as by default."""
    written: dict[str, Any] = {"do": word_of(act)}
    for spec in specs(type(act)):
        value = getattr(act, spec.attribute)
        if value == spec.default:
            continue
        if isinstance(spec.kind, Duration):
            value = write_duration(value)
        written[spec.name] = value.value if isinstance(value, StrEnum) else value
    return written


def describe_act(act: Act) -> str:
    """One line for a transcript: the word, and what is not as by default."""
    words = [str(value) if key == "do" else f"{key} {value}" for key, value in write_act(act).items()]
    return ", ".join(words)
