"""Short scenarios for tests."""

from device.logic.units import MS, S
from sim.acts.model import Act, Press
from sim.scenario.expectations import Expectation
from sim.scenario.model import Deed, Expected, Scenario, Step
from sim.scenario.player import play
from sim.scenario.reading import parse
from sim.scenario.verdict import Verdict

HEAD = 'title = "A night"\nabout = "What happened."\n'
PRESS = Press(zone="counter-button")


def night(*steps: Step, length_s: int | None = 60) -> Scenario:
    return Scenario(
        title="A night",
        about="What happened.",
        steps=steps,
        length_ns=None if length_s is None else length_s * S,
    )


def deed(at_s: float, act: Act = PRESS) -> Deed:
    return Deed(round(at_s * S), act)


def expected(at_s: float, what: Expectation, *, within_s: float | None = None, during_s: float | None = None) -> Step:
    return Expected(round(at_s * S), what, None, _ns(within_s), _ns(during_s))


def played(*steps: Step, seed: int = 0) -> Verdict:
    return play(night(*steps), "night", seed, with_transcript=True)


def read(steps: str, head: str = HEAD) -> Scenario:
    return parse(head + steps, "night.toml")


def _ns(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000) * MS
