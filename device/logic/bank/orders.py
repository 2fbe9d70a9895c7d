"""The control room's commands to a bank: judged, made durable, carried out once, told. Pure.

Implements docs/protocol.md, "Command". What opens a door is stored before it acts, and has an outcome: `command.done`,
`.refused` or `.unknown` (`order.py` says which). Subject is the `jti`; the detail has `command`, `door`, and:

- done: `result`, `after_ms` since it was taken, `revision` of the door now;
- refused: `reason`, a `Reason` or what became of the door; `revision` of the door if another one was asked for;
- unknown: `reason`.

A `jti` that comes again is passed over while its command is under way and after it was refused. Once after any other
end it is answered by `command.refused` with the reason `seen before` and its `outcome`.
"""

from typing import Any, Protocol

from device.logic.bank.judge import AHEAD_NS, PASSING, Act, Judge, Reason, Request
from device.logic.bank.limiter import Limiter
from device.logic.bank.memory import Memory
from device.logic.bank.order import Order
from device.logic.bank.release import Released
from device.logic.bank.settings import BankSettings
from device.logic.bank.states import DoorView
from device.logic.command import Command
from device.logic.effects import KeepCommand
from device.logic.event import Happening, Phase, utc_at
from device.logic.units import MS, earliest
from drivers.command_ports import CommandKept, CommandNotKept, CommandState, KeptCommand
from drivers.ports import WallClock

OrderOutcome = Happening | KeepCommand


class BankPort(Protocol):
    """The doors, as far as commands need them."""

    def release(self, door: str, by: str, now_ns: int, until_ns: int | None) -> None:
        """Release a door, not from `until_ns` on. Answered by one Released with this `by`, whatever happens."""
        ...

    def revision(self, door: str) -> int: ...

    def view(self, door: str) -> DoorView: ...


