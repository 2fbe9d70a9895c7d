"""Plays a scenario: acts are done in time, expectations are looked at whenever something has happened."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sim.scenario.model import Deed, Expected, Scenario, Step
from sim.scenario.sight import Sight, look
from sim.scenario.timeline import rule_timeline, step_timeline
from sim.scenario.verdict import FAILED_KIND, Failure, Ground, Verdict
from sim.scenario.writing import describe_step
from sim.world.invariants import SETTLE_NS, Breach, breaches
from sim.world.world import World


@dataclass(frozen=True, slots=True)
class _Open:
    """An expectation whose time runs."""

    number: int
    step: Expected

    @property
    def awaits(self) -> bool:
        """It must become true; otherwise it must stay true."""
        return self.step.within_ns is not None


class Player:
    """One scenario with one seed, once. One thread."""

    def __init__(self, scenario: Scenario, name: str, seed: int | None = None) -> None:
        """seed: in place of the scenario's own."""
        self._scenario = scenario
        self._name = name
        self._setup = scenario.setup(seed)
        self._open: list[_Open] = []
        self._failures: list[Failure] = []
        self._excused: list[str] = []

    def play(self, *, with_transcript: bool = False) -> Verdict:
        """Whatever happens in the world is in the verdict, also an exception."""
        with World(self._setup) as world:
            self._world = world
            try:
                world.start()
                self._play()
            except Exception as error:  # noqa: BLE001  # a bug of the agent is what scenarios are for; play the others
                self._break_down(error)
            return self._verdict(with_transcript=with_transcript)

    def _play(self) -> None:
        for number, step in self._agenda():
            self._advance(step.at_ns)
            if isinstance(step, Deed):
                self._do(number, step)
            else:
                self._expect(number, step)
        self._advance(self._scenario.played_ns)
        if self._scenario.end.invariants:
            self._world.mend()
            self._world.run_until(self._world.now_ns + SETTLE_NS)
            self._judge(breaches(self._world))

    def _agenda(self) -> list[tuple[int, Step]]:
        """In order of time; at one moment as in the file."""
        return sorted(enumerate(self._scenario.steps, start=1), key=lambda numbered: numbered[1].at_ns)

    # ------------------------------------------------------------ time

    def _advance(self, until_ns: int) -> None:
        """Look at what is open after everything that happens on the way, and when its time is over."""
        while self._open:
            moment_ns = min(self._moments(until_ns))
            self._world.run_until(moment_ns)
            self._look()
            if moment_ns >= until_ns:
                return
        self._world.run_until(until_ns)

    def _moments(self, until_ns: int) -> Iterator[int]:
        yield until_ns
        yield from (opened.step.last_ns for opened in self._open)
        next_ns = self._world.time.schedule.next_ns()
        if next_ns is not None:
            yield self._world.now_ns + max(next_ns - self._world.clock.monotonic_ns(), 0)

    def _look(self) -> None:
        now_ns = self._world.now_ns
        for opened in list(self._open):
            sight = self._see(opened.step)
            over = now_ns >= opened.step.last_ns
            if opened.awaits == sight.holds or over:
                self._open.remove(opened)
                self._close(opened.number, opened.step, sight)

    # ------------------------------------------------------------ steps

    def _do(self, number: int, step: Deed) -> None:
        try:
            self._world.perform(step.act, step.store)
        except ValueError as error:
            self._fail(Ground.ACT, number, step, str(error))
        self._look()

    def _expect(self, number: int, step: Expected) -> None:
        opened = _Open(number, step)
        self._open.append(opened)
        self._look()

    def _close(self, number: int, step: Expected, sight: Sight) -> None:
        if sight.holds:
            self._world.chronicle.add(self._scenario.store_of(step), "expected", describe_step(step))
        else:
            self._fail(Ground.EXPECTATION, number, step, sight.seen)

    def _see(self, step: Expected) -> Sight:
        return look(step.expectation, self._world, self._scenario.store_of(step))

    # ------------------------------------------------------------ the verdict

    def _fail(self, ground: Ground, number: int, step: Step, seen: str) -> None:
        store, wanted = self._scenario.store_of(step), describe_step(step)
        self._world.chronicle.add(store, FAILED_KIND, f"{wanted}: {seen}")
        self._failures.append(Failure(ground, number, self._world.now_ns, store, wanted, seen))

    def _judge(self, found: list[Breach]) -> None:
        allowed = {excuse.rule for excuse in self._scenario.end.allow}
        for breach in found:
            if breach.rule in allowed:
                self._excused.append(f"{breach.rule}, {breach.where}: {breach.text}")
            else:
                self._failures.append(
                    Failure(Ground.RULE, None, breach.at_ns, breach.where, f'rule "{breach.rule}"', breach.text)
                )

    def _break_down(self, error: Exception) -> None:
        self._world.chronicle.add("world", FAILED_KIND, repr(error))
        lines = tuple("".join(traceback.format_exception(error)).splitlines())
        self._failures.append(
            Failure(Ground.BREAKDOWN, None, self._world.now_ns, "world", "no exception", repr(error), lines)
        )

    def _verdict(self, *, with_transcript: bool) -> Verdict:
        chronicle = self._world.chronicle
        return Verdict(
            name=self._name,
            title=self._scenario.title,
            seed=self._setup.seed,
            played_ns=self._world.now_ns,
            failures=tuple(map(self._shown, self._failures)),
            excused=tuple(self._excused),
            transcript=tuple(chronicle.lines()) if with_transcript else (),
        )

    def _shown(self, failure: Failure) -> Failure:
        """With its timeline."""
        entries = self._world.chronicle.entries
        match failure.ground:
            case Ground.BREAKDOWN:
                return failure
            case Ground.RULE:
                return replace(failure, timeline=rule_timeline(entries, failure))
            case _:
                begin_ns = self._scenario.steps[(failure.step or 1) - 1].at_ns
                return replace(failure, timeline=step_timeline(entries, failure, begin_ns))


def play(scenario: Scenario, name: str, seed: int | None = None, *, with_transcript: bool = False) -> Verdict:
    """Once, with the scenario's own seed or another."""
    return Player(scenario, name, seed).play(with_transcript=with_transcript)
