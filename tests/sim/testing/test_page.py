"""The examples of docs/testing-your-integration.md run as they stand."""

import re
from pathlib import Path

import pytest

from tests.sim.testing.inner import ROOT, Inner
from tests.sim.testing.page import files_of_the_page

FILES = files_of_the_page()
TESTS = sorted(name for name in FILES if name.endswith(".py"))


@pytest.mark.parametrize("name", TESTS)
def test_example_runs_as_it_stands(name: str, inner: Inner) -> None:
    for file, text in FILES.items():
        inner.write(file, text)

    outcome = inner.run(name)

    assert outcome.status == 0, outcome.text
    assert outcome.count("passed") >= 1


def test_first_example_has_ten_lines() -> None:
    lines = [line for line in FILES["test_counter.py"].splitlines()[1:] if line]

    assert len(lines) <= 10


def test_page_lists_every_fixture() -> None:
    plugin = (ROOT / "sim" / "testing" / "plugin.py").read_text(encoding="utf-8")
    page = Path(ROOT / "docs" / "testing-your-integration.md").read_text(encoding="utf-8")

    fixtures = set(re.findall(r"@pytest\.fixture\ndef (\w+)\(", plugin))
    listed = set(re.findall(r"^\| `(\w+)` \|", page.partition("## Fixtures")[2], re.MULTILINE))

    assert fixtures
    assert listed == fixtures


def test_page_lists_every_argument_of_the_marker() -> None:
    plugin = (ROOT / "sim" / "testing" / "plugin.py").read_text(encoding="utf-8")
    page = Path(ROOT / "docs" / "testing-your-integration.md").read_text(encoding="utf-8")

    marker = re.search(r"ansim\((.*?)\): ", plugin, re.DOTALL)
    listed = re.findall(r"^\| `(\w+)` \|", page.partition("| argument |")[2].partition("\n## ")[0], re.MULTILINE)

    assert marker is not None
    assert listed == re.findall(r"(\w+)=", marker[1])
