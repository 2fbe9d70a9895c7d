"""The panel at work: one thread that owns the stage, its model and all hands on it."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

from device.config.load import load, map_of
from device.logic.units import MS, S
from drivers.clock import SystemClock
from drivers.ports import Message
from sim.acts.model import Act
from sim.bank_site import COLUMNS
from sim.board.forks import BoardForks
from sim.board.lines import Seen
from sim.control_room.room import Seen as RoomSeen
from sim.errors import SimError
from sim.office import TrialOffice
from sim.panel.bank_view import BankView
from sim.panel.hands import Hands
from sim.panel.inspector import Inspector
from sim.panel.model import BrokerView, Model
from sim.panel.publication import Publication
from sim.panel.receipts import ReceiptBook
from sim.panel.recorder import Recorder
from sim.panel.store_hand import BATTERY_NS
from sim.panel.store_view import StoreView
from sim.panel.times import Times
from sim.schedule import Schedule
from sim.site import Place
from sim.stage import Stage, StageStore

_LOG = logging.getLogger(__name__)

# What changes by itself (a battery, a clock) is looked at this often.
_LOOK_NS = 500 * MS
# News that come thick and fast are shown together.
_SHOW_NS = 25 * MS
_MOST_AT_ONCE = 500
# How soon whoever has asked notices that nobody will answer.
_ASK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the panel plays with. Everything is made in `folder`, an empty one."""

    folder: Path
    places: Sequence[Place]
    brokers: int = 2
    mosquitto: Path | None = None
    """The program; None for one that is installed, or the embedded broker."""
    seed: int = 0


class RefusedActError(SimError, ValueError):
    """An act that cannot be done here, in one line."""


@dataclass(frozen=True, slots=True)
class _Request:
    act: Act
    store: str | None
    answer: "Future[int]"


News = Callable[[], None]


