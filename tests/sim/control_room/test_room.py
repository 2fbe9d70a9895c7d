from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import pytest

from device.logic.receipt import Answer, read_receipts
from drivers.clock import SystemClock
from drivers.ports import LinkDown, LinkUp, Message, Place, Post, Published, Received, Record
from sim.control_room.core import Prompt, Silent, Slow, Wrong
from sim.control_room.desk import NotTaken
from sim.control_room.ledger import Filing, Ledger
from sim.control_room.mischief import Wrongness
from sim.control_room.room import Arrival, Room, Seen, make_core
from sim.errors import LedgerError
from tests.sim.control_room.scene import (
    EPOCH_1,
    ROOM,
    ROOM_KEYS,
    ROOM_SIGNER,
    STORE,
    make_journal,
    make_verifier,
    press,
    topic,
)

_PATIENCE_S = 10.0


class _FakeLink:
    """A broker that accepts everything, and acknowledges when it is told to."""

    def __init__(self, post: Post, receive_maximum: int = 20) -> None:
        self.post = post
        self.published: SimpleQueue[tuple[Message, int]] = SimpleQueue()
        self.attempts: SimpleQueue[int] = SimpleQueue()
        self.receive_maximum = receive_maximum
        self.refuses = 0
        self.closed = False

    @property
    def alive(self) -> bool:
        return not self.closed

    def connect(self, broker: int, will: Message | None) -> None:
        self.attempts.put(broker)
        if self.refuses:
            self.refuses -= 1
            self.post(LinkDown(0, broker, "refused"))
        else:
            self.post(LinkUp(0, broker, self.receive_maximum))

    def publish(self, message: Message, token: int) -> None:
        self.published.put((message, token))

    def close(self) -> None:
        self.closed = True

    def leave(self, farewell: Message | None) -> None:
        raise NotImplementedError

    def drop(self) -> None:
        raise NotImplementedError

    def stand_by(self) -> None:
        """Always is."""

    def probe(self, broker: int) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _Scene:
    room: Room
    link: _FakeLink
    seen: SimpleQueue[Seen]
    ledger: Ledger

    def hear(self, *records: Record, kind: str = "alarm") -> None:
        for record in records:
            self.link.post(Received(1, topic(kind), record.envelope))

    def arrival(self) -> Arrival:
        seen = self.seen.get(timeout=_PATIENCE_S)
        assert isinstance(seen, Arrival), seen
        return seen

    def published(self) -> tuple[Message, int]:
        return self.link.published.get(timeout=_PATIENCE_S)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[_Scene]:
    links: list[_FakeLink] = []
    seen: SimpleQueue[Seen] = SimpleQueue()

    def make_link(post: Post) -> _FakeLink:
        links.append(_FakeLink(post))
        return links[0]

    with Ledger(tmp_path / "ledger.db") as ledger:
        core = make_core(make_verifier(), ledger, ROOM_SIGNER, ROOM)
        with Room(core, make_link, SystemClock(), seen.put) as room:
            yield _Scene(room, links[0], seen, ledger)
    assert links[0].closed


def _answers(message: Message) -> list[tuple[int, Answer]]:
    return [(r.place.seq, r.answer) for r in read_receipts(message.payload, STORE, ROOM_KEYS)]


def test_alarm_is_stored_before_its_receipt_leaves(scene: _Scene, tmp_path: Path) -> None:
    record = press(make_journal())

    scene.hear(record)

    message, _ = scene.published()
    with Ledger(tmp_path / "ledger.db") as reader:
        assert [stored.digest for stored in reader.events()] == [record.digest]
    assert _answers(message) == [(1, Answer.RECEIVED)]


def test_arrival_tells_when_each_step_was_taken(scene: _Scene) -> None:
    scene.hear(press(make_journal()))

    arrival = scene.arrival()

    assert arrival.filing is Filing.NEW
    assert arrival.receipt_ns is not None
    assert arrival.arrived_ns == 1
    assert 1 < arrival.stored_ns <= arrival.receipt_ns


