"""The control room at work: one MQTT connection, one thread, and the desk behind it."""

import logging
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.logic.receipt import Answer
from device.logic.units import MS, S, earliest
from drivers.keystore import KeySigner
from drivers.ports import Clock, Fact, Link, LinkDown, LinkUp, Message, Place, Post, Published, Received, Signer
from sim.control_room.core import Answering, RoomCore
from sim.control_room.desk import Desk, Letter, NotTaken, Taken, TakenEvent, TakenStatus
from sim.control_room.ledger import Filing, Ledger
from sim.control_room.mischief import Forger
from sim.control_room.values import VerifiedEvent
from sim.control_room.verifier import Verifier
from sim.errors import LedgerError

_LOG = logging.getLogger(__name__)

SUBSCRIPTIONS = ("ansim/v1/+/alarm", "ansim/v1/+/event", "ansim/v1/+/status")
# One connection to a broker that is near; a fleet's jitter is no concern of the room's.
_RETRY_NS = 500 * MS
# What one commit may hold; more only delays the first receipt.
_MAX_AT_ONCE = 200
# How old the knowledge of keys may be: a revoked key is refused within this time after its file has come.
_REFRESH_NS = 1 * S


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified event, and monotonic times: seen by the link, verified and on the disk, receipt handed to the link.

    `receipt_ns` is None when the room is not answering promptly.
    """

    event: VerifiedEvent
    filing: Filing
    arrived_ns: int
    stored_ns: int
    receipt_ns: int | None


Seen = Arrival | TakenStatus | NotTaken


@dataclass(frozen=True, slots=True)
class _Sending:
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class _Operation:
    device: str
    place: Place
    answer: Answer
    reason: str | None


def _nothing_new() -> None:
    """The keys are what they were."""


def make_core(verifier: Verifier, ledger: Ledger, signer: Signer, iss: str) -> RoomCore:
    """A core with real randomness: message ids, and a stranger's key for forged receipts."""
    desk = Desk(verifier, ledger, signer, iss, new_jti=lambda: secrets.token_urlsafe(16))
    return RoomCore(desk, Forger(signer, KeySigner(Ed25519PrivateKey.generate())))


