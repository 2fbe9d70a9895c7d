"""Puts a proxy into the state that an act names."""

from typing import assert_never

from device.logic.units import MS, S
from sim.acts.model import Network
from sim.acts.words import NetworkState
from sim.network.network import FaultyLink


def become(link: FaultyLink, asked: Network) -> None:
    """Returns when the fault is in force."""
    match asked.state:
        case NetworkState.UP:
            link.up()
        case NetworkState.REFUSED:
            link.refuse()
        case NetworkState.BLACK:
            link.black()
        case NetworkState.SLOW:
            link.slow(asked.delay_ns / MS)
        case NetworkState.LOSSY:
            link.lossy(asked.loss_percent / 100)
        case NetworkState.HALF_OPEN_UP:
            link.half_open(passes_up=True)
        case NetworkState.HALF_OPEN_DOWN:
            link.half_open(passes_up=False)
        case NetworkState.FLAPPING:
            link.flap(asked.period_ns / S)
        case _:
            assert_never(asked.state)
