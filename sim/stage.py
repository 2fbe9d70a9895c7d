"""A store, its network, a broker and a control room on this machine, wired together and ready to be played with."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from device.logic.envelope import MAX_BYTES
from drivers.clock import SystemClock
from drivers.mqtt.brokers import Broker as Address
from drivers.mqtt.link import MqttLink
from drivers.ports import Link, Post
from sim.board.lines import Seen
from sim.board.remote import RemoteBoard, Start, start_alone
from sim.broker.brokers import Broker, open_broker
from sim.control_room.device_keys import DeviceKeys
from sim.control_room.ledger import Ledger
from sim.control_room.room import SUBSCRIPTIONS, Room, make_core
from sim.control_room.room import Seen as RoomSeen
from sim.control_room.verifier import Verifier
from sim.network.network import FaultyLink
from sim.office import CONTROL_ROOM, TrialOffice
from sim.site import Site, make_site

LEDGER_NAME = "ledger.db"
_CONNECT_TIMEOUT_S = 10.0


def _ignore(_: object) -> None:
    """Nobody looks."""


class Stage:
    """A context manager: everything is up inside, except the board, whose power is still off.

    The board reaches the broker through `network`; the control room reaches it directly. `on_board` and `on_room` are
    called on threads of the simulation and must neither block nor raise.
    """

    def __init__(
        self,
        folder: Path,
        *,
        broker: Broker | None = None,
        office: TrialOffice | None = None,
        on_board: Callable[[Seen], None] = _ignore,
        on_room: Callable[[RoomSeen], None] = _ignore,
        seed: int = 0,
        bounce: str = "good",
        keepalive_s: int = 10,
        start_board: Start = start_alone,
    ) -> None:
        """folder: for keys, state and the control room's ledger; broker: a new one by default, closed in the end.

        office: store and control room speak TLS, and the broker asks for their certificates; without one, plain MQTT.
        """
        self._folder = folder
        self._office = office
        self._undo = ExitStack()
        self._on_room = on_room
        self._on_board = on_board
        self._seed = seed
        self._bounce = bounce
        self._keepalive_s = keepalive_s
        self._start_board = start_board
        self.clock = SystemClock()
        self.broker = broker or (open_broker() if office is None else office.open_broker())
        self.network: FaultyLink
        self.site: Site
        self.ledger: Ledger
        self.room: Room
        self.board: RemoteBoard

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
        self._undo.enter_context(self.broker)
        self.network = self._undo.enter_context(FaultyLink(self.broker.port, seed=self._seed))
        self.site = make_site(
            self._folder / "store", [self.network.port], office=self._office, keepalive_s=self._keepalive_s
        )
        self.ledger = self._undo.enter_context(Ledger(self._folder / LEDGER_NAME))
        keys = DeviceKeys(self.site.device_keys)
        verifier = Verifier(keys.pinned, keys.revoked_utc_ns)
        core = make_core(verifier, self.ledger, self.site.control_room, CONTROL_ROOM)
        self.room = self._undo.enter_context(Room(core, self._link, self.clock, self._on_room, keys.refresh))
        if not self.room.wait_connected(_CONNECT_TIMEOUT_S):
            raise TimeoutError(f"the control room cannot reach the {self.broker.name}")
        self.board = RemoteBoard(
            self.site.config, self._on_board, seed=self._seed, bounce=self._bounce, start=self._start_board
        )
        self._undo.callback(self.board.close)

    def _link(self, post: Post) -> Link:
        tls = None if self._office is None else self._office.room_tls
        address = Address("127.0.0.1", self.broker.port, tls=tls is not None)
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