class Room:
    """Plays the control room on one broker. For several brokers: a room each, with ledgers on the same file.

    `observe` is called on the room's thread and must neither block nor raise. All other methods: any thread.
    The core and its ledger belong to the room from `start` to `close`; the owner closes the ledger.
    """

    def __init__(
        self,
        core: RoomCore,
        make_link: Callable[[Post], Link],
        clock: Clock,
        observe: Callable[[Seen], None],
        refresh: Callable[[], None] = _nothing_new,
    ) -> None:
        """make_link: gives a Link with SUBSCRIPTIONS that posts its facts to the function that it is given.

        refresh: looks for new device keys; on the room's thread, before letters are judged, once a second at most.
        """
        self._core = core
        self._clock = clock
        self._observe = observe
        self._facts: SimpleQueue[Fact | _Operation | _Sending | None] = SimpleQueue()
        self._link = make_link(self._facts.put)
        self._thread = Thread(target=self._run, name="control-room")
        self._connected = Event()
        self._outbox: deque[Message] = deque()
        self._in_flight: set[int] = set()
        self._may_fly = 0
        self._tokens = count(1)
        self._retry_ns: int | None = None
        self._refresh = refresh
        self._refreshed_ns: int | None = None

    @property
    def answering(self) -> Answering:
        """How the room answers from now on; what it has delayed already stays so."""
        return self._core.answering

    @answering.setter
    def answering(self, answering: Answering) -> None:
        self._core.answering = answering

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def wait_connected(self, timeout_s: float) -> bool:
        """Whether the broker has accepted the room within the time."""
        return self._connected.wait(timeout_s)

    def operate(self, device_id: str, place: Place, answer: Answer, reason: str | None = None) -> None:
        """A person acknowledges, dispatches, is on scene, closes or rejects. An event not known is logged."""
        self._facts.put(_Operation(device_id, place, answer, reason))

    def send(self, *messages: Message) -> None:
        """Commands, in order, behind what waits already. Lost if the connection is lost meanwhile."""
        self._facts.put(_Sending(messages))

    def close(self) -> None:
        """End the connection and wait for the threads."""
        self._facts.put(None)
        if self._thread.ident is not None:
            self._thread.join()
        self._link.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ the room's thread

    def _run(self) -> None:
        self._link.connect(0, None)
        while True:
            facts = self._wait()
            if None in facts:
                return
            try:
                self._turn([fact for fact in facts if fact is not None])
            except LedgerError as error:
                # Nothing was stored, so nobody is answered: the devices will send again.
                _LOG.error("%s", error)

    def _wait(self) -> list[Fact | _Operation | _Sending | None]:
        """What has happened since the last turn: at least one thing, or nothing when something is due."""
        due_ns = earliest(self._core.due_ns(), self._retry_ns)
        timeout_s = None if due_ns is None else max(0, due_ns - self._clock.monotonic_ns()) / S
        facts: list[Fact | _Operation | _Sending | None] = []
        try:
            facts.append(self._facts.get(timeout=timeout_s))
            while len(facts) < _MAX_AT_ONCE:
                facts.append(self._facts.get_nowait())
        except Empty:
            pass
        return facts

    def _turn(self, facts: Iterable[Fact | _Operation | _Sending]) -> None:
        letters: list[Letter] = []
        for fact in facts:
            match fact:
                case Received():
                    letters.append(Letter(fact.at_ns, fact.topic, fact.payload))
                case LinkUp() | LinkDown() | Published():
                    self._heed(fact)
                case _Operation():
                    self._operate(fact)
                case _Sending():
                    self._send(fact.messages)
                case _:
                    pass
        now = self._clock.wall()
        if self._retry_ns is not None and self._retry_ns <= now.at_ns:
            self._retry_ns = None
            self._link.connect(0, None)
        self._send(self._core.tick(now))
        if letters:
            self._take(letters)
        self._core.note_receipts()

    def _heed(self, fact: LinkUp | LinkDown | Published) -> None:
        match fact:
            case LinkUp():
                self._may_fly = fact.receive_maximum
                self._connected.set()
            case LinkDown():
                _LOG.warning("the control room's connection ended: %s", fact.reason)
                # Receipts that were under way are lost; the devices will ask for them by sending again.
                self._outbox.clear()
                self._in_flight.clear()
                self._may_fly = 0
                self._connected.clear()
                self._retry_ns = fact.at_ns + _RETRY_NS
            case Published():
                self._in_flight.discard(fact.token)
                if fact.refused is not None:
                    _LOG.warning("the broker refused a receipt: %s", fact.refused)
                self._send(())

    def _operate(self, operation: _Operation) -> None:
        try:
            messages = self._core.operate(
                operation.device, operation.place, operation.answer, self._clock.wall(), operation.reason
            )
        except KeyError:
            _LOG.warning("no event %s of %s is known", operation.place, operation.device)
            return
        self._send(messages)

    def _take(self, letters: list[Letter]) -> None:
        now = self._clock.wall()
        if self._refreshed_ns is None or now.at_ns - self._refreshed_ns >= _REFRESH_NS:
            self._refreshed_ns = now.at_ns
            self._refresh()
        turn = self._core.take(letters, now)
        stored_ns = self._clock.monotonic_ns()
        self._send(turn.messages)
        receipt_ns = self._clock.monotonic_ns() if turn.messages else None
        for taken in turn.taken:
            self._observe(_seen(taken, stored_ns, receipt_ns))

    def _send(self, messages: Iterable[Message]) -> None:
        """As many as the broker allows to be under way; the rest waits for its acknowledgements."""
        self._outbox.extend(messages)
        while self._outbox and len(self._in_flight) < self._may_fly:
            token = next(self._tokens)
            self._in_flight.add(token)
            self._link.publish(self._outbox.popleft(), token)


def _seen(taken: Taken, stored_ns: int, receipt_ns: int | None) -> Seen:
    if isinstance(taken, TakenEvent):
        return Arrival(taken.event, taken.filing, taken.letter.at_ns, stored_ns, receipt_ns)
    return taken
