"""Faults of a live store's way to its broker, by the words of the acts."""

from device.logic.units import MS, S
from sim.acts.model import Network
from sim.acts.words import NetworkState
from sim.network.network import FaultyLink
from sim.testing.errors import Unplayable

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True


def become(link: FaultyLink, asked: Network) -> None:
    """Returns when the fault is in force. Raises Unplayable for what a proxy on one machine cannot do."""
    match asked.state:
        case NetworkState.UP:
            link.up()
        case NetworkState.REFUSED:
            link.refuse()
        case NetworkState.BLACK:
            link.black()
        case NetworkState.SLOW:
            link.slow(asked.delay_ns / MS)
        case NetworkState.FLAPPING:
            link.flap(asked.period_ns / S)
        case NetworkState.HALF_OPEN_UP:
            link.half_open(passes_up=True)
        case NetworkState.HALF_OPEN_DOWN:
            link.half_open(passes_up=False)
        case NetworkState.LOSSY:
            raise Unplayable(f'network.state = "{asked.state}": in virtual time alone; the kernel speaks TCP here')
