"""docs/scenarios.md, made from the declarations and the library: `python -m sim.scenario.reference` prints it."""

from collections.abc import Iterator
from enum import StrEnum

from device.config.keys import Spec, specs
from sim.acts.durations import Duration, write_duration
from sim.acts.reading import ACTS
from sim.scenario.errors import ScenarioError
from sim.scenario.kinds import Grained
from sim.scenario.library import library
from sim.scenario.player import play
from sim.scenario.reading import load, parse
from sim.scenario.tables import End, Excuse, ScenarioTable, StepTable, StoreTable
from sim.scenario.wording import EXPECTATIONS
from sim.world.invariants import RULES

EXAMPLE = """\
title = "The router restarts while somebody presses"
about = \"\"\"
The router restarts at night, as it does every night. In this minute the clerk presses. The alarm must be there as soon
as the line is.
\"\"\"

[[step]]
at = "60s"
do = "network"
state = "refused"

[[step]]
at = "70s"
do = "press"
zone = "counter-button"

[[step]]
at = "70s"
expect = "lamp"
is = "sending"
within = "500ms"

[[step]]
at = "90s"
do = "network"
state = "up"

[[step]]
at = "90s"
expect = "arrived"
what = "alarm.holdup"
phase = "raised"
count = 1
within = "60s"
"""
# What somebody might hope for, and what no device can do.
_HOPE = ('at = "90s"\nexpect = "arrived"', 'at = "70s"\nexpect = "arrived"'), ('within = "60s"', 'within = "10s"')
_MISTAKE = ('zone = "counter-button"', 'zone = "counter"')

_INTRO = f"""\
# Scenarios

<!-- Made by `python -m sim.scenario.reference`. Change the declarations in sim/scenario and sim/acts instead. -->

A scenario is a night that is written down: what happens to a store, and what must come of it. It is played with the
real agent in a simulated world, and a night is over within seconds. Nothing needs to be installed but this project.

```sh
ansim-sim run                         # the whole library
ansim-sim run chased-person           # one of it
ansim-sim run my-nights/              # every file .toml in a folder
ansim-sim run my-night.toml --seed 7  # with other luck
ansim-sim run --repeat 100 -j 4       # with a hundred seeds each, on four processes
ansim-sim run --junit report.xml      # for a build server
ansim-sim run my-night.toml --transcript night.txt
ansim-sim run --list
```

Exit status: 0 everything came as it must; 1 something did not; 64 wrong usage; 65 a file says something that is not
allowed; 130 interrupted.

## How to write one

```toml
{EXAMPLE}```

- `at` counts from the moment in which all stores are switched on. Steps may stand in any order. What has the same `at`
  is done as it stands in the file.
- A step that does something has `do` and the keys of its [act](#acts). A step that expects something has `expect` and
  the keys of its [expectation](#expectations).
- An expectation is looked at when its time has come. With `within` it must become true between `at` and then; with
  `during` it must be true from `at` on, without a break. It is looked at whenever something has happened.
- Durations have a unit: `300ms`, `2s`, `5m`, `8h`, `2d`, `1h30m`.
- One store needs no name. The standard counter has the zones `counter-button` (a changeover contact, so that its line
  is supervised), `panic-bell`, `hotline` (a lift of 7 s is an alarm), `mains`, `battery` and `tamper`.
- Test what you wrote: take the fault out, or the press, and see the scenario fail.

**In the end** every fault is mended, three minutes pass, and these rules are looked at, without being asked for:

{{rules}}

**Chance.** Bounces, losses and pauses are drawn by a seed. The same file with the same seed gives the same transcript,
byte for byte, on every machine. What holds with one seed may fail with another: `--repeat` tries.

## When it fails

The verdict shows what was expected, what was seen instead, and what happened around it. Here somebody hopes that the
alarm is there while the router is still down:

```
{{failure}}
```

A file that is no scenario is not played. Each mistake is one line:

```
{{mistake}}
```

## The file
"""

_LIBRARY = """\
## The library

`ansim-sim run NAME`; the files are in `sim/scenarios`. Each begins with its story.

| name | title |
| --- | --- |
"""


def markdown() -> str:
    """The whole page."""
    return "\n".join(
        (
            _INTRO.format(rules=_rules(), failure=_failure(), mistake=_mistake()),
            *(_section(*section) for section in _sections()),
            "## Acts\n\nWhat stands behind `do`. `broker` and `room` take no `store`: they are everybody's.\n",
            *(_section(f"### {word}", act) for word, act in ACTS.items()),
            "## Expectations\n\nWhat stands behind `expect`. All of them are about one store.\n",
            *(_section(f"### expect {word}", kind) for word, kind in EXPECTATIONS.items()),
            _LIBRARY + "\n".join(f"| `{path.stem}` | {load(path).title} |" for path in library()) + "\n",
        )
    )


def _sections() -> Iterator[tuple[str, type]]:
    yield "### The beginning", ScenarioTable
    yield "### `[[store]]`", StoreTable
    yield "### `[[step]]`", StepTable
    yield "### `[end]`", End
    yield "### `[[end.allow]]`", Excuse


def _rules() -> str:
    return "\n".join(f"- `{rule}`: {text}" for rule, text in RULES.items())


def _section(heading: str, cls: type) -> str:
    rows = "\n".join(_row(spec) for spec in specs(cls))
    table = f"\n| key | allowed | default | meaning |\n| --- | --- | --- | --- |\n{rows}\n" if rows else ""
    return f"{heading}\n\n{cls.__doc__}\n{table}"


def _row(spec: Spec) -> str:
    return f"| `{spec.name}` | {_cell(spec.kind.allowed)} | {_default(spec)} | {_cell(spec.doc)} |"


def _default(spec: Spec) -> str:
    if spec.required:
        return "required"
    if isinstance(spec.kind, Duration | Grained) and isinstance(spec.default, int):
        return f'`"{write_duration(spec.default)}"`'
    if isinstance(spec.default, StrEnum):
        return f'`"{spec.default.value}"`'
    return f"`{str(spec.default).lower()}`" if isinstance(spec.default, int) else _text(spec.default)


def _text(default: object) -> str:
    return f'`"{default}"`' if isinstance(default, str) else "optional"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _failure() -> str:
    text = EXAMPLE
    for right, hoped in _HOPE:
        text = text.replace(right, hoped, 1)
    verdict = play(parse(text, "my-night.toml"), "my-night")
    return "\n".join(verdict.lines())


def _mistake() -> str:
    """The line of the example with the mistake in it, and what is said of it."""
    text = EXAMPLE.replace(*_MISTAKE, 1)
    try:
        parse(text, "my-night.toml")
    except ScenarioError as error:
        return "\n".join((_MISTAKE[1], *error.faults))
    raise AssertionError(f"{_MISTAKE[1]} is not refused")


if __name__ == "__main__":
    print(markdown(), end="")
