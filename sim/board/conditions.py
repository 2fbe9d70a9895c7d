"""What lasts at a board beyond its power: how contacts stand, wires, clock and disk. Pure; time is an argument."""

from dataclasses import dataclass, field

from sim.acts import model as act
from sim.acts.bank import BankAct
from sim.acts.model import Act
from sim.acts.words import ContactState, DiskState, Leg, Time, WireFault
from sim.board.bank_conditions import BankConditions

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class ClockState:
    """How a device's clock stands against the right time."""

    state: Time = Time.SYNCED
    off_ns: int = 0
    """What it was off when it was last set, by jumps alone where nobody knows the time."""
    drift_ppm: int = 0
    since_ns: int = 0

    def off_at(self, now_ns: int) -> int:
        """Jumps and drift."""
        return self.off_ns + (now_ns - self.since_ns) * self.drift_ppm // _MILLION


@dataclass(slots=True)
class ZoneConditions:
    """One zone's contact and wires."""

    is_held: bool = False
    contact: ContactState | None = None
    """None: as the board was made."""
    wires: dict[Leg, WireFault] = field(default_factory=lambda: dict.fromkeys(Leg, WireFault.WHOLE))
    swapped_with: str | None = None


class Conditions:
    """One board's. `note` every act that is done to it; `acts` restores all of it at a board that is made anew."""

    def __init__(self, zones: tuple[str, ...], bank: BankConditions | None = None) -> None:
        self.bank = bank
        self.zones = {name: ZoneConditions() for name in zones}
        self.clock = ClockState()
        self.disk = act.Disk(state=DiskState.GOOD)

    def note(self, done: Act, now_ns: int) -> None:
        if isinstance(done, BankAct):
            if self.bank is not None:
                self.bank.note(done)
            return
        match done:
            case act.Hold():
                self.zones[done.zone].is_held = True
            case act.Press() | act.Release():
                self.zones[done.zone].is_held = False
            case act.Contact():
                self.zones[done.zone].contact = done.state
            case act.Wire():
                _note_wire(self.zones[done.zone].wires, done)
            case act.Swap():
                self._swap(done.zone, done.other)
            case act.Clock():
                self.clock = _set(self.clock, done, now_ns)
            case act.Disk() if done.state is not DiskState.CORRUPT:
                self.disk = done
            case _:
                pass

    def acts(self, now_ns: int) -> list[act.StoreAct]:
        """In an order in which they can be done: what is held is found so before it may bounce."""
        restored: list[act.StoreAct] = [] if self.bank is None else list(self.bank.acts())
        for name, zone in self.zones.items():
            if zone.is_held:
                restored.append(act.Hold(zone=name))
            restored += [
                act.Wire(zone=name, state=state, leg=leg)
                for leg, state in zone.wires.items()
                if state is not WireFault.WHOLE
            ]
            if zone.swapped_with is not None and name < zone.swapped_with:
                restored.append(act.Swap(zone=name, other=zone.swapped_with))
            if zone.contact is not None:
                restored.append(act.Contact(zone=name, state=zone.contact))
        if self.clock != ClockState():
            off_ns = self.clock.off_at(now_ns) // 1_000 * 1_000
            restored.append(act.Clock(state=self.clock.state, jump_ns=off_ns, drift_ppm=self.clock.drift_ppm))
        if self.disk.state is not DiskState.GOOD:
            restored.append(self.disk)
        return restored

    def _swap(self, one: str, other: str) -> None:
        if self.bank is not None and one in self.bank.doors:
            self.bank.swap(one, other)
            return
        again = self.zones[one].swapped_with == other
        for name in (one, other):
            self._unswap(name)
        if not again:
            self.zones[one].swapped_with, self.zones[other].swapped_with = other, one

    def _unswap(self, name: str) -> None:
        partner, self.zones[name].swapped_with = self.zones[name].swapped_with, None
        if partner is not None:
            self.zones[partner].swapped_with = None


def _note_wire(wires: dict[Leg, WireFault], done: act.Wire) -> None:
    match done.leg, done.state:
        case Leg.COMMON, WireFault.WHOLE:
            wires.update(dict.fromkeys(Leg, WireFault.WHOLE))
        case Leg.COMMON, WireFault.SHORTED:
            wires[Leg.OPEN] = wires[Leg.CLOSED] = WireFault.SHORTED
        case _:
            wires[done.leg] = done.state


def _set(clock: ClockState, done: act.Clock, now_ns: int) -> ClockState:
    state, off_ns, drift_ppm = clock.state, clock.off_at(now_ns), clock.drift_ppm
    if done.state is Time.SYNCED:
        off_ns, drift_ppm = 0, 0
    elif done.state is Time.UNSET:
        off_ns = 0
    state = done.state or state
    drift_ppm = drift_ppm if done.drift_ppm is None else done.drift_ppm
    return ClockState(state, off_ns + done.jump_ns, drift_ppm, now_ns)
