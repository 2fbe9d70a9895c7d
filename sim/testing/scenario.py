"""Scenario files, played from a test."""

from pathlib import Path

from sim.scenario.errors import ScenarioError
from sim.scenario.model import Scenario
from sim.scenario.player import play
from sim.scenario.reading import load
from sim.scenario.verdict import Verdict
from sim.testing.errors import Unplayable

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True


class Stagehand:
    """Plays files whose paths start at `folder`: `play_scenario("night.toml")`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._transcript: tuple[str, ...] = ()

    def __call__(self, file: str | Path, seed: int | None = None) -> Verdict:
        """seed: in place of the file's own. AssertionError, with every line, if something is not as expected.

        Raises Unplayable: the file says something that is not allowed.
        """
        verdict = play(self._load(file), str(file), seed, with_transcript=True)
        self._transcript = verdict.transcript
        if not verdict.passed:
            raise AssertionError("\n".join([f"{file}: {verdict.title}", *verdict.lines()]))
        return verdict

    def _load(self, file: str | Path) -> Scenario:
        try:
            return load(self._folder / file)
        except ScenarioError as error:
            raise Unplayable("\n".join(error.faults)) from None

    def transcript(self) -> list[str]:
        """Of what was played last."""
        return list(self._transcript)
