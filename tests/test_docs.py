"""The pages for people: links lead somewhere, and what they say about the code is so."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from device.logic.kinds import BANK_CODES, DEVICE_TROUBLES, KINDS, Code
from device.logic.lamp import PATTERNS_MS
from device.logic.units import MS, S

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("sim/**/*.md")])
CODE = sorted(
    path
    for top in ("device", "drivers", "sim", "provisioning", "tests", "bench")
    for path in (ROOT / top).rglob("*.py")
)
UNITS_NS = {"ms": MS, "s": S, "d": 86_400 * S}
# Marks of the place where this was written: they mean nothing to anybody else. Spelt so that this file has none.
FOREIGN = re.compile(
    r"/[w]ork/|/[t]mp/[a-z]+\.md|/[o]pt/pypi|[f]acts/[a-z]+\.md|[b]rief\.md|the [f]ounder|[c]laude|[a]nthropic",
    re.IGNORECASE,
)


def _page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _anchors(text: str) -> set[str]:
    """As GitHub makes them: lower case, punctuation dropped, spaces to hyphens."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        yield from ((page, link) for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link)


def _named_files(text: str) -> set[str]:
    """Paths in backticks that begin with a folder of the tree."""
    found = re.findall(r"`((?:device|drivers|sim|tests|bench|docs)/[\w./-]+)`", text)
    return {path.rstrip("/") for path in found}


def _references() -> Iterator[tuple[Path, str, str]]:
    """Pages and headings that docstrings refer to."""
    for path in CODE:
        for page, heading in re.findall(r'(docs/[\w/-]+\.md), "([^"]+)"', path.read_text(encoding="utf-8")):
            yield path, page, heading


def test_every_link_leads_somewhere() -> None:
    lost = []
    for page, link in _links():
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target.read_text(encoding="utf-8"))):
            lost.append(f"{page.relative_to(ROOT)}: {link}")

    assert lost == []


def test_every_heading_that_code_refers_to_exists() -> None:
    references = list(_references())

    lost = [
        f'{path.relative_to(ROOT)}: {page}, "{heading}"'
        for path, page, heading in references
        if not (ROOT / page).exists()
        or not re.search(rf"^#+ {re.escape(heading)}$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert references
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    assert [path for path in _named_files(page.read_text(encoding="utf-8")) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_that_a_page_names_exist(page: Path) -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in CODE if path.is_relative_to(ROOT / "tests"))

    named = re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8"))

    assert [name for name in named if f"def {name}(" not in tests] == []


@pytest.mark.parametrize("page", ["architecture.md", "hardware.md"])
def test_numbers_are_the_codes_own(page: str) -> None:
    rows = re.findall(r"^\| ([\d,]+)(?: (\w+))? \| `(\w+)\.(\w+)` \|", _page(page), re.MULTILINE)

    wrong = []
    for number, unit, module, name in rows:
        value = getattr(import_module(f"device.logic.{module}"), name)
        said = int(number.replace(",", "")) * (UNITS_NS[unit] if name.endswith("_NS") else 1)
        if said != value:
            wrong.append(f"{name} is {value}, not {number} {unit}")

    assert rows
    assert wrong == []


def test_patterns_of_the_lights_are_the_codes_own() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", _page("hardware.md").partition("## Lights")[2], re.MULTILINE))

    told = {look: tuple(map(int, re.findall(r"\d+", said))) for look, said in rows.items()}

    assert told == {look.value: pattern for look, pattern in PATTERNS_MS.items()}


def _codes() -> list[tuple[str, Code]]:
    zones = [(kind.what, kind.code) for kind in KINDS.values()]
    troubles = [(f"trouble.{name}", code) for name, code in DEVICE_TROUBLES.items()]
    return [*zones, *troubles, *BANK_CODES.items()]


@pytest.mark.parametrize(("what", "code"), _codes(), ids=[what for what, _ in _codes()])
def test_every_event_is_listed_with_its_codes(what: str, code: Code) -> None:
    found = re.search(
        rf"^\| `ansim\.{re.escape(what)}`[^|]*\| ([^|]+) \| ([^|]+) \|", _page("operating.md"), re.MULTILINE
    )
    assert found is not None

    sia = " / ".join(part or "–" for part in (code.raised, code.restored)) if code.raised else "–"
    assert (sia, str(code.cid or "–")) == (found[1], found[2])


def test_scenario_in_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    program = re.search(r"```python\n(.*?)```", _page("developing.md"), re.DOTALL)
    assert program is not None

    exec(compile(program[1], "developing.md", "exec"), {"__name__": "scenario"})

    assert capsys.readouterr().out.endswith("ansim.alarm.holdup survived the night\n")


def test_no_file_is_longer_than_400_lines() -> None:
    long = [path for path in CODE if len(path.read_text(encoding="utf-8").splitlines()) > 400]

    assert [str(path.relative_to(ROOT)) for path in long] == []


def test_nothing_tells_where_it_was_written() -> None:
    loose = (
        "*.cfg",
        "*.toml",
        "Makefile",
        "requirements/*",
        ".ci/*",
        "docs/**/*.svg",
        "docs/**/*.yaml",
        "tests/**/*.sh",
    )
    files = [*PAGES, *CODE, *(path for pattern in loose for path in ROOT.glob(pattern))]

    told = [str(path.relative_to(ROOT)) for path in files if FOREIGN.search(path.read_text(encoding="utf-8"))]

    assert told == []
