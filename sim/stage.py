"""Stores, their networks, brokers and a control room on this machine, wired together and ready to be played with."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from device.logic.envelope import MAX_BYTES
from drivers.clock import SystemClock
from drivers.mqtt.brokers import Broker as Address
from drivers.mqtt.link import MqttLink
from drivers.ports import Link, Message, Post
from sim.board.lines import Seen
from sim.board.remote import RemoteBoard, Start, start_alone
from sim.broker.brokers import Broker, open_broker
from sim.broker.forget import forget_session
from sim.control_room.device_keys import DeviceKeys
from sim.control_room.ledger import Ledger
from sim.control_room.room import SUBSCRIPTIONS, Room, make_core
from sim.control_room.room import Seen as RoomSeen
from sim.control_room.verifier import Verifier
from sim.network.mail import Mail
from sim.network.network import FaultyLink
from sim.office import CONTROL_ROOM, TrialOffice
from sim.schedule import RealTime
from sim.site import PLACE, Place, Site, make_site

LEDGER_NAME = "ledger.db"
_CONNECT_TIMEOUT_S = 10.0


class Watcher(Protocol):
    """Whoever looks. Called on threads of the simulation; must neither block nor raise."""

    def board(self, device: str, seen: Seen) -> None:
        """A board has said something."""

    def ended(self, device: str) -> None:
        """A board's process has said its last."""

    def room(self, broker: int, seen: RoomSeen) -> None:
        """The control room has taken something, or not, at this broker."""

    def sent(self, broker: int, message: Message) -> None:
        """The control room has sent something by this broker."""


def _ignore(_: object) -> None:
    """Nobody looks."""


class _Eyes:
    """A watcher of one store."""

    def __init__(self, on_board: Callable[[Seen], None], on_room: Callable[[RoomSeen], None]) -> None:
        self._on_board = on_board
        self._on_room = on_room

    def board(self, device: str, seen: Seen) -> None:  # noqa: ARG002 - there is one store
        self._on_board(seen)

    def ended(self, device: str) -> None:
        """It was told to."""

    def room(self, broker: int, seen: RoomSeen) -> None:  # noqa: ARG002 - there is one broker
        self._on_room(seen)

    def sent(self, broker: int, message: Message) -> None:
        """Nobody asks."""


