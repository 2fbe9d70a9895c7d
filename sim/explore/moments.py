"""Times and lengths as chance draws them. Pure."""

from math import exp, log
from random import Random

from device.logic.units import MS, S

MINUTE_NS, HOUR_NS = 60 * S, 3_600 * S
# A scenario file writes times in microseconds.
_GRAIN_NS = 1_000
# Where things go wrong: at the very moment, within a round trip, within a debounce, within a commit, within a resend.
_NEAR_NS = (0, 1_000, MS, 2 * MS, 3 * MS, 4 * MS, 6 * MS, 20 * MS, 24 * MS, 60 * MS, 300 * MS, 3 * S, 11 * S)


def between(random: Random, least_ns: int, most_ns: int) -> int:
    """Any length, short ones as likely as long ones by the factor: a second to a minute as a minute to an hour."""
    return grained(round(exp(random.uniform(log(least_ns), log(most_ns)))))


def anywhen(random: Random, first_ns: int, last_ns: int) -> int:
    return grained(round(random.uniform(first_ns, last_ns)))


def near(random: Random, moment_ns: int) -> int:
    """A moment at which things are about to go wrong, or have just done so."""
    away_ns = random.choice(_NEAR_NS)
    spread_ns = round(away_ns * random.uniform(0.7, 1.3)) if random.random() < 0.5 else away_ns
    return max(grained(moment_ns + random.choice((-1, 1, 1)) * spread_ns), 0)


def grained(at_ns: int) -> int:
    return at_ns // _GRAIN_NS * _GRAIN_NS
