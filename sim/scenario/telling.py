"""Verdicts as text: for people, for programs. Pure."""

import json
from collections.abc import Iterator, Sequence

from device.logic.units import S
from sim.scenario.crew import Played
from sim.scenario.verdict import Failure, Verdict, write_span


def tell(played: Played, width: int) -> Iterator[str]:
    """One line, and more for what failed. width: of the longest name."""
    verdict = played.verdict
    word = "passed" if verdict.passed else "FAILED"
    length = f"{write_span(verdict.played_ns)} in {played.elapsed_s:.2f} s"
    yield f"{word}  {verdict.name:<{width}}  seed {verdict.seed:<4} {length}"
    if not verdict.passed:
        yield f"        {verdict.title}"
    yield from (f"        {line}" for line in verdict.lines())


def sum_up(everything: Sequence[Played], elapsed_s: float) -> str:
    """The last line."""
    failed = sum(not played.verdict.passed for played in everything)
    plays = f"{len(everything)} play{'' if len(everything) == 1 else 's'}"
    result = f"{failed} FAILED" if failed else "all passed" if len(everything) > 1 else "passed"
    return f"{plays}, {result}, {elapsed_s:.1f} s"


def as_json(verdict: Verdict) -> str:
    """One line, the same for the same scenario and seed."""
    return json.dumps(
        {
            "scenario": verdict.name,
            "title": verdict.title,
            "seed": verdict.seed,
            "passed": verdict.passed,
            "played_s": verdict.played_ns / S,
            "failures": [_failure(failure) for failure in verdict.failures],
            "excused": list(verdict.excused),
        },
        ensure_ascii=False,
    )


def transcript(everything: Sequence[Played]) -> Iterator[str]:
    """All transcripts, each under its name and seed."""
    for played in everything:
        verdict = played.verdict
        yield f"# {verdict.name}, seed {verdict.seed}: {verdict.title}"
        yield from verdict.transcript
        yield ""


def _failure(failure: Failure) -> dict[str, object]:
    return {
        "ground": failure.ground.value,
        "step": failure.step,
        "at_s": failure.at_ns / S,
        "store": failure.store,
        "wanted": failure.wanted,
        "seen": failure.seen,
        "timeline": list(failure.timeline),
    }