class Orders:
    """Commands from being taken to their end. Main loop only; outcomes are to be carried out in order."""

    def __init__(
        self,
        bank: BankPort,
        settings: BankSettings,
        kept: tuple[KeptCommand, ...],
        wall: WallClock,
        commands_from_ns: int | None,
    ) -> None:
        """`wall.at_ns`: this run begins. kept, commands_from_ns: `commands` and its fellow in ports.Beginning.

        Where nobody knows what was taken before this run, nothing that was issued before it opens a door.
        """
        self._bank = bank
        self._settings = settings
        self._cut_short = tuple(command for command in kept if command.state is CommandState.TAKEN)
        remember_ns = max(settings.remote_window_ns, settings.command_life_ns + AHEAD_NS)
        self._memory = Memory(kept, wall.at_ns, remember_ns)
        self._judge = Judge(bank, settings, self._memory, wall, commands_from_ns)
        opened = [c.taken_ns for c in kept if c.state is not CommandState.REFUSED for _ in range(c.opens)]
        self._limiter = Limiter(settings.remote_opens, settings.remote_window_ns, opened, wall.at_ns)
        self._key_is_on = False
        self._orders: dict[str, Order] = {}

    def begin(self, now_ns: int) -> list[Happening]:
        """Tell what earlier runs have left without an outcome."""
        told, self._cut_short = self._cut_short, ()
        return [
            _told(CommandState.UNKNOWN, (command.jti, command.name, command.subject), now_ns, {"reason": "restarted"})
            for command in told
        ]

    def key_turned(self, is_on: bool) -> None:
        """The key switch on the bank: while it is on, nothing is limited. Turned back, it ends the opening of all."""
        self._key_is_on = is_on

    def take(self, command: Command, now_ns: int, wall: WallClock) -> list[OrderOutcome]:
        """The control room asks; the signature has been verified."""
        if command.jti in self._memory:
            return self._repeated(command, now_ns)
        request = self._judge.read(command)
        if isinstance(request, Reason):
            return self._refuse(command, "", request, now_ns)
        reason = self._judge.objection(request, now_ns, wall) or self._refusal(request, now_ns, wall)
        if reason is not None:
            return self._turn_away(request, reason, now_ns, wall)
        if not request.opens:
            self._memory.pass_over(command.jti)
            return [_told(CommandState.DONE, _names(request), now_ns, self._seen(request.door, now_ns))]
        return [self._begin(request, now_ns, wall)]

    def feed(self, fact: CommandKept | CommandNotKept, now_ns: int) -> list[OrderOutcome]:
        """The disk has answered. What it took may have waited for long: whether it still holds is asked again."""
        order = self._orders.get(fact.jti)
        if order is None or order.begun:
            return []
        request = order.request
        if isinstance(fact, CommandNotKept):
            return [self._give_up(order, Reason.NOT_STORED, now_ns)]
        if now_ns >= order.expires_ns:
            return [self._give_up(order, Reason.EXPIRED, now_ns)]
        if request.act is Act.OPEN_ALL and not self._key_is_on:
            return [self._give_up(order, Reason.KEY, now_ns)]
        changed = self._judge.changed(request)
        if changed is not None:
            return [self._give_up(order, changed, now_ns)]
        self._release(order, now_ns)
        return self._conclude(order, now_ns)

    def released(self, released: Released, now_ns: int) -> list[OrderOutcome]:
        """The bank says what became of a door; those that somebody else has asked for are passed over."""
        order = self._orders.get(released.by)
        if order is None:
            return []
        order.released(released)
        if order.request.act is Act.OPEN_ALL and self._key_is_on:
            self._release(order, now_ns)
        return self._conclude(order, now_ns)

    def tick(self, now_ns: int) -> list[OrderOutcome]:
        """Forget what has expired, and do not wait any longer for a disk that hangs."""
        self._memory.forget(now_ns)
        late = [order for order in self._orders.values() if not order.begun and order.expires_ns <= now_ns]
        return [self._give_up(order, Reason.NOT_STORED, now_ns) for order in late]

    def due_ns(self) -> int | None:
        """When to call tick next."""
        return earliest(
            self._memory.due_ns(), *(order.expires_ns for order in self._orders.values() if not order.begun)
        )

    # ------------------------------------------------------------ refusing

    def _refusal(self, request: Request, now_ns: int, wall: WallClock) -> Reason | None:
        """What else is going on, that stands against it."""
        if not request.opens:
            return None
        if self._memory.is_full:
            return Reason.BUSY
        if request.act is Act.OPEN_ALL and not self._key_is_on:
            return Reason.KEY
        if not self._key_is_on and not self._limiter.allows(now_ns, wall):
            return Reason.LIMIT
        return None

    def _turn_away(self, request: Request, reason: Reason, now_ns: int, wall: WallClock) -> list[OrderOutcome]:
        refused = self._refuse(request.command, request.door, reason, now_ns)
        utc_ns = utc_at(now_ns, wall)
        # One from far ahead would be kept for as long.
        lives = request.expires_ns <= utc_ns + 2 * self._settings.command_life_ns or not wall.synced
        if request.opens and reason in PASSING and lives:
            return [KeepCommand(_kept(request, 0, utc_ns, CommandState.REFUSED)), *refused]
        return refused

    def _refuse(self, command: Command, door: str, reason: Reason, now_ns: int) -> list[OrderOutcome]:
        self._memory.pass_over(command.jti)
        names = command.jti, command.name, door
        return [_told(CommandState.REFUSED, names, now_ns, self._why(door, reason))]

    def _repeated(self, command: Command, now_ns: int) -> list[OrderOutcome]:
        outcome = self._memory.repeat(command.jti)
        if outcome is None:
            return []
        detail = {"reason": Reason.SEEN.value, "outcome": outcome.value}
        return [_told(CommandState.REFUSED, (command.jti, command.name, ""), now_ns, detail)]

    def _why(self, door: str, reason: Reason) -> dict[str, Any]:
        more = {"revision": self._bank.revision(door)} if reason is Reason.REVISION else {}
        return {"reason": reason.value, **more}

    def _give_up(self, order: Order, reason: Reason, now_ns: int) -> Happening:
        """Refuse an order that was taken, and of which nothing has been done."""
        return self._end(order, CommandState.REFUSED, now_ns, self._why(order.request.door, reason))

    # ------------------------------------------------------------ carrying out

    def _begin(self, request: Request, now_ns: int, wall: WallClock) -> KeepCommand:
        utc_ns = utc_at(now_ns, wall)
        all_doors = tuple(door.name for door in self._settings.doors if door.lock is not None)
        doors = (request.door,) if request.door else all_doors
        counted = not self._key_is_on
        if counted:
            self._limiter.count(now_ns)
        jti, expires_ns = request.command.jti, now_ns + request.expires_ns - utc_ns
        self._memory.take(jti, request.expires_ns, now_ns)
        self._orders[jti] = Order(request, doors, expires_ns, now_ns, counted=counted)
        return KeepCommand(_kept(request, int(counted), utc_ns, CommandState.TAKEN))

    def _release(self, order: Order, now_ns: int) -> None:
        # A bank needs longer to open all doors than a command lives: while the key is on, somebody stands there.
        until_ns = None if order.request.act is Act.OPEN_ALL else order.expires_ns
        for door in order.next_doors():
            self._bank.release(door, order.request.command.jti, now_ns, until_ns)

    def _conclude(self, order: Order, now_ns: int) -> list[OrderOutcome]:
        if not order.is_over:
            return []
        state, words = order.end(now_ns)
        if order.request.door:
            words["revision"] = self._bank.revision(order.request.door)
        return [self._end(order, state, now_ns, words)]

    def _end(self, order: Order, state: CommandState, now_ns: int, words: dict[str, Any]) -> Happening:
        jti = order.request.command.jti
        del self._orders[jti]
        self._memory.conclude(jti, state)
        if order.counted and not order.was_sent:
            self._limiter.give_back(order.taken_ns)
        return _told(state, _names(order.request), now_ns, words)

    def _seen(self, door: str, now_ns: int) -> dict[str, Any]:
        """What can be seen of a door; of all of them no more than fits into one envelope."""
        if not door:
            views = [self._bank.view(each.name) for each in self._settings.doors]
            return {"doors": {view.name: [view.state.value, view.revision] for view in views}}
        view = self._bank.view(door)
        return {
            "state": view.state.value,
            "for_ms": (now_ns - view.since_ns) // MS,
            "revision": view.revision,
            "reed": view.reed,
            "latch": view.latch,
            "last": None if view.last is None else view.last.value,
            "seen_ms_ago": None if view.seen_ns is None else (now_ns - view.seen_ns) // MS,
        }


def _kept(request: Request, opens: int, taken_ns: int, state: CommandState) -> KeptCommand:
    return KeptCommand(*_names(request), opens, taken_ns, request.expires_ns, state)


def _names(request: Request) -> tuple[str, str, str]:
    return request.command.jti, request.command.name, request.door


def _told(state: CommandState, names: tuple[str, str, str], now_ns: int, words: dict[str, Any]) -> Happening:
    jti, command, door = names
    detail = {**words, "command": command, **({"door": door} if door else {})}
    return Happening(now_ns, f"command.{state.value}", jti, Phase.REPORTED, detail=detail)
