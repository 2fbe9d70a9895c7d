"""A file is a scenario, or every mistake in it is one line that says what is allowed."""

from pathlib import Path

import pytest

from device.logic.units import MS, S
from device.logic.zone import ZoneSettings
from sim.acts.model import Press
from sim.scenario.errors import ScenarioError
from sim.scenario.expectations import Arrived
from sim.scenario.model import Deed, Expected
from sim.scenario.reading import load, parse
from sim.scenario.words import Mark
from tests.sim.scenario.nights import HEAD, read

DOCS = Path(__file__).parents[3] / "docs"
STEP = '[[step]]\nat = "1s"\n'
PRESS = f'{STEP}do = "press"\nzone = "counter-button"\n'
TWO = '[[store]]\nid = "store-1"\n[[store]]\nid = "store-2"\n'


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "night.toml")
    return caught.value.faults


def test_steps_are_read_in_the_order_of_the_file() -> None:
    scenario = read(
        f'{PRESS}for = "300ms"\n{STEP}expect = "arrived"\nwhat = "alarm"\nmarked = "unsynced"\nwithin = "2s"\n'
    )

    assert scenario.steps == (
        Deed(S, Press(zone="counter-button", for_ns=300 * MS)),
        Expected(S, Arrived(what="alarm", marked=Mark.UNSYNCED), None, 2 * S),
    )


def test_without_a_length_two_minutes_follow_the_last_step() -> None:
    assert read(f'{STEP}expect = "lamp"\nis = "dark"\nwithin = "10s"\n').played_ns == 131 * S


def test_about_may_have_many_lines_and_loses_the_blanks_around_it() -> None:
    scenario = parse(f'title = "t"\nabout = """\n  one\n  two\n"""\n{PRESS}', "night.toml")

    assert scenario.about == "one\n  two"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"about = 'a'\n{PRESS}", "title: missing; printable text of 1–120 characters is required"),
        (HEAD, "step: missing; a list of 1–5000 tables [[step]] is required"),
        (f"{HEAD}{PRESS}at = '2s'\n", "line 7, column 10: this key stands twice; once is allowed"),
        (f"{HEAD}seed = -1\n{PRESS}", "seed = -1: an integer 0–9223372036854775807 (any) is allowed"),
        (f"{HEAD}lenght = '5m'\n{PRESS}", 'lenght = "5m": unknown key; did you mean "length"?'),
        (f"{HEAD}step = [1]", "step[1] = 1: a table [[step]] is allowed"),
        (HEAD + STEP, 'step[1]: either "do" or "expect" is required'),
        (f'{HEAD}{PRESS}expect = "lamp"', 'step[1]: either "do" or "expect" is required'),
        (f'{HEAD}{STEP}do = "dance"', 'step[1].do = "dance": one of "press", "hold",'),
        (f'{HEAD}{STEP}expect = "luck"', 'step[1].expect = "luck": one of "told", "arrived",'),
        (f"{HEAD}{PRESS}for = '3'", 'step[1].for = "3": a duration 0s to 400d, such as'),
        (f"{HEAD}{PRESS}within = '3s'", 'step[1].within = "3s": allowed with "expect" only'),
        (
            f'{HEAD}[[step]]\nat = 5\ndo = "press"\nzone = "x"\n',
            "step[1].at = 5: a duration 0s to 400d, such as",
        ),
        (
            f'{HEAD}{STEP}do = "press"\nzone = "counter"\n',
            'step[1].zone = "counter": store-0042 has "counter-button", "panic-bell",',
        ),
        (
            f'{HEAD}{STEP}expect = "zone"\nzone = "counter"\nis = "normal"\n',
            'step[1].zone = "counter": store-0042 has "counter-button", "panic-bell",',
        ),
        (f'{HEAD}{STEP}do = "press"\nstore = "store-7"\nzone = "tamper"\n', 'step[1].store = "store-7": one of'),
        (f'{HEAD}{STEP}expect = "lamp"\nis = "dark"\nstore = "store-7"\n', 'step[1].store = "store-7": one of'),
        (f"{HEAD}{TWO}{PRESS}", 'step[1].store: missing; one of "store-1", "store-2" is required'),
        (
            f'{HEAD}{TWO}{STEP}expect = "lamp"\nis = "dark"\n',
            'step[1].store: missing; one of "store-1", "store-2" is required',
        ),
        (f'{HEAD}{STEP}do = "broker"\nstate = "down"\nbroker = 2\n', "step[1].broker = 2: 0–1 is allowed, 0 for all"),
        (f'{HEAD}{STEP}expect = "broker"\nis = 2\n', "step[1].is = 2: 1–1 is allowed"),
        (f'{HEAD}{STEP}expect = "lamp"\nis = "green"\n', 'step[1].is = "green": one of "dark", "heard",'),
        (f'{HEAD}{STEP}expect = "told"\nwhat = "alarm.holdpu"\n', 'step[1].what = "alarm.holdpu": one of "alarm",'),
        (
            f'{HEAD}{STEP}expect = "told"\nwhat = "alarm"\ncount = 1\nat_least = 1\n',
            "step[1].count = 1: it is not allowed beside at_least and at_most",
        ),
        (
            f'{HEAD}{STEP}expect = "told"\nwhat = "alarm"\nat_least = 2\nat_most = 1\n',
            "step[1].at_most = 1: 2, as at_least, or more is allowed",
        ),
        (
            f'{HEAD}{STEP}expect = "lamp"\nis = "dark"\nwithin = "1s"\nduring = "1s"\n',
            'step[1].during = "1s": not allowed beside "within"',
        ),
        (f"{HEAD}length = '500ms'\n{PRESS}", 'length = "500ms": a duration 1s to 400d, such as'),
        (
            f"{HEAD}length = '10s'\n{STEP}expect = 'lamp'\nis = 'dark'\nwithin = '1m'\n",
            'step[1].at = "1s": it must be over by length = "10s"',
        ),
        (
            f'{HEAD}[[store]]\nid = "store-1"\n[[store]]\nid = "store-1"\n{PRESS}',
            'store[2].id = "store-1": a store of its own is allowed; store-1 is taken by store[1].id',
        ),
        (
            f'{HEAD}[[store]]\nheartbeat = "1500ms"\n{PRESS}',
            'store[1].heartbeat = "1500ms": a duration of whole seconds, 1s to 1h, such as',
        ),
        (f'{HEAD}[[store]]\nconfig = "no-such.toml"\n{PRESS}', "store store-0042: no-such.toml: cannot be read:"),
        (f'{HEAD}{PRESS}[[end.allow]]\nrule = "luck"\nwhy = "x"\n', 'end.allow[1].rule = "luck": one of "lost",'),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_allowed(text: str, fault: str) -> None:
    lines = faults(text)

    assert len(lines) == 1, lines
    assert lines[0].startswith(f"night.toml: {fault}"), lines[0]


