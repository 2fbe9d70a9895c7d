"""A world: stores, brokers and a control room, on one clock that is turned by hand.

with World(WorldSetup(seed=7)) as world:
    world.start()
    world.perform(Press(zone="counter-button"))
    world.run_for(60)
"""

from itertools import count
from types import TracebackType
from typing import Self

from device.logic.envelope import Refused
from device.logic.receipt import read_receipts
from device.logic.units import S
from drivers.ports import Message
from sim.acts.bank import CommandAct
from sim.acts.model import Act
from sim.acts.reading import describe_act
from sim.clock import ManualClock
from sim.control_room.commands import CommandWriter
from sim.control_room.core import RoomCore
from sim.control_room.desk import Desk, NotTaken, Taken, TakenEvent, TakenStatus
from sim.control_room.ledger import Filing, Ledger
from sim.control_room.mischief import Forger
from sim.control_room.values import VerifiedEvent, VerifiedStatus
from sim.control_room.verifier import Verifier
from sim.schedule import VirtualTime
from sim.world import hands
from sim.world.broker import VirtualBroker
from sim.world.chronicle import Chronicle
from sim.world.connection import Connection
from sim.world.keyring import Keyring
from sim.world.room import VirtualRoom
from sim.world.setup import StoreSetup, WorldSetup
from sim.world.store import Store
from sim.world.witness import Ordered

_ROOM = "room"


