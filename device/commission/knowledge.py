"""What has been learned of the bank so far: doors that are proved, locks that opened something, pulses given. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from device.commission.orders import Pair, pairs_of, wires_of
from device.commission.plan import Plan, Proved
from device.commission.signals import Input, Snapshot, bits
from device.logic.units import S

# What a lock's coil bears: as the agent's own rule for each lock (device.logic.bank.settings).
_PULSES, _WINDOW_NS, _PAUSE_NS = 3, 30 * S, 2 * S


@dataclass(frozen=True, slots=True)
class Learned:
    """A pulse on `lock` moved `inputs`, whosever they are."""

    lock: str
    inputs: frozenset[Input]


class Knowledge:
    """One run of commissioning. One thread."""

    def __init__(self, plan: Plan, proved: Iterable[Proved]) -> None:
        self.plan = plan
        self._proved = {one.door: one for one in proved}
        self._learned: dict[str, Learned] = {}
        self._pulses: dict[str, list[int]] = {}

    @property
    def proved(self) -> tuple[Proved, ...]:
        """In the order of the plan."""
        return tuple(self._proved[door] for door in self.plan.doors if door in self._proved)

    @property
    def learned(self) -> tuple[Learned, ...]:
        return tuple(self._learned.values())

    def has(self, door: str) -> bool:
        return door in self._proved

    def add(self, proved: Proved) -> None:
        self._proved[proved.door] = proved

    def forget(self, doors: Iterable[str]) -> None:
        """They have to be proved again."""
        for door in doors:
            self._proved.pop(door, None)

    def learn(self, lock: str, inputs: frozenset[Input]) -> None:
        self._learned[lock] = Learned(lock, inputs)

    def unlearn(self) -> None:
        """Wires may have been changed: only what is proved counts."""
        self._learned.clear()

    def owners_of(self, inputs: frozenset[Input]) -> tuple[str, ...]:
        """The proved doors that these inputs belong to."""
        return tuple(one.door for one in self.proved if one.inputs & inputs)

    def open_doors(self, believed: Snapshot) -> tuple[str, ...]:
        """The proved doors that are not shut."""
        return tuple(
            one.door for one in self.proved if (one.high_when_shut ^ believed.high) & one.inputs & believed.inputs
        )

    def pairs(self) -> tuple[Pair, ...]:
        seen = [Pair(one.lock, bit) for one in self.learned for bit in bits(one.inputs)]
        return (*pairs_of(self.proved), *seen)

    def wires_of(self, inputs: Iterable[Input]) -> tuple[str, ...]:
        return wires_of(inputs, self.plan, self.pairs())

    def pulsed(self, lock: str, at_ns: int) -> None:
        self._pulses.setdefault(lock, []).append(at_ns)

    def may_pulse_at_ns(self, lock: str) -> int:
        """From when on this coil bears another pulse; 0 if it has had none."""
        given = self._pulses.get(lock, [])[-_PULSES:]
        if not given:
            return 0
        rested_ns = given[-1] + _PAUSE_NS
        return max(rested_ns, given[0] + _WINDOW_NS) if len(given) == _PULSES else rested_ns
