"""What one life of a board in a campaign is like, and when it ends. Pure: everything follows from the generator."""

from dataclasses import dataclass
from random import Random

from sim.control_room.core import Answering, Prompt, Silent, Slow

POWER = "power"
"""Not a line of the board: the moment at which its power came."""

_MOMENTS = (POWER, "armed", "edge", "up", "sent", "event", "saved", "puback", "answered", "received", "light")
_NTH = (1, 1, 1, 2, 3, 5, 8)
# A board that is forked is armed after 20 ms.
_START_S = 0.06
# Two commits, or a receipt there and back.
_AFTER_S = 0.004
_NETWORKS = ("up", "refuse", "black")
_MOODS: tuple[Answering, ...] = (Prompt(), Silent(), Slow(0.02), Slow(0.1))
# Well enough for the backlog not to grow for ever, ill enough for there to be one.
_NETWORK_WEIGHTS = (6, 2, 2)
_MOOD_WEIGHTS = (6, 2, 1, 1)
_TURN_LINES = 40
# A wire that is cut is news that is no alarm: both kinds wait in the store.
_CUT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Plan:
    """One life: after which line the power is cut, after the how-maniest, how much later; and what it is like."""

    moment: str
    nth: int
    after_s: float
    network: str
    mood: Answering
    turn_at: int
    """After so many lines network and control room are as `then` says; 0 for never."""
    then: tuple[str, Answering]
    is_cut: bool
    """The button's line begins broken."""


def any_plan(rng: Random) -> Plan:
    moment = rng.choice(_MOMENTS)
    return Plan(
        moment=moment,
        nth=rng.choice(_NTH),
        after_s=rng.uniform(0, _START_S) if moment == POWER else rng.choice((0.0, rng.uniform(0, _AFTER_S))),
        network=_any_network(rng),
        mood=_any_mood(rng),
        turn_at=rng.choice((0, 0, rng.randint(1, _TURN_LINES))),
        then=(_any_network(rng), _any_mood(rng)),
        is_cut=rng.random() < _CUT_SHARE,
    )


def _any_network(rng: Random) -> str:
    return rng.choices(_NETWORKS, _NETWORK_WEIGHTS)[0]


def _any_mood(rng: Random) -> Answering:
    return rng.choices(_MOODS, _MOOD_WEIGHTS)[0]
