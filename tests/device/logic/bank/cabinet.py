"""A bank of lockers whose doors, hooks, coils and clock are turned by hand, and what its logic told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from device.logic.bank.bank import Bank, BankOutcome
from device.logic.bank.release import Released
from device.logic.bank.settings import BankSettings, DoorSettings, Night, Reed, Spot
from device.logic.effects import Pulse
from device.logic.event import Happening
from device.logic.units import MS, S
from drivers.lock_ports import (
    BoardRead,
    BoardSilent,
    BusDown,
    BusUp,
    LockFact,
    PulseBegan,
    PulseEnd,
    PulseOver,
)
from drivers.ports import Edge, WallClock

PULSE_MS = 300
AFTERMATH_MS = 150
POLL_MS = 250
READ_MS = 25
# Noon, UTC: day in every profile used here.
NOON_NS = 1_796_212_800 * S
BOTH = DoorSettings("01", "left/1/1", Spot("left", 1, 1), Reed("GPIO5"), pulse_ns=PULSE_MS * MS)
LATCH = DoorSettings("11", "left/2/1", Spot("left", 2, 1), pulse_ns=PULSE_MS * MS)
REED = DoorSettings("21", "GPIO16", None, Reed("reeds/3"), pulse_ns=PULSE_MS * MS)


def both(number: int, *, fits_person: bool = False) -> DoorSettings:
    """Door `number` of board 1: hook on the board, reed on the header."""
    spot = Spot("left", 1, number)
    return DoorSettings(f"{number:02}", f"left/1/{number}", spot, Reed(f"GPIO{4 + number}"), fits_person, PULSE_MS * MS)


def latched(number: int, *, board: int = 2, fits_person: bool = False) -> DoorSettings:
    """Door `10 + number`, seen by its hook alone."""
    name = f"{10 * (board - 1) + number:02}"
    return DoorSettings(name, f"left/{board}/{number}", Spot("left", board, number), None, fits_person, PULSE_MS * MS)


@dataclass(slots=True)
class _Board:
    word: int
    last: int | None = None
    tell: int = 0
    is_mute: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """An event in short."""

    what: str
    at_ms: float
    detail: dict[str, object] = field(default_factory=dict)


class Cabinet:
    """Everything is shut and locked at first, unless `open_` names it. Every due time is kept.

    `pulsed` says what a lock does when its coil is live; `ends`: how its driver ends pulses, acknowledged by default.
    """

    def __init__(
        self,
        *doors: DoorSettings,
        night: Night | None = None,
        open_: tuple[str, ...] = (),
        synced: bool = True,
        utc_ns: int = NOON_NS,
        starts: int = 7,
        hears_reeds: bool = True,
    ) -> None:
        self.settings = BankSettings(doors, night)
        self.bank = Bank(self.settings, 0, starts)
        self.doors = {door.name: door for door in doors}
        self.now_ns = 0
        self.told: list[Told] = []
        self.released: list[Released] = []
        self.pulses: list[tuple[str, float]] = []
        self.sent_by_ms: list[float] = []
        self.pulsed: dict[str, Callable[[], None]] = {}
        self.ends: dict[str, list[PulseEnd]] = {}
        self.retells = True
        """The driver tells two readings of every board after a pulse."""
        self.drives = True
        """The driver answers at all."""
        self._utc_ns, self._synced = utc_ns, synced
        self._order = count()
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._boards: dict[tuple[str, int], _Board] = {}
        for door in doors:
            if door.latch is not None:
                board = self._boards.setdefault((door.latch.bus, door.latch.board), _Board(0))
                board.word |= (door.name not in open_) << (door.latch.lock - 1)
            if door.reed is not None and hears_reeds:
                self._edge(door.name, shut=door.name not in open_)
        for place in self._boards:
            self._later(POLL_MS, self._poller(place))

    # ------------------------------------------------------------ what hands do

    def reed(self, door: str, *, shut: bool) -> None:
        self._edge(door, shut=shut)

    def hook(self, door: str, *, locked: bool) -> None:
        spot = self.doors[door].latch
        assert spot is not None
        board, bit = self._boards[spot.bus, spot.board], 1 << (spot.lock - 1)
        board.word = board.word | bit if locked else board.word & ~bit

    def pull(self, door: str) -> None:
        """Door and hook open."""
        if self.doors[door].latch is not None:
            self.hook(door, locked=False)
        if self.doors[door].reed is not None:
            self.reed(door, shut=False)

    def shut(self, door: str) -> None:
        """Door and hook are as they should be."""
        if self.doors[door].reed is not None:
            self.reed(door, shut=True)
        if self.doors[door].latch is not None:
            self.hook(door, locked=True)

    def mute(self, board: int, *, is_mute: bool = True) -> None:
        """Three questions have no answer; or it answers again."""
        self._boards["left", board].is_mute = is_mute
        self._boards["left", board].last = None
        if is_mute:
            self.say(BoardSilent(self.now_ns, "left", board, "no answer"))

    def tell(self, board: int) -> None:
        """A reading is told, and no other until something differs."""
        self._read(("left", board))
        self._boards["left", board].tell = 0

    def unplug(self) -> None:
        for board in self._boards.values():
            board.is_mute, board.last = True, None
        self.say(BusDown(self.now_ns, "left", "ENOENT"))

    def plug(self) -> None:
        for board in self._boards.values():
            board.is_mute = False
        self.say(BusUp(self.now_ns, "left"))

    def say(self, fact: LockFact | Edge) -> None:
        self._take(self.bank.feed(fact, self.now_ns))

    def release(self, door: str, by: str = "jti", for_ms: float | None = None) -> None:
        """for_ms: whoever asks wants it for so long."""
        until_ns = None if for_ms is None else self.now_ns + round(for_ms * MS)
        self.bank.release(door, by, self.now_ns, until_ns)

    def springs(self, *doors: str, after_ms: float = 100) -> None:
        """From now on these doors pop open when their coils are live."""
        for name in doors:
            lock = self.doors[name].lock
            assert lock is not None
            self.pulsed[lock] = self._puller(name, after_ms)

    # ------------------------------------------------------------ time

    def at(self, at_ms: float) -> "Cabinet":
        """Let time pass until then, and all that is due by then."""
        self._run(round(at_ms * MS))
        return self

    def later(self, ms: float) -> "Cabinet":
        return self.at(self.now_ns / MS + ms)

    # ------------------------------------------------------------ what was told

    @property
    def now_ms(self) -> float:
        return self.now_ns / MS

    def names(self, *, but: str = "door.") -> list[str]:
        """Alarms and troubles: `01 alarm.forced raised`."""
        return [told.what for told in self.told if f" {but}" not in told.what]

    def doors_told(self) -> list[str]:
        return [told.what for told in self.told if " door." in told.what]

    def find(self, what: str) -> Told:
        (found,) = (told for told in self.told if told.what == what)
        return found

    def results(self) -> list[tuple[str, str, str]]:
        return [(each.by, each.door, each.result.value) for each in self.released]

    def state(self, door: str = "01") -> str:
        return self.bank.states[door]

    # ------------------------------------------------------------ inside

    def _run(self, end_ns: int) -> None:
        while True:
            due_ns = self.bank.due_ns()
            event_ns = self._events[0][0] if self._events else None
            if event_ns is not None and event_ns <= end_ns and (due_ns is None or event_ns <= due_ns):
                self.now_ns = max(self.now_ns, event_ns)
                heappop(self._events)[2]()
            elif due_ns is not None and due_ns <= end_ns:
                self._tick(max(due_ns, self.now_ns))
            else:
                break
        self._tick(end_ns)

    def _tick(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self._take(self.bank.tick(now_ns, self.wall()))
        due_ns = self.bank.due_ns()
        assert due_ns is None or due_ns > now_ns, "the bank would spin"

    def wall(self) -> WallClock:
        return WallClock(self.now_ns, self._utc_ns + self.now_ns, self._synced)

    def _take(self, outcomes: list[BankOutcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Happening():
                    what = f"{outcome.subject} {outcome.what} {outcome.phase.value}"
                    self.told.append(Told(what, outcome.at_ns / MS, outcome.detail))
                case Released():
                    self.released.append(outcome)
                case Pulse():
                    self.pulses.append((outcome.lock, self.now_ms))
                    self.sent_by_ms.append(outcome.until_ns / MS)
                    self._pulse(outcome.lock)

    def _pulse(self, lock: str) -> None:
        ends = self.ends.get(lock, [])
        end = ends.pop(0) if ends else PulseEnd.ACKNOWLEDGED
        if not self.drives:
            return
        if end is PulseEnd.NOT_SENT:
            self._later(5, lambda: self.say(PulseOver(self.now_ns, lock, end)))
            return
        self._later(5, lambda: self._coil(lock, end))
        lasts_ms = 5 + (20 if end is PulseEnd.REFUSED else PULSE_MS)
        self._later(lasts_ms, lambda: self.say(PulseOver(self.now_ns, lock, end)))
        for place in self._boards if self.retells else ():
            self._later(lasts_ms + AFTERMATH_MS + READ_MS, self._reader(place))
            self._later(lasts_ms + AFTERMATH_MS + 2 * READ_MS, self._reader(place))

    def _coil(self, lock: str, end: PulseEnd) -> None:
        self.say(PulseBegan(self.now_ns, lock))
        if end is not PulseEnd.REFUSED and lock in self.pulsed:
            self.pulsed[lock]()

    def _puller(self, name: str, after_ms: float) -> Callable[[], None]:
        return lambda: self._later(after_ms, lambda: self.pull(name))

    def _poller(self, place: tuple[str, int]) -> Callable[[], None]:
        def poll() -> None:
            board = self._boards[place]
            if not board.is_mute and (board.word != board.last or board.tell):
                board.tell = 1 if board.word != board.last else 0
                self._read(place)
            self._later(POLL_MS, poll)

        return poll

    def _reader(self, place: tuple[str, int]) -> Callable[[], None]:
        return lambda: None if self._boards[place].is_mute else self._read(place)

    def _read(self, place: tuple[str, int]) -> None:
        board = self._boards[place]
        board.last = board.word
        self.say(BoardRead(self.now_ns, *place, board.word))

    def _edge(self, door: str, *, shut: bool) -> None:
        reed = self.doors[door].reed
        assert reed is not None
        # Pulled up, closed when shut: low while the door is shut.
        self.say(Edge(self.now_ns, reed.pin, not shut))

    def later_do(self, ms: float, act: Callable[[], None]) -> None:
        self._later(ms, act)

    def _later(self, ms: float, act: Callable[[], None]) -> None:
        heappush(self._events, (self.now_ns + round(ms * MS), next(self._order), act))
