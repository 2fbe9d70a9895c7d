"""Verdicts as JUnit XML, the format that build servers read. Pure."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from sim.scenario.crew import Played
from sim.scenario.verdict import Ground, Verdict

# What XML 1.0 cannot say, not even escaped.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(everything: Sequence[Played]) -> str:
    """One suite, a case for each play."""
    cases = [_case(played) for played in everything]
    failed = sum(any(kind.tag == "failure" for kind in case) for case in cases)
    broken = sum(any(kind.tag == "error" for kind in case) for case in cases)
    counts = {
        "tests": str(len(cases)),
        "failures": str(failed),
        "errors": str(broken),
        "time": _seconds(sum(played.elapsed_s for played in everything)),
    }
    suites = ET.Element("testsuites", counts)
    suite = ET.SubElement(suites, "testsuite", {"name": "ansim-sim run", "skipped": "0", **counts})
    suite.extend(cases)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _case(played: Played) -> ET.Element:
    verdict = played.verdict
    name = _speakable(f"{verdict.title} (seed {verdict.seed})")
    case = ET.Element(
        "testcase", {"classname": _speakable(verdict.name), "name": name, "time": _seconds(played.elapsed_s)}
    )
    if verdict.failures:
        # One is allowed per case; the text tells them all.
        told = ET.SubElement(case, "error" if _is_broken(verdict) else "failure")
        told.set("message", _speakable(str(verdict.failures[0])))
        told.set("type", verdict.failures[0].ground.value)
        told.text = _speakable("\n".join(verdict.lines()))
    return case


def _is_broken(verdict: Verdict) -> bool:
    return any(failure.ground is Ground.BREAKDOWN for failure in verdict.failures)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("�", text)
