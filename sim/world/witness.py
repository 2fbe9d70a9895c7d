"""What is remembered of a world so that it can be judged: who said what, and who was entitled to."""

from collections import Counter
from dataclasses import dataclass, field

from device.logic.event import Happening
from drivers.ports import Place, Record


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the agent made it."""

    at_ns: int
    life: int
    record: Record
    happening: Happening


@dataclass(slots=True)
class Witness:
    """Of one store, over all its lives. `at_ns` counts from the start of the world."""

    told: list[Told] = field(default_factory=list)
    epochs: list[str] = field(default_factory=list)
    """Of each life."""
    digests: dict[Place, str] = field(default_factory=dict)
    places: dict[bytes, Place] = field(default_factory=dict)
    """By envelope."""
    confirmed: set[Place] = field(default_factory=set)
    """Said by the disk to survive a power cut."""
    promised: dict[Place, str] = field(default_factory=dict)
    """Digests of the control room's honest receipts."""
    settled: set[Place] = field(default_factory=set)
    """Said by the disk to be forgotten for good."""
    arrivals: Counter[Place] = field(default_factory=Counter)
    """How often the control room was given an event."""
    is_disk_harmed: bool = False
    """What was stored may be gone: no disk keeps its word then."""
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    """What was seen to be wrong when it happened: time, rule, text."""