@dataclass(frozen=True, slots=True)
class StageStore:
    """One store: its place, its files, its board, and its way to each broker."""

    place: Place
    site: Site
    board: RemoteBoard
    networks: tuple[FaultyLink, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """Where the control room sits at one broker: the way there, and its mail."""

    room: Room
    network: FaultyLink
    mail: Mail


class Stage:
    """A context manager: everything is up inside, except the boards, whose power is still off.

    Each board reaches each broker by a network of its own, and so does the control room. `on_board` and `on_room` are
    called on threads of the simulation and must neither block nor raise.
    """

    def __init__(
        self,
        folder: Path,
        *,
        broker: Broker | None = None,
        brokers: Sequence[Broker] = (),
        places: Sequence[Place] = (PLACE,),
        office: TrialOffice | None = None,
        on_board: Callable[[Seen], None] = _ignore,
        on_room: Callable[[RoomSeen], None] = _ignore,
        watcher: Watcher | None = None,
        seed: int = 0,
        bounce: str = "good",
        keepalive_s: int = 10,
        start_board: Start = start_alone,
    ) -> None:
        """folder: for keys, state and the control room's ledger; brokers: a new one by default, all closed in the end.

        office: stores and control room speak TLS, and brokers ask for their certificates; without one, plain MQTT and
        one store. watcher: in place of `on_board` and `on_room`; with one, boards tell how their agents stand.
        """
        if office is None and len(places) != 1:
            raise ValueError("several stores need an office")
        self._folder = folder
        self._office = office
        self._undo = ExitStack()
        self._watcher = watcher or _Eyes(on_board, on_room)
        self._stands = watcher is not None
        self._seed = seed
        self._bounce = bounce
        self._keepalive_s = keepalive_s
        self._start_board = start_board
        self._places = tuple(places)
        self.clock = SystemClock()
        self.brokers: tuple[Broker, ...] = tuple(brokers) or (
            broker or (open_broker() if office is None else office.open_broker()),
        )
        self.ledger_path = folder / LEDGER_NAME
        self.ledger: Ledger
        self.stores: dict[str, StageStore] = {}
        self.seats: tuple[Seat, ...] = ()

    # ------------------------------------------------------------ one store, one broker

    @property
    def broker(self) -> Broker:
        """The first."""
        return self.brokers[0]

    @property
    def store(self) -> StageStore:
        """The first."""
        return next(iter(self.stores.values()))

    @property
    def site(self) -> Site:
        """The first store's."""
        return self.store.site

    @property
    def board(self) -> RemoteBoard:
        """The first store's."""
        return self.store.board

    @property
    def network(self) -> FaultyLink:
        """Between the first store and the first broker."""
        return self.store.networks[0]

    @property
    def room(self) -> Room:
        """At the first broker."""
        return self.seats[0].room

    # ------------------------------------------------------------ opening and closing

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def _open(self) -> None:
        for broker in self.brokers:
            self._undo.enter_context(broker)
        time = self._undo.enter_context(RealTime(self.clock))
        stores = [(place, self._networks(place)) for place in self._places]
        sites = [self._site(place, networks) for place, networks in stores]
        self.ledger = self._undo.enter_context(Ledger(self.ledger_path))
        self.seats = tuple(self._seat(number, sites[0], time) for number in range(len(self.brokers)))
        self._undo.callback(self._close_boards)
        for (place, networks), site in zip(stores, sites, strict=True):
            self.stores[place.device] = StageStore(place, site, self._board(site), networks)
        for seat, broker in zip(self.seats, self.brokers, strict=True):
            if not seat.room.wait_connected(_CONNECT_TIMEOUT_S):
                raise TimeoutError(f"the control room cannot reach the {broker.name}")

    def _close_boards(self) -> None:
        """All at once, then one after the other."""
        for store in self.stores.values():
            store.board.stop()
        for store in self.stores.values():
            store.board.close()

    def _networks(self, place: Place) -> tuple[FaultyLink, ...]:
        seeds = (f"{self._seed} {place.device} {number}" for number in range(len(self.brokers)))
        return tuple(
            self._undo.enter_context(FaultyLink(broker.port, seed=seed))
            for broker, seed in zip(self.brokers, seeds, strict=True)
        )

    def _site(self, place: Place, networks: tuple[FaultyLink, ...]) -> Site:
        folder = self._folder / ("store" if len(self._places) == 1 else place.device)
        ports = [network.port for network in networks]
        return make_site(folder, ports, place=place, office=self._office, keepalive_s=self._keepalive_s)

    def _board(self, site: Site) -> RemoteBoard:
        return RemoteBoard(
            site.config,
            partial(self._watcher.board, site.device),
            seed=self._seed,
            bounce=self._bounce,
            start=self._start_board,
            stands=self._stands,
            ended=partial(self._watcher.ended, site.device),
        )

    def _seat(self, number: int, site: Site, time: RealTime) -> Seat:
        network = self._undo.enter_context(FaultyLink(self.brokers[number].port, seed=f"{self._seed} room {number}"))
        mail = Mail(
            partial(self.room_link, network.port), self.clock, time.schedule, partial(self._watcher.sent, number)
        )
        # A ledger belongs to one thread: the owner looks into its own.
        ledger = self._undo.enter_context(Ledger(self.ledger_path))
        keys = DeviceKeys(site.device_keys)
        verifier = Verifier(keys.pinned, keys.revoked_utc_ns)
        core = make_core(verifier, ledger, site.control_room, CONTROL_ROOM)
        room = Room(core, mail.link, self.clock, partial(self._watcher.room, number), keys.refresh)
        return Seat(self._undo.enter_context(room), network, mail)

    def forget(self, broker: Broker) -> None:
        """Let a broker lose what it keeps for the control room, which is away. OSError if the broker is not there."""
        forget_session(broker.port, CONTROL_ROOM, None if self._office is None else self._office.room_tls)

    def room_link(self, port: int, post: Post) -> Link:
        """The control room's own link to a broker that listens on this port."""
        tls = None if self._office is None else self._office.room_tls
        address = Address("127.0.0.1", port, tls=tls is not None)
        return MqttLink(
            [address],
            CONTROL_ROOM,
            SUBSCRIPTIONS,
            keepalive_s=self._keepalive_s,
            tls=tls,
            post=post,
            clock=self.clock,
            max_payload_bytes=MAX_BYTES,
        )
