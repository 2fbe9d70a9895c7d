"""Expectations as tables: read from a file, and written back. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, get_args

from device.config.keys import below, read_table, specs
from device.config.reading import Faulty, Reading
from sim.scenario.expectations import Counted, Expectation

EXPECTATIONS: dict[str, type[Expectation]] = {kind.__name__.lower(): kind for kind in get_args(Expectation)}
"""By the word that stands behind `expect`."""


def read_expectation(word: object, keys: Mapping[str, object], at: str, reading: Reading) -> Expectation:
    """Raises Faulty after reporting everything that is wrong. `keys` are its own."""
    kind = EXPECTATIONS.get(word) if isinstance(word, str) else None
    if kind is None:
        reading.refuse(below(at, "expect"), word, "one of " + ", ".join(f'"{known}"' for known in EXPECTATIONS))
    read: Expectation = read_table(kind, keys, at, reading)
    if isinstance(read, Counted):
        _check_numbers(read, at, reading)
    return read


def write_expectation(expectation: Expectation) -> dict[str, Any]:
    """What `read_expectation` reads as the same: `expect` first, then what is not as by default."""
    written: dict[str, Any] = {"expect": type(expectation).__name__.lower()}
    for spec in specs(type(expectation)):
        value = getattr(expectation, spec.attribute)
        if value != spec.default:
            written[spec.name] = value.value if isinstance(value, StrEnum) else value
    return written


def _check_numbers(read: Counted, at: str, reading: Reading) -> None:
    if read.count is not None and (read.at_least is not None or read.at_most is not None):
        reading.report(f"{below(at, 'count')} = {read.count}: it is not allowed beside at_least and at_most")
        raise Faulty
    if read.at_least is not None and read.at_most is not None and read.at_most < read.at_least:
        reading.report(f"{below(at, 'at_most')} = {read.at_most}: {read.at_least}, as at_least, or more is allowed")
        raise Faulty
