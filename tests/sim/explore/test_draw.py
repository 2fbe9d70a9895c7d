"""What chance draws is the same for the same seed, can be done, has an end, and leaves nothing out."""

import pytest

from device.logic.units import S
from sim.acts.bank import BankAct
from sim.acts.reading import ACTS, word_of
from sim.acts.words import BrokerState, DiskState, NetworkState, RoomState
from sim.control_room.mischief import Wrongness
from sim.explore.draw import SHORTEST_NS, draw
from sim.scenario.model import Deed, Scenario
from sim.scenario.writing import write_scenario
from sim.world.world import World

_SEEDS = range(200)
_LENGTH_NS = 7_200 * S


def _deeds(scenario: Scenario) -> list[Deed]:
    return [step for step in scenario.steps if isinstance(step, Deed)]


def test_one_seed_gives_one_night() -> None:
    assert draw(7, _LENGTH_NS) == draw(7, _LENGTH_NS)
    assert draw(7, _LENGTH_NS) != draw(8, _LENGTH_NS)
    assert draw(7, _LENGTH_NS) != draw(7, _LENGTH_NS + S)


def test_every_act_and_every_state_is_drawn() -> None:
    drawn = [deed.act for seed in _SEEDS for deed in _deeds(draw(seed, _LENGTH_NS))]

    assert {word_of(act) for act in drawn} == {word for word, act in ACTS.items() if not issubclass(act, BankAct)}
    for states in (NetworkState, BrokerState, RoomState, DiskState):
        assert set(states) <= {getattr(act, "state", None) for act in drawn}
    assert set(Wrongness) <= {getattr(act, "lie", None) for act in drawn}


def test_every_kind_of_world_is_drawn() -> None:
    nights = [draw(seed, _LENGTH_NS) for seed in _SEEDS]

    assert {night.brokers for night in nights} == {1, 2}
    assert {len(night.shops) for night in nights} == {1, 2}
    assert {shop.written.battery_ns > 0 for night in nights for shop in night.shops} == {False, True}
    assert len({shop.written.bounce for night in nights for shop in night.shops}) == 5


def test_everything_can_be_done_and_is_over_before_the_end() -> None:
    for seed in range(50):
        night = draw(seed, _LENGTH_NS)
        with World(night.setup()) as world:
            assert [world.refuses(deed.act, deed.store) for deed in _deeds(night)] == [None] * len(night.steps)
        assert min(step.at_ns for step in night.steps) >= 0
        assert max(step.at_ns for step in night.steps) < _LENGTH_NS


def test_a_file_can_say_it() -> None:
    assert "[[step]]" in write_scenario(draw(3, _LENGTH_NS))


def test_night_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 300 s"):
        draw(0, SHORTEST_NS - 1)