def test_observer_sees_what_was_refused(scene: _Scene) -> None:
    scene.link.post(Received(1, topic("alarm"), None))

    assert isinstance(scene.seen.get(timeout=_PATIENCE_S), NotTaken)


def test_room_changes_its_manners_while_it_runs(scene: _Scene) -> None:
    journal = make_journal()
    scene.room.answering = Silent()
    scene.hear(press(journal))
    assert scene.arrival().receipt_ns is None

    scene.room.answering = Wrong(Wrongness.TRUNCATED)
    scene.hear(press(journal))
    wrong, _ = scene.published()

    scene.room.answering = Slow(0.02)
    scene.hear(press(journal))
    slow, _ = scene.published()

    scene.room.answering = Prompt()
    scene.hear(press(journal))
    prompt, _ = scene.published()

    assert wrong.payload.count(b".") < 2
    assert _answers(slow) == [(3, Answer.RECEIVED)]
    assert _answers(prompt) == [(4, Answer.RECEIVED)]


def test_operator_acts_from_another_thread(scene: _Scene) -> None:
    record = press(make_journal())
    scene.hear(record)
    scene.published()

    scene.room.operate(STORE, record.place, Answer.DISPATCHED)

    message, _ = scene.published()
    assert _answers(message) == [(1, Answer.DISPATCHED)]


def test_operator_who_names_an_unknown_event_stops_nothing(scene: _Scene) -> None:
    scene.room.operate(STORE, Place(EPOCH_1, 99), Answer.CLOSED)
    scene.hear(press(make_journal()))

    message, _ = scene.published()

    assert _answers(message) == [(1, Answer.RECEIVED)]


def test_no_more_is_under_way_than_the_broker_allows(scene: _Scene) -> None:
    assert scene.room.wait_connected(_PATIENCE_S)
    journal = make_journal()
    scene.link.post(LinkUp(0, 0, receive_maximum=1))
    scene.hear(press(journal))
    _, token = scene.published()
    scene.hear(press(journal))
    for _ in range(2):
        scene.arrival()
    assert scene.link.published.empty()

    scene.link.post(Published(0, token))

    message, _ = scene.published()
    assert _answers(message) == [(2, Answer.RECEIVED)]


def test_connection_that_ends_is_made_again(scene: _Scene) -> None:
    assert scene.link.attempts.get(timeout=_PATIENCE_S) == 0
    scene.link.refuses = 1
    scene.link.post(LinkDown(0, 0, "gone"))

    for _ in range(2):
        assert scene.link.attempts.get(timeout=_PATIENCE_S) == 0
    scene.hear(press(make_journal()))

    assert _answers(scene.published()[0]) == [(1, Answer.RECEIVED)]


class _FailingLedger(Ledger):
    """Fails as often as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = 1
        self.failed: SimpleQueue[None] = SimpleQueue()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self.failures:
            self.failures -= 1
            self.failed.put(None)
            raise LedgerError("the disk is full")
        with super().transaction():
            yield


def test_failing_disk_silences_the_room_until_it_is_well() -> None:
    record = press(make_journal())
    seen: SimpleQueue[Seen] = SimpleQueue()
    links: list[_FakeLink] = []

    def make_link(post: Post) -> _FakeLink:
        links.append(_FakeLink(post))
        return links[0]

    with (
        _FailingLedger() as ledger,
        Room(make_core(make_verifier(), ledger, ROOM_SIGNER, ROOM), make_link, SystemClock(), seen.put),
    ):
        links[0].post(Received(1, topic("alarm"), record.envelope))
        ledger.failed.get(timeout=_PATIENCE_S)
        assert links[0].published.empty()
        links[0].post(Received(2, topic("alarm"), record.envelope))

        message, _ = links[0].published.get(timeout=_PATIENCE_S)

    assert _answers(message) == [(1, Answer.RECEIVED)]
