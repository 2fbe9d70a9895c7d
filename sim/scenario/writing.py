"""Write a scenario as TOML that reads back as the same. Pure."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from device.config.keys import Spec, specs
from sim.acts.durations import Duration, write_duration
from sim.acts.reading import write_act
from sim.scenario.kinds import Grained
from sim.scenario.model import Deed, Scenario, Step
from sim.scenario.tables import End, StoreTable
from sim.scenario.wording import write_expectation

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\]')


def write_scenario(scenario: Scenario) -> str:
    """The whole file."""
    return "\n".join(_lines(scenario)) + "\n"


def write_step(step: Step) -> dict[str, Any]:
    """The keys of a step as in the file."""
    common = {"at": write_duration(step.at_ns)}
    if isinstance(step, Deed):
        return common | _store(step) | write_act(step.act)
    spans = {"within": step.within_ns, "during": step.during_ns}
    timing = {name: write_duration(span_ns) for name, span_ns in spans.items() if span_ns is not None}
    return common | _store(step) | write_expectation(step.expectation) | timing


def describe_step(step: Step) -> str:
    """A step on one line, as in a transcript; without its time and store."""
    keys = [(key, value) for key, value in write_step(step).items() if key not in ("at", "store")]
    return " ".join(_told(key, value) for key, value in keys)


def _told(key: str, value: object) -> str:
    if key == "do":
        return str(value)
    return f"expect {value}" if key == "expect" else f"{key}={value}"


def _store(step: Step) -> dict[str, str]:
    return {} if step.store is None else {"store": step.store}


def _lines(scenario: Scenario) -> Iterator[str]:
    yield _pair("title", scenario.title)
    yield f'about = """\n{_prose(scenario.about)}\n"""'
    if scenario.seed:
        yield _pair("seed", scenario.seed)
    if scenario.length_ns is not None:
        yield _pair("length", write_duration(scenario.length_ns))
    if scenario.brokers != 1:
        yield _pair("brokers", scenario.brokers)
    if [shop.written for shop in scenario.shops] != [StoreTable()]:
        for shop in scenario.shops:
            yield from _table("[[store]]", _written(shop.written) or {"id": shop.written.id})
    for step in scenario.steps:
        yield from _table("[[step]]", write_step(step))
    yield from _end(scenario.end)


def _end(end: End) -> Iterator[str]:
    if end == End():
        return
    yield from _table("[end]", {} if end.invariants else {"invariants": False})
    for excuse in end.allow:
        yield from _table("[[end.allow]]", _written(excuse))


def _written(table: object) -> dict[str, Any]:
    """The keys of a table that are not as by default."""
    keys = ((spec, getattr(table, spec.attribute)) for spec in specs(type(table)))
    return {spec.name: _plain(spec, value) for spec, value in keys if value != spec.default}


def _plain(spec: Spec, value: Any) -> object:
    if isinstance(spec.kind, Duration | Grained):
        return write_duration(value)
    return value.value if isinstance(value, StrEnum) else value


def _table(header: str, keys: Mapping[str, object]) -> Iterator[str]:
    yield f"\n{header}"
    yield from (_pair(key, value) for key, value in keys.items())


def _pair(key: str, value: object) -> str:
    if isinstance(value, bool):
        return f"{key} = {str(value).lower()}"
    return f"{key} = {value}" if isinstance(value, int) else f'{key} = "{_escaped(str(value))}"'


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), text)


def _prose(text: str) -> str:
    return "\n".join(_escaped(line) for line in text.split("\n"))