def test_all_mistakes_are_told_at_once() -> None:
    lines = faults(f'title = ""\nabout = "a"\n{STEP}do = "press"\n{STEP}expect = "lamp"\nis = 3\n')

    assert [line.split(" ")[1].rstrip(":") for line in lines] == ["title", "step[1].zone", "step[2].is"]


def test_a_file_of_any_size_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    path.write_text("#" * 300_000)

    with pytest.raises(ScenarioError, match="too large; at most 256 KiB are allowed"):
        load(path)


def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "picture.toml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")

    with pytest.raises(ScenarioError, match="not UTF-8"):
        load(path)


def test_zones_come_from_the_configuration_of_an_agent(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text((DOCS / "examples" / "store.toml").read_text())
    path = tmp_path / "night.toml"
    path.write_text(f'{HEAD}[[store]]\nconfig = "agent.toml"\n{STEP}do = "press"\nzone = "lid"\n')

    scenario = load(path)

    assert [zone.name for zone in scenario.shops[0].zones] == ["counter-button", "phone", "lid"]
    assert scenario.shops[0].setup().lamps


def test_zone_of_a_configuration_makes_room_for_the_lights_of_the_simulated_store(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text((DOCS / "examples" / "store.toml").read_text())
    scenario = parse(f'{HEAD}[[store]]\nconfig = "agent.toml"\n{PRESS}', "night.toml", tmp_path)

    zones: tuple[ZoneSettings, ...] = scenario.shops[0].zones
    pins = [pin for zone in zones for pin in zone.pins]
    assert len(set(pins)) == len(pins)
    assert not {"GPIO22", "GPIO24"}.intersection(pins)


def test_fault_in_that_configuration_is_one_line_too(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text("[device]\nid = 5\n")
    path = tmp_path / "night.toml"
    path.write_text(f'{HEAD}[[store]]\nconfig = "agent.toml"\n{PRESS}')

    with pytest.raises(ScenarioError) as caught:
        load(path)

    assert all(line.startswith(f"{path}: store store-0042: {tmp_path}/agent.toml: ") for line in caught.value.faults)
