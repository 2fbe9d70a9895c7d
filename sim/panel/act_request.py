"""Acts as they come over HTTP, and what there is to be asked for. Pure."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from device.config.keys import Spec, specs
from device.config.reading import Faulty, Reading, shown
from device.logic.envelope import JsonObject
from sim.acts.durations import Duration, write_duration
from sim.acts.model import Act
from sim.acts.reading import ACTS, needs_store, read_act

_WHAT = "act"


class BadActError(ValueError):
    """What is wrong with a request, in one line."""


@dataclass(frozen=True, slots=True)
class ActRequest:
    """An act, and to which store it is done."""

    act: Act
    store: str | None


def read_request(body: bytes) -> ActRequest:
    """Raises BadActError."""
    try:
        written = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadActError(f"{_WHAT}: not JSON in UTF-8") from None
    if not isinstance(written, dict):
        raise BadActError(f'{_WHAT}: an object is allowed, such as {{"do": "press", …}}')
    reading = Reading(_WHAT)
    try:
        store = _store(written.pop("store", None), reading)
        act = read_act(written.pop("do", None), written, "", reading)
    except Faulty:
        raise BadActError(reading.faults[0]) from None
    return ActRequest(act, store)


def _store(value: object, reading: Reading) -> str | None:
    if value is not None and not isinstance(value, str):
        reading.refuse("store", value, "the id of a store")
    return value


def describe_acts() -> list[JsonObject]:
    """Every act and its arguments, for people with curl and for pages."""
    return [
        {
            "do": word,
            "needs_store": needs_store(act),
            "doc": doc_of(act),
            "arguments": [_argument(spec) for spec in specs(act)],
        }
        for word, act in ACTS.items()
    ]


def doc_of(act: type[Act]) -> str:
    return (act.__doc__ or "").strip()


def default_of(spec: Spec) -> Any:
    """As it is written in JSON; None where there is none."""
    if spec.required:
        return None
    if isinstance(spec.kind, Duration) and isinstance(spec.default, int):
        return write_duration(spec.default)
    return spec.default.value if isinstance(spec.default, StrEnum) else spec.default


def _argument(spec: Spec) -> JsonObject:
    return {
        "name": spec.name,
        "allowed": spec.kind.allowed,
        "default": default_of(spec),
        "required": spec.required,
        "doc": spec.doc,
    }


def one_line(error: BaseException) -> str:
    """What is said of an error, on one line."""
    return shown(str(error)).strip('"') if "\n" in str(error) else str(error)
