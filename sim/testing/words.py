"""Words of a test, read as those of a scenario file are. Pure."""

from collections.abc import Mapping

from device.config.reading import Faulty, Reading
from device.logic.units import S
from sim.acts.durations import Duration
from sim.acts.model import Act
from sim.acts.reading import ACTS, read_act
from sim.testing.errors import Unplayable

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True


def act_of(do: str, arguments: Mapping[str, object], where: str) -> Act:
    """where: what a fault's line begins with. A key that is a word of Python has a _ behind it. Raises Unplayable."""
    reading = Reading(where)
    try:
        return read_act(
            do, {name.rstrip("_"): value for name, value in arguments.items()}, do if do in ACTS else "", reading
        )
    except Faulty:
        raise Unplayable("\n".join(reading.faults)) from None


def seconds_of(duration: str, what: str, where: str) -> float:
    """Raises Unplayable for what is no duration."""
    reading = Reading(where)
    try:
        return Duration().read(duration, what, reading) / S
    except Faulty:
        raise Unplayable("\n".join(reading.faults)) from None
