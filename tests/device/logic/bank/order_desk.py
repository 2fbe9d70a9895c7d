"""The commands of a bank on a table: the doors are played, time is turned by hand."""

from dataclasses import dataclass, field
from typing import Any

from device.logic.bank.orders import OrderOutcome, Orders
from device.logic.bank.release import Released, ReleaseResult
from device.logic.bank.settings import BankSettings, DoorSettings, Reed
from device.logic.bank.states import DoorState, DoorView
from device.logic.command import Command
from device.logic.effects import KeepCommand
from device.logic.event import Happening, utc_at
from device.logic.units import S
from drivers.command_ports import CommandKept, CommandNotKept, CommandState, KeptCommand
from drivers.ports import WallClock

NOON_S = 1_795_214_161
START_NS = 1_000 * S
"""Of a run, monotonic; NOON_S is the same moment."""

LOCKED = tuple(DoorSettings(f"{number:02}", f"left/1/{number}", reed=Reed(f"GPIO{number}")) for number in range(1, 21))
SETTINGS = BankSettings(doors=(*LOCKED, DoorSettings("nook", reed=Reed("GPIO27"))), key_zone="key")


class PlayedBank:
    """Remembers what it was asked for; its doors do what a test says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.until_ns: list[int | None] = []
        self.revisions: dict[str, int] = {}

    def release(self, door: str, by: str, now_ns: int, until_ns: int | None) -> None:
        assert now_ns > 0
        self.until_ns.append(until_ns)
        self.asked.append((door, by))

    def revision(self, door: str) -> int:
        return self.revisions.get(door, 7)

    def view(self, door: str) -> DoorView:
        secured = DoorState.SECURED
        return DoorView(door, secured, START_NS - S, self.revision(door), "closed", "locked", secured, START_NS)


@dataclass(slots=True)
class OrderDesk:
    """One run of a bank's orders. `keeps`: the disk takes a command at once."""

    settings: BankSettings = SETTINGS
    kept: tuple[KeptCommand, ...] = ()
    commands_from_ns: int | None = 0
    synced: bool = True
    keeps: bool = True
    now_ns: int = START_NS
    behind_s: int = 0
    """How far the wall clock has been turned back."""
    bank: PlayedBank = field(default_factory=PlayedBank)
    told: list[Happening] = field(default_factory=list)
    stored: list[KeptCommand] = field(default_factory=list)
    orders: Orders = field(init=False)

    def __post_init__(self) -> None:
        self.orders = Orders(self.bank, self.settings, self.kept, self.wall, self.commands_from_ns)
        self._do(list(self.orders.begin(self.now_ns)))

    @property
    def wall(self) -> WallClock:
        utc_ns = (NOON_S - self.behind_s) * S + self.now_ns - START_NS
        return WallClock(self.now_ns, utc_ns, self.synced)

    @property
    def now_s(self) -> int:
        return utc_at(self.now_ns, self.wall) // S

    def after(self, seconds: float) -> None:
        """Time goes by; what is due happens when it is due."""
        end_ns = self.now_ns + int(seconds * S)
        while (due_ns := self.orders.due_ns()) is not None and due_ns <= end_ns:
            self.now_ns = max(self.now_ns, due_ns)
            self._do(self.orders.tick(self.now_ns))
        self.now_ns = end_ns
        self._do(self.orders.tick(self.now_ns))

    def command(self, jti: str = "c-1", name: str = "door.unlock", **changed: Any) -> Command:
        """A good command that is given now."""
        args = {"door": "07"} if name == "door.unlock" else {}
        given: dict[str, Any] = {"issued_s": self.now_s, "expires_s": self.now_s + 60, "args": args}
        return Command(jti, name, **{**given, **changed})

    def take(self, command: Command) -> list[Happening]:
        """What is told at once; what the bank is asked for is in `bank.asked`."""
        before = len(self.told)
        self._do(self.orders.take(command, self.now_ns, self.wall))
        return self.told[before:]

    def unlock(self, jti: str = "c-1", **changed: Any) -> list[Happening]:
        return self.take(self.command(jti, **changed))

    def disk(self, jti: str = "c-1", *, kept: bool = True) -> None:
        """The answer of a disk that was not in a hurry."""
        fact = CommandKept(self.now_ns, jti) if kept else CommandNotKept(self.now_ns, jti)
        self._do(self.orders.feed(fact, self.now_ns))

    def released(self, result: ReleaseResult, jti: str = "c-1", door: str = "07", **detail: Any) -> None:
        self._do(self.orders.released(Released(jti, door, result, self.now_ns, 1, detail), self.now_ns))

    def open(self, jti: str, **changed: Any) -> None:
        """A whole command that ends well."""
        self.unlock(jti, **changed)
        self.released(ReleaseResult.OPENED, jti)

    def reasons(self) -> list[str]:
        return [happening.detail["reason"] for happening in self.told if happening.what == "command.refused"]

    def _do(self, outcomes: list[OrderOutcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Happening):
                self.told.append(outcome)
            else:
                self._keep(outcome)

    def _keep(self, outcome: KeepCommand) -> None:
        self.stored.append(outcome.command)
        if self.keeps:
            self.disk(outcome.command.jti)


def kept(jti: str, state: CommandState, age_s: float = 0, opens: int = 1) -> KeptCommand:
    """A command that an earlier run has taken so long before this one."""
    taken_ns = int((NOON_S - age_s) * S)
    return KeptCommand(jti, "door.unlock", "07", opens, taken_ns, taken_ns + 60 * S, state)