class World:
    """One thread. A context manager: ledger, ptys and folders are closed in the end."""

    def __init__(
        self, setup: WorldSetup | None = None, keyring: Keyring | None = None, clock: ManualClock | None = None
    ) -> None:
        """Nothing has power before `start`. keyring, clock: in place of the world's own."""
        self.setup = setup or WorldSetup()
        self.keyring = keyring or Keyring.virtual(store.id for store in self.setup.stores)
        self.time = VirtualTime(clock)
        self.clock = self.time.clock
        self._start_ns = self.clock.monotonic_ns()
        self.chronicle = Chronicle(lambda: self.now_ns)
        self.ledger = Ledger()
        numbers = count(1)
        self.verifier = Verifier(self.keyring.devices, self.keyring.revoked_utc_ns)
        self.desk = Desk(self.verifier, self.ledger, self.keyring.room, _ROOM, lambda: f"jti-{next(numbers)}")
        orders = count(1)
        self._commands = CommandWriter(self.keyring.room, self.keyring.stranger, _ROOM, lambda: f"order-{next(orders)}")
        core = RoomCore(self.desk, Forger(self.keyring.room, self.keyring.stranger))
        self.room = VirtualRoom(core, self.clock, self._after, self._heard, self._said)
        self.stores: dict[str, Store] = {}
        self._carrier: Connection | None = None
        self._is_will = False
        self.brokers = [self._broker(number) for number in range(self.setup.brokers)]
        self.stores |= {store.id: self._store(store) for store in self.setup.stores}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for store in self.stores.values():
            store.close()
        self.ledger.close()

    @property
    def now_ns(self) -> int:
        """Since the world was made."""
        return self.clock.monotonic_ns() - self._start_ns

    def start(self) -> None:
        """Power on, everywhere."""
        for store in self.stores.values():
            store.switch_on()

    def run_for(self, seconds: float) -> None:
        self.time.run_for(round(seconds * S))

    def run_until(self, at_ns: int) -> None:
        """Since the world was made. ValueError for the past."""
        self.time.run_until(self._start_ns + at_ns)

    def refuses(self, act: Act, store: str | None = None) -> str | None:
        """Why an act cannot be done in this world; None if it can."""
        return hands.refuses(self, act, store)

    def perform(self, act: Act, store: str | None = None) -> None:
        """Now. `store` may be left out where there is one. ValueError with what `refuses` says."""
        refusal = self.refuses(act, store)
        if refusal is not None:
            raise ValueError(refusal)
        where = hands.place_of(self, act, store)
        self.chronicle.add(where, "act", describe_act(act))
        hands.perform(self, act, store)

    def command(self, store: Store, asked: CommandAct) -> None:
        """The control room gives an order, on every broker. It is lost if the room is away."""
        if self.room.is_away:
            self.chronicle.add(_ROOM, "act", "nobody is there to give orders")
            return
        written = self._commands.write(asked, store.id, self.clock.wall())
        store.witness.orders.append(Ordered(self.clock.monotonic_ns(), written.jti, asked))
        self.chronicle.add(
            _ROOM, "ordered", f"{store.id} {written.jti} {written.command} {written.door or ''}".rstrip()
        )
        for message in written.messages:
            for broker in range(len(self.brokers)):
                store.link.receive(broker, message)

    def mend(self) -> None:
        """End every fault."""
        self.chronicle.add("world", "act", "everything is mended")
        hands.mend(self)

    # ------------------------------------------------------------ wiring

    def _after(self, delay_ns: int, action: hands.Action) -> None:
        self.time.schedule.at(self.clock.monotonic_ns() + delay_ns, action)

    def _broker(self, number: int) -> VirtualBroker:
        return VirtualBroker(self._after, self._deliver, lambda: self._recheck(number), self._lose)

    def _store(self, setup: StoreSetup) -> Store:
        return Store(
            setup,
            seed=self.setup.seed,
            true_clock=self.clock,
            schedule=self.time.schedule,
            brokers=self.brokers,
            room_keys=self.keyring.room_keys,
            office=self.keyring.offices[setup.id],
            runs_errands=self.keyring.runs_errands,
            tell=self.chronicle.add,
            now_ns=lambda: self.now_ns,
        )

    def _recheck(self, broker: int) -> None:
        for store in self.stores.values():
            store.link.recheck(broker)

    # ------------------------------------------------------------ the control room

    def _deliver(self, message: Message, connection: Connection, is_will: bool) -> None:
        self._carrier, self._is_will = connection, is_will
        if self.room.is_away:
            self._lose(message, connection)
        self.room.take(message)

    def _lose(self, message: Message, connection: Connection) -> None:
        if message.topic.endswith("/status"):
            self.stores[connection.device].witness.lost_status_ns = self.now_ns

    def _heard(self, taken: Taken) -> None:
        match taken:
            case TakenEvent():
                self._arrived(taken.event, taken.filing)
            case TakenStatus(status=status, is_news=True):
                self._presence(status)
            case NotTaken():
                self.chronicle.add(_ROOM, "refused", f"{taken.letter.topic}: {taken.reason}")

    def _arrived(self, event: VerifiedEvent, filing: Filing) -> None:
        self.stores[event.device].witness.arrivals[event.place] += 1
        if filing is not Filing.DUPLICATE:
            text = f"{event.place} {event.type.removeprefix('ansim.')} {event.phase} {event.subject}"
            self.chronicle.add(_ROOM, "arrived", f"{event.device} {text}{'' if filing is Filing.NEW else ' CONFLICT'}")

    def _presence(self, status: VerifiedStatus) -> None:
        store, number = self.stores[status.device], 0 if self._carrier is None else self._carrier.number
        if store.room_thinks is not status.presence:
            store.room_thinks = status.presence
            self.chronicle.add(_ROOM, "presence", f"{status.device} is {status.presence}")
        if not self._is_will:
            store.heard_connection = max(store.heard_connection, number)
        elif number < store.heard_connection:
            # The newer connection has spoken: what an older one left behind must not hide that.
            text = f"the will of connection {number} hides connection {store.heard_connection}"
            store.witness.faults.append((self.now_ns, "presence", text))

    def _said(self, message: Message, honest: bool) -> None:
        device = message.topic.split("/")[2]
        store = self.stores[device]
        if honest:
            try:
                for receipt in read_receipts(message.payload, device, self.keyring.room_keys):
                    store.witness.promise(receipt)
            except Refused:  # it was meant well, and says nothing
                pass
        for broker in range(len(self.brokers)):
            store.link.receive(broker, message)
