"""What build servers read."""

from xml.etree import ElementTree as ET

import pytest

from sim.scenario.crew import Played
from sim.scenario.junit import junit
from sim.scenario.verdict import Failure, Ground, Verdict


def verdict(*failures: Failure, title: str = "A night") -> Played:
    return Played(Verdict(name="night", title=title, seed=3, played_ns=10, failures=failures), 0.25)


def failure(ground: Ground = Ground.EXPECTATION, seen: str = "dark") -> Failure:
    return Failure(ground, 2, 14_000_000_000, "store-0042", "expect lamp is=help", seen, ("> the point",))


def suite(*everything: Played) -> ET.Element:
    suites = ET.fromstring(junit(everything))
    assert suites.tag == "testsuites"
    return suites[0]


def test_a_passed_scenario_is_a_case_without_a_word() -> None:
    case = suite(verdict())[0]

    assert dict(case.attrib) == {"classname": "night", "name": "A night (seed 3)", "time": "0.250"}
    assert list(case) == []


def test_a_failed_scenario_says_where_and_why() -> None:
    told = suite(verdict(failure(), failure(seen="heard")))[0][0]

    assert told.tag == "failure"
    assert told.get("message") == "step 2, 00:00:14.000, store-0042: expect lamp is=help: dark"
    assert told.text is not None
    assert "> the point" in told.text
    assert "expect lamp is=help: heard" in told.text


def test_a_breakdown_is_an_error() -> None:
    assert suite(verdict(failure(Ground.BREAKDOWN)))[0][0].tag == "error"


def test_cases_are_counted() -> None:
    counted = suite(verdict(), verdict(failure()), verdict(failure(Ground.BREAKDOWN)))

    assert [counted.get(name) for name in ("tests", "failures", "errors")] == ["3", "1", "1"]


@pytest.mark.parametrize("text", ["\x00\x1b[31m", "\ud800", "<&>\"'", "가게 2호점", "\ufffe"])
def test_any_text_gives_valid_xml(text: str) -> None:
    told = suite(verdict(failure(seen=f"a{text}b"), title=f"t{text}"))[0][0]

    assert (told.get("message") or "").endswith("b")


def test_nothing_played_is_an_empty_suite() -> None:
    assert suite().get("tests") == "0"