class Panel:
    """A context manager: inside, the stores are on. `do` and what is published: any thread."""

    def __init__(self, setup: Setup) -> None:
        self.publication = Publication()
        self.clock = SystemClock()
        self._setup = setup
        self._queue: SimpleQueue[News | _Request | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="panel")
        self._opened: Future[None] = Future()
        self._receipts = ReceiptBook()
        self._schedule = Schedule()
        self._model: Model
        self._hands: Hands
        self._began_ns = 0
        self.inspector: Inspector
        self.recorder: Recorder

    def __enter__(self) -> Self:
        """Raises SimError or OSError if something of it cannot be had."""
        self._thread.start()
        try:
            self._opened.result()
        except BaseException:
            self._thread.join()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.publication.close()
        self._queue.put(None)
        self._thread.join()

    def do(self, act: Act, store: str | None) -> int:
        """The revision that shows it. Raises RefusedActError, or SimError if a broker does not start."""
        answer: Future[int] = Future()
        self._queue.put(_Request(act, store, answer))
        while not answer.done() and self.is_alive:
            wait([answer], _ASK_S)
        if not answer.done():
            raise RefusedActError("the panel has ended")
        return answer.result()

    @property
    def is_alive(self) -> bool:
        """Its thread is there; it ends only with the panel, or by a fault of its own."""
        return self._thread.is_alive()

    # ------------------------------------------------------------ Watcher: any thread of the simulation

    def board(self, device: str, seen: Seen) -> None:
        self._queue.put(lambda: self._model.board(device, seen))

    def ended(self, device: str) -> None:
        self._queue.put(lambda: self._hands.ended(device))

    def room(self, broker: int, seen: RoomSeen) -> None:  # noqa: ARG002 - it is one room
        self._queue.put(lambda: self._model.took(seen))

    def sent(self, broker: int, message: Message) -> None:  # noqa: ARG002 - as above
        self._receipts.note(message)

    # ------------------------------------------------------------ the panel's thread

    def _run(self) -> None:
        try:
            # First, so that it gets ready while the office is founded.
            with BoardForks(self._setup.folder / "boards.log") as forks, self._stage(forks) as stage:
                self._begin(stage)
                self._play()
        except BaseException as error:  # whoever waits for the start must hear of it, whatever it is
            if self._opened.done():
                raise
            self._opened.set_exception(error)
        finally:
            self._refuse_rest()

    def _stage(self, forks: BoardForks) -> Stage:
        setup = self._setup
        office = TrialOffice(setup.folder / "trial", *(place.device for place in setup.places))
        return Stage(
            setup.folder,
            brokers=[office.open_broker(setup.mosquitto) for _ in range(setup.brokers)],
            places=setup.places,
            office=office,
            watcher=self,
            seed=setup.seed,
            start_board=forks.start,
        )

    def _begin(self, stage: Stage) -> None:
        self._model = _model(stage)
        site = stage.site
        config = load(site.config)
        self._hands = Hands(
            stage, self._model, self._after, {store.site.device: _pins(store) for store in stage.stores.values()}
        )
        self.inspector = Inspector(stage.ledger_path, site.device_keys, self._receipts)
        places = tuple(store.place for store in stage.stores.values())
        self.recorder = Recorder(places, len(stage.brokers), self._setup.seed, config.mqtt.heartbeat_s, BATTERY_NS)
        self._began_ns = self.clock.monotonic_ns()
        self._hands.begin()
        self._show()
        self._opened.set_result(None)

    def _play(self) -> None:
        look_ns = shown_ns = 0
        changed = True
        while True:
            now_ns = self.clock.monotonic_ns()
            wake_ns = min(look_ns, self._schedule.next_ns() or look_ns, shown_ns + _SHOW_NS if changed else look_ns)
            news, is_over = self._wait((wake_ns - now_ns) / S)
            if is_over:
                return
            changed |= bool(news)
            requests = [request for item in news if (request := self._take(item)) is not None]
            now_ns = self.clock.monotonic_ns()
            while (planned := self._schedule.take(now_ns)) is not None:
                _attempt(planned.action)
                changed = True
            if now_ns >= look_ns:
                look_ns, changed = now_ns + _LOOK_NS, True
            if requests or (changed and now_ns >= shown_ns + _SHOW_NS):
                revision = self._show()
                shown_ns, changed = now_ns, False
                for request in requests:
                    request.answer.set_result(revision)

    def _wait(self, timeout_s: float) -> tuple[list[News | _Request], bool]:
        """What has happened, and whether it is over."""
        news: list[News | _Request] = []
        try:
            item = self._queue.get(timeout=max(timeout_s, 0))
            while item is not None:
                news.append(item)
                if len(news) == _MOST_AT_ONCE:
                    return news, False
                item = self._queue.get_nowait()
        except Empty:
            return news, False
        return news, True

    def _take(self, item: News | _Request) -> _Request | None:
        """The request if it was done and awaits its revision."""
        if not isinstance(item, _Request):
            _attempt(item)
            return None
        refusal = self._hands.refuses(item.act, item.store)
        if refusal is not None:
            item.answer.set_exception(RefusedActError(refusal))
            return None
        try:
            self._hands.do(item.act, item.store)
        except (SimError, OSError) as error:
            _LOG.warning("%s: %s", item.act, error)
            item.answer.set_exception(error)
            return None
        self.recorder.note(self.clock.monotonic_ns() - self._began_ns, item.act, item.store)
        return item

    def _show(self) -> int:
        self._hands.look()
        return self.publication.publish(self._model.world(self.clock.monotonic_ns()))

    def _after(self, delay_ns: int, action: Callable[[], None]) -> None:
        self._schedule.at(self.clock.monotonic_ns() + delay_ns, action)

    def _refuse_rest(self) -> None:
        """Whoever asked too late hears so."""
        while not self._queue.empty():
            item = self._queue.get()
            if isinstance(item, _Request):
                item.answer.set_exception(RefusedActError("the panel is closing"))


def _attempt(action: Callable[[], None]) -> None:
    """What nobody waits for can only be logged: a broker that does not come back, a board that does not start."""
    try:
        action()
    except (SimError, OSError) as error:
        _LOG.error("%s", error)


def _pins(store: StageStore) -> dict[str, int]:
    return {zone.name: 1 if zone.pin_nc is None else 2 for zone in load(store.site.config).zones}


def _model(stage: Stage) -> Model:
    views = []
    for store in stage.stores.values():
        config = load(store.site.config)
        zones = {zone.name: zone.type.value for zone in config.zones}
        bank_map = map_of(config)
        bank = None if bank_map is None else BankView(config, bank_map, COLUMNS)
        views.append(StoreView(store.place, zones, len(stage.brokers), bank))
    brokers = [BrokerView(broker.name) for broker in stage.brokers]
    return Model(views, brokers, Times.of(stage.clock))
