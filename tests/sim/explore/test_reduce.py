"""What is left of a night breaks the same rule, and says why it is there."""

from dataclasses import replace

import pytest

from device.logic.units import MS, S
from sim.acts.model import Hold, Network, Press
from sim.acts.words import NetworkState
from sim.explore import plainer
from sim.explore.draw import draw
from sim.explore.judge import judge
from sim.explore.reduce import Reducer, reduce
from sim.scenario.model import Deed, Scenario
from sim.world.setup import BUTTON
from tests.sim.explore.mutations import MUTATIONS

_LATE = next(mutation for mutation in MUTATIONS if mutation.rule == "late")
_PRESS = Deed(400 * S, Press(zone=BUTTON, for_ns=123_456_000))
_NIGHT = Scenario(
    title="a night",
    about="a press while there is no network",
    steps=(
        Deed(5 * S, Hold(zone="tamper")),
        Deed(100 * S, Network(state=NetworkState.REFUSED, broker=1, loss_percent=70)),
        Deed(200 * S, Press(zone="panic-bell")),
        _PRESS,
    ),
    seed=5,
    length_ns=1_000 * S,
)


def test_night_is_reduced_to_what_it_takes() -> None:
    with _LATE():
        small = reduce(_NIGHT, "late")
        assert "late" in {finding.rule for finding in judge(small)}

    assert small.seed == 0
    assert small.title == "Explored, seed 5: late"
    assert 'the rule "late": an alarm leaves at once' in small.about
    assert [type(step.act) for step in small.steps if isinstance(step, Deed)] == [Network, Press]


def test_reduction_is_the_same_each_time() -> None:
    with _LATE():
        assert reduce(_NIGHT, "late") == reduce(_NIGHT, "late")


def test_night_that_breaks_nothing_is_not_reduced() -> None:
    with pytest.raises(ValueError, match="does not break the rule late"):
        Reducer(_NIGHT, "late")


def test_reduction_stops_after_so_many_plays() -> None:
    with _LATE():
        reducer = Reducer(_NIGHT, "late", most_plays=3)
        reducer.reduce()

    assert reducer.tried <= 4


def test_edits_leave_a_night_that_can_be_played() -> None:
    night = draw(2, 1_200 * S)
    edits = (plainer.fewer_stores, plainer.fewer_brokers, plainer.denser, plainer.nearer, plainer.shorter)
    for edit in (edit for each in (*edits, plainer.plainer) for edit in each(night)):
        edited = edit(night)
        assert min(step.at_ns for step in edited.steps) >= 0
        assert max(step.last_ns for step in edited.steps) <= edited.played_ns
        assert edited.played_ns <= night.played_ns


def test_times_become_round_and_arguments_plain() -> None:
    night = replace(_NIGHT, steps=(replace(_PRESS, at_ns=400 * S + 1 * MS),))

    simpler = [edit(night).steps[0] for edit in plainer.plainer(night)]

    assert replace(_PRESS, at_ns=400 * S + 1 * MS, act=Press(zone=BUTTON)) in simpler
    assert replace(_PRESS, at_ns=400 * S) in simpler
