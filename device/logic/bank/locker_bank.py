"""A bank's doors and the commands that release them, as one thing for the agent. Pure. Implements `Lockers`."""

from collections.abc import Iterable, Mapping

from device.logic.bank.bank import Bank, BankOutcome
from device.logic.bank.lockers import LockersFact, LockersOutcome
from device.logic.bank.orders import Orders
from device.logic.bank.release import Released
from device.logic.bank.settings import BankSettings
from device.logic.command import Command
from device.logic.event import Happening, Phase
from device.logic.kinds import KINDS, ZoneType
from device.logic.units import earliest
from drivers.command_ports import CommandKept, CommandNotKept
from drivers.ports import Beginning, WallClock

_TAMPER = KINDS[ZoneType.TAMPER].what
_KEY = KINDS[ZoneType.KEY].what
# While its switch is wired wrongly or never at rest, nobody knows whether the key is on: then it is not.
_KEY_DOUBTS = frozenset({"trouble.line", "trouble.chatter"})


class LockerBank:
    """Main loop only; outcomes are to be carried out in order."""

    def __init__(self, settings: BankSettings, beginning: Beginning, wall: WallClock) -> None:
        """`wall.at_ns` is when this run begins."""
        self._key_zone = settings.key_zone
        self._key_is_on = False
        self._key_doubts: set[str] = set()
        self._bank = Bank(settings, wall.at_ns, int(beginning.epoch[:8], 16))
        self._orders = Orders(self._bank, settings, beginning.commands, wall, beginning.commands_from_ns)
        self._has_begun = False

    @property
    def states(self) -> Mapping[str, str]:
        return self._bank.states

    @property
    def changes(self) -> int:
        return self._bank.changes

    @property
    def all_known(self) -> bool:
        return self._bank.all_known

    def feed(self, fact: LockersFact, now_ns: int) -> list[LockersOutcome]:
        if isinstance(fact, CommandKept | CommandNotKept):
            outcomes: list[LockersOutcome] = [*self._orders.feed(fact, now_ns)]
            return outcomes
        return self._sort(self._bank.feed(fact, now_ns), now_ns)

    def command(self, command: Command, now_ns: int, wall: WallClock) -> list[LockersOutcome]:
        return [*self._orders.take(command, now_ns, wall)]

    def heed(self, happening: Happening) -> None:
        if happening.phase is Phase.REPORTED:
            return
        is_on = happening.phase is Phase.RAISED
        if happening.subject == self._key_zone:
            self._heed_key(happening.what, is_on=is_on)
        elif happening.what == _TAMPER:
            self._bank.tamper(is_on, happening.at_ns)

    def _heed_key(self, what: str, *, is_on: bool) -> None:
        if what == _KEY:
            self._key_is_on = is_on
        elif what in _KEY_DOUBTS and is_on:
            self._key_doubts.add(what)
        else:
            self._key_doubts.discard(what)
        is_believed = self._key_is_on and not self._key_doubts
        self._bank.key_turned(is_believed)
        self._orders.key_turned(is_believed)

    def tick(self, now_ns: int, wall: WallClock) -> list[LockersOutcome]:
        outcomes: list[LockersOutcome] = []
        if not self._has_begun:
            self._has_begun = True
            outcomes += self._orders.begin(now_ns)
        due_ns = self.due_ns()
        if due_ns is None or now_ns < due_ns:
            return outcomes
        outcomes += self._orders.tick(now_ns)
        return outcomes + self._sort(self._bank.tick(now_ns, wall), now_ns)

    def due_ns(self) -> int | None:
        return earliest(self._bank.due_ns(), self._orders.due_ns())

    def _sort(self, outcomes: Iterable[BankOutcome], now_ns: int) -> list[LockersOutcome]:
        """What became of a release goes to whoever has ordered it."""
        sorted_: list[LockersOutcome] = []
        for outcome in outcomes:
            if isinstance(outcome, Released):
                sorted_ += self._orders.released(outcome, now_ns)
            else:
                sorted_.append(outcome)
        return sorted_
