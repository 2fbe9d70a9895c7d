"""How a contact bounces. Pure; chance is handed in."""

from dataclasses import dataclass
from random import Random

_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Bounce:
    """How badly one movement of a contact bounces: lengths are drawn exponentially, and cut at the longest."""

    mean_ns: int
    longest_ns: int
    most_pairs: int
    """A pair is one opening and one closing; 0 is a contact that does not bounce."""
    transfer_ns: int
    """How long the tongue of a changeover contact touches neither side."""
    breaks: int = 0
    """How often it loses touch again while it is held."""


# J. Ganssle, "A Guide to Debouncing" (2004): 18 kinds of switches, 300 movements each. Left aside the two worst, they
# bounced for 1.6 ms on average and for 6.2 ms at most; the worst of all for 157 ms. Opening bounces as closing does.
# He gives no counts and no transfer times: the pairs are tens of microseconds apart on his pictures, transfer is a
# guess from the travel of snap-action switches. The mean of the worn one is a guess too: it must reach its longest.
CLEAN = Bounce(mean_ns=0, longest_ns=0, most_pairs=0, transfer_ns=1 * _MS)
GOOD = Bounce(mean_ns=1_600_000, longest_ns=6_200_000, most_pairs=10, transfer_ns=2 * _MS)
WORN = Bounce(mean_ns=40 * _MS, longest_ns=157 * _MS, most_pairs=40, transfer_ns=10 * _MS)

# Both are guesses for want of measurements: a crumb that lets go for some milliseconds a few times a second, and a hand
# that creeps, so that the tongue of a snap-action switch hangs between its sides.
DIRTY = Bounce(mean_ns=5 * _MS, longest_ns=40 * _MS, most_pairs=20, transfer_ns=3 * _MS, breaks=12)
SLOW = Bounce(mean_ns=10 * _MS, longest_ns=60 * _MS, most_pairs=20, transfer_ns=150 * _MS)
BREAK_EVERY_NS = 250 * _MS
BREAK_MEAN_NS = 6 * _MS

PROFILES = {"clean": CLEAN, "good": GOOD, "worn": WORN, "dirty": DIRTY, "slow": SLOW}


def bounce(rng: Random, profile: Bounce) -> tuple[int, ...]:
    """When the contact changes, in ns after it begins to move: ascending, the first 0, an odd number of them.

    So the first change is the new state, and so is the last.
    """
    if profile.most_pairs == 0 or profile.longest_ns == 0:
        return (0,)
    length_ns = min(round(rng.expovariate(1 / profile.mean_ns)), profile.longest_ns)
    inner = 2 * rng.randint(0, profile.most_pairs) - 1
    # Different moments, and none at 0; a length too short for them has fewer.
    inner = min(inner, 2 * ((length_ns - 1) // 2) - 1)
    if inner < 1:
        return (0,)
    return (0, *sorted(rng.sample(range(1, length_ns), inner)), length_ns)
