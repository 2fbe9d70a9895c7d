"""What every measurement stands on: a real broker, a control room that answers, and the files of one store."""

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.bank_site import add_bank
from bench.site import ZONE_PINS, make_bench_site
from device.logic.envelope import MAX_BYTES
from drivers.clock import SystemClock
from drivers.mqtt.brokers import Broker as Address
from drivers.mqtt.link import MqttLink
from drivers.ports import Link, Post
from sim.broker.mosquitto import HOST, Mosquitto
from sim.broker.server_tls import ServerTls
from sim.control_room.device_keys import DeviceKeys
from sim.control_room.ledger import Ledger
from sim.control_room.room import SUBSCRIPTIONS, Room, Seen, make_core
from sim.control_room.verifier import Verifier
from sim.network.network import FaultyLink
from sim.site import Site
from tests.pki import Pki

_CONTROL_ROOM = "control-room"
_CONNECT_TIMEOUT_S = 10.0
_LOW_PRIORITY = 15


def _step_back() -> None:
    """The control room is another machine in the field: here it must not take the processor from what is measured."""
    for thread in threading.enumerate():
        if thread.name in ("control-room", "mqtt") and thread.native_id is not None:
            os.setpriority(os.PRIO_PROCESS, thread.native_id, _LOW_PRIORITY)


def _ignore(_: Seen) -> None:
    """Nobody looks."""


class Plant:
    """A context manager. Control room and listeners use the plain listener of the broker; the store TLS if told to.

    With `faulty` the store reaches the broker through `network`, which costs time: not for latencies of a good network.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tls: bool = False,
        zones: int = len(ZONE_PINS),
        faulty: bool = False,
        bank: bool = False,
        on_room: Callable[[Seen], None] = _ignore,
        listen_first: Callable[[int], None] | None = None,
    ) -> None:
        """folder: a new one. bank: with the doors of bench/bank_site.py. listen_first: given the broker's port before
        the control room subscribes: a broker serves subscribers in turn, and the floor's messages have only one.

        BrokerError from here or from `with` without a Mosquitto that can be run.
        """
        folder.mkdir(parents=True)
        self._folder = folder
        self._tls = tls
        self._zones = zones
        self._faulty = faulty
        self._bank = bank
        self._on_room = on_room
        self._listen_first = listen_first
        self._undo = ExitStack()
        self.pki = Pki(folder)
        server = self.pki.server
        self.broker = Mosquitto(tls=ServerTls(self.pki.ca, server.certificate, server.key))
        self.network: FaultyLink
        self.site: Site
        self.room: Room

    @property
    def ca(self) -> Path | None:
        """What the store trusts a TLS broker by; None where it talks in the clear."""
        return self.pki.ca if self._tls else None

    @property
    def store_port(self) -> int:
        """Where the store finds the broker when nothing is between them."""
        return self.broker.tls_port if self._tls else self.broker.port

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self.broker)
            if self._listen_first is not None:
                self._listen_first(self.broker.port)
            port = self.store_port
            if self._faulty:
                self.network = undo.enter_context(FaultyLink(port))
                port = self.network.port
            url = f"{'mqtts' if self._tls else 'mqtt'}://{HOST}:{port}"
            self.site = make_bench_site(self._folder / "store", self.pki, url, self._zones)
            if self._bank:
                add_bank(self.site.config)
            ledger = undo.enter_context(Ledger(self._folder / "ledger.db"))
            core = make_core(
                Verifier(DeviceKeys(self.site.device_keys).pinned), ledger, self.site.control_room, _CONTROL_ROOM
            )
            self.room = undo.enter_context(Room(core, self._link, SystemClock(), self._on_room))
            if not self.room.wait_connected(_CONNECT_TIMEOUT_S):
                raise TimeoutError(f"the control room cannot reach the {self.broker.name}")
            _step_back()
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def _link(self, post: Post) -> Link:
        return MqttLink(
            [Address(HOST, self.broker.port, tls=False)],
            _CONTROL_ROOM,
            SUBSCRIPTIONS,
            keepalive_s=10,
            tls=None,
            post=post,
            clock=SystemClock(),
            max_payload_bytes=MAX_BYTES,
        )
