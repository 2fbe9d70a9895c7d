"""What the processes of a measurement say to each other: JSON arrays, one a line. Times are CLOCK_MONOTONIC in ns."""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any


def say(*values: Any) -> None:
    """One write a line, so that the lines of several threads do not mix. A reader who has gone is no fault."""
    try:
        os.write(1, encode(values))
    except BrokenPipeError:
        pass


def encode(values: tuple[Any, ...]) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def orders() -> Iterator[list[Any]]:
    """What is asked for, until nobody asks any more."""
    for line in sys.stdin:
        yield json.loads(line)
