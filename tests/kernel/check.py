"""What a check in the guest is, and how its result leaves the guest: one line of JSON on descriptor 3."""

import json
import os
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_REPORT_FD = 3

# Runs and returns what was seen, in one short line; any exception is a failure.
Check = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Result:
    """`seen`: what the check saw, or why it failed."""

    name: str
    passed: bool
    took_s: float
    seen: str


def run_all(checks: Iterable[tuple[str, Check]]) -> bool:
    """Run one after another, whatever comes of them, and report each. True if all passed."""
    results = [_run(name, check) for name, check in checks]
    return bool(results) and all(result.passed for result in results)


def _run(name: str, check: Check) -> Result:
    began_s = time.monotonic()
    try:
        passed, seen = True, check()
    except Exception as error:  # noqa: BLE001  # a broken check is a failed one; the others still run
        traceback.print_exc()
        passed, seen = False, f"{type(error).__name__}: {error}".splitlines()[0]
    result = Result(name, passed, time.monotonic() - began_s, seen)
    _report(result)
    return result


def _report(result: Result) -> None:
    line = json.dumps(
        {"check": result.name, "passed": result.passed, "took_s": round(result.took_s, 1), "seen": result.seen}
    )
    os.write(_REPORT_FD, f"{line}\n".encode())
