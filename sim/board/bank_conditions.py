"""What lasts at a locker bank beyond the power of its board: doors, locks, cables, lock boards. Pure."""

from dataclasses import dataclass, field

from sim.acts import bank as act
from sim.acts.bank import BenchAct, DoorAct
from sim.acts.model import Swap
from sim.acts.words import AdapterState, Breaks, CableEnd, CableState, LockBoardState, MechanismState, OnOff


@dataclass(slots=True)
class DoorConditions:
    """One compartment. `is_hooked`: the hook is over, whether or not it holds anything."""

    is_open: bool = False
    is_hooked: bool = True
    is_torn: bool = False
    """The strike is off: the hook holds nothing."""
    mechanism: MechanismState = MechanismState.GOOD
    swapped_with: str | None = None
    """The door whose lock has the end of this one's cable, and the other way round."""
    cables: dict[CableEnd, CableState] = field(default_factory=lambda: dict.fromkeys(CableEnd, CableState.WHOLE))


class BankConditions:
    """One bank's. `note` every act, and `saw` what moves by itself; `acts` restores it at a board that is made anew."""

    def __init__(self, doors: tuple[str, ...], boards: dict[str, int]) -> None:
        """boards: how many each bus has."""
        self.doors = {name: DoorConditions() for name in doors}
        self.boards = {
            (bus, number): act.LockBoard(bus=bus, board=number, state=LockBoardState.WELL)
            for bus, count in boards.items()
            for number in range(1, count + 1)
        }
        self.adapters = dict.fromkeys(boards, AdapterState.IN)
        self.noise = dict.fromkeys(boards, OnOff.OFF)

    def saw(self, name: str, *, is_open: bool, is_hooked: bool) -> None:
        """How a door stands."""
        self.doors[name].is_open, self.doors[name].is_hooked = is_open, is_hooked

    def swap(self, one: str, other: str) -> None:
        """The cables to their locks; once more puts them right. Ask `may_swap` before."""
        again = self.doors[one].swapped_with == other
        self.doors[one].swapped_with = None if again else other
        self.doors[other].swapped_with = None if again else one

    def may_swap(self, one: str, other: str) -> bool:
        """Whether the cables to their locks are in their own places, or in each other's."""
        return self.doors[one].swapped_with in (None, other) and self.doors[other].swapped_with in (None, one)

    def note(self, done: act.BankAct) -> None:
        match done:
            case act.Force(breaks=Breaks.STRIKE):
                self.doors[done.door].is_torn |= not self.doors[done.door].is_open
            case act.Mechanism():
                door = self.doors[done.door]
                door.mechanism = done.state
                door.is_torn &= done.state is not MechanismState.GOOD
            case act.Cable():
                self.doors[done.door].cables[done.sensor] = done.state
            case act.LockBoard():
                self.boards[done.bus, done.board] = done
            case act.Adapter():
                self.adapters[done.bus] = done.state
            case act.CoilNoise():
                self.noise[done.bus] = done.state
            case _:
                pass

    def acts(self) -> list[DoorAct | BenchAct | Swap]:
        """In an order in which they can be done."""
        restored: list[DoorAct | BenchAct | Swap] = []
        for name, door in self.doors.items():
            restored += _stand(name, door)
            if door.mechanism is not MechanismState.GOOD:
                restored.append(act.Mechanism(door=name, state=door.mechanism))
            restored += [
                act.Cable(door=name, sensor=end, state=state)
                for end, state in door.cables.items()
                if state is not CableState.WHOLE
            ]
            if door.swapped_with is not None and name < door.swapped_with:
                restored.append(Swap(zone=name, other=door.swapped_with))
        restored += [board for board in self.boards.values() if board.state is not LockBoardState.WELL]
        restored += [
            act.Adapter(bus=bus, state=state) for bus, state in self.adapters.items() if state is not AdapterState.IN
        ]
        restored += [act.CoilNoise(bus=bus, state=state) for bus, state in self.noise.items() if state is OnOff.ON]
        return restored


def _stand(name: str, door: DoorConditions) -> list[DoorAct]:
    if door.is_torn:
        torn: list[DoorAct] = [act.Force(door=name, breaks=Breaks.STRIKE)]
        return torn if door.is_open else [*torn, act.Shut(door=name)]
    if door.is_open and door.is_hooked:
        return [act.Force(door=name), act.Trip(door=name)]
    # No hand can make a door that is shut with its hook free: it is found ajar, as the next draught leaves it.
    return [act.Force(door=name)] if door.is_open or not door.is_hooked else []
