"""Cut a board's power again and again, at random instants, under load; then see what it has cost.

Everything random follows from the seed. The instants themselves depend on the machine: a cut comes after a line that
the board has written and a random moment more, so that every stage between a contact and a receipt is hit.

What it cannot show: SIGKILL ends a process at any instruction, but the kernel keeps what it was given. That a commit
reaches the disk before it is told, only pulling a real plug proves.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random

from device.logic.units import S
from sim.board.forks import BoardForks
from sim.board.lines import Order, Seen
from sim.broker.brokers import Broker
from sim.campaign.plan import POWER, Plan, any_plan
from sim.campaign.verdict import Evidence, Life, confirmed, judge
from sim.control_room.core import Answering, Prompt
from sim.control_room.desk import TakenStatus
from sim.control_room.ledger import Ledger
from sim.control_room.room import Arrival
from sim.control_room.room import Seen as RoomSeen
from sim.control_room.values import Presence
from sim.site import BELL, BUTTON
from sim.stage import LEDGER_NAME, Stage

_LIFE_S = 0.5
_PRESS_MS = (25, 80)
# A thousand events that wait are delivered in seconds; the rest is for a loaded machine.
_SETTLE_S = 120.0
_ASK_S = 1.0


@dataclass(frozen=True, slots=True)
class CampaignResult:
    """What was done, and what was wrong: `faults` is empty if everything that sim/campaign/verdict.py claims holds."""

    kills: int
    faults: tuple[str, ...]
    events: int
    """Written by the boards, that we know of."""
    saved: int
    received: int
    arrived: int
    """Different events in the control room's ledger."""
    repeated: int
    """Arrivals of what the control room had already."""
    lost_unsaved: int
    """Written, never saved, never taken by a broker: gone with the power, as told."""
    last_seen: tuple[tuple[str, int], ...]
    """After which line of the board its power was cut, and how often."""
    duration_s: float


@dataclass(slots=True)
class _Tally:
    lives: list[Life] = field(default_factory=list)
    arrivals: Counter[str] = field(default_factory=Counter)
    """By digest."""
    arrived: set[str] = field(default_factory=set)
    """By id."""
    last_seen: Counter[str] = field(default_factory=Counter)
    ended: list[str] = field(default_factory=list)


def run_campaign(
    folder: Path, kills: int, seed: int, progress: Callable[[int], None] | None = None, *, broker: Broker | None = None
) -> CampaignResult:
    """Cut the power so many times in `folder`, an empty one. `progress` is told how many cuts there have been.

    broker: a new one by default; closed in the end. What the boards write to standard error is in `boards.log`.
    """
    begun_s = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    with BoardForks(folder / "boards.log") as forks:
        campaign = _Campaign(folder, seed, forks, broker)
        return campaign.run(kills, progress or (lambda _: None), begun_s)


class _Campaign:
    """One thread."""

    def __init__(self, folder: Path, seed: int, forks: BoardForks, broker: Broker | None) -> None:
        self._folder = folder
        self._rng = Random(seed)
        self._lines: SimpleQueue[Seen] = SimpleQueue()
        self._room: SimpleQueue[RoomSeen] = SimpleQueue()
        self._tally = _Tally()
        self._depth: int | None = None
        self._stage = Stage(
            folder,
            broker=broker,
            on_board=self._lines.put,
            on_room=self._room.put,
            seed=seed,
            # Hands this quick on contacts that bounce are chatter, and a board that hears chatter is idle.
            bounce="clean",
            start_board=forks.start,
        )

    def run(self, kills: int, progress: Callable[[int], None], begun_s: float) -> CampaignResult:
        with self._stage as stage:
            for number in range(1, kills + 1):
                self._live(any_plan(self._rng))
                progress(number)
            self._settle()
            stage.board.close()
            device = stage.site.device
        # What the room heard while it closed counts, too.
        self._hear_board(self._tally.lives[-1])
        self._hear_room()
        with Ledger(self._folder / LEDGER_NAME) as ledger:
            return self._result(ledger, device, kills, begun_s)

    # ------------------------------------------------------------ one life

    def _live(self, plan: Plan) -> None:
        life = self._begin()
        board = self._stage.board
        self._weather(plan.network, plan.mood)
        board.power_on()
        last = POWER
        if plan.moment != POWER:
            last = self._until(plan, life)
        time.sleep(plan.after_s)
        if not board.is_on:
            self._tally.ended.append(f"the board of life {len(self._tally.lives) - 1} ended by itself")
        board.cut_power()
        self._tally.last_seen[self._hear_board(life) or last] += 1
        self._hear_room()

    def _until(self, plan: Plan, life: Life) -> str:
        """Play until the line comes that the plan waits for; returns the last line's kind."""
        end_ns = self._stage.clock.monotonic_ns() + int(_LIFE_S * S)
        last, count, lines = POWER, 0, 0
        while count < plan.nth and (left_ns := end_ns - self._stage.clock.monotonic_ns()) > 0:
            try:
                seen = self._lines.get(timeout=left_ns / S)
            except Empty:
                break
            life.see(seen)
            lines += 1
            last = seen.kind
            count += last == plan.moment
            if lines == plan.turn_at:
                self._weather(*plan.then)
            self._react(seen, is_cut=plan.is_cut)
        return last

    def _react(self, seen: Seen, *, is_cut: bool) -> None:
        """Keep the board busy: every press that ends is followed by another."""
        if seen.kind == "armed":
            if is_cut:
                self._stage.board.order(Order(BUTTON, "cut"))
            self._press(BUTTON)
            self._press(BELL)
        elif seen.kind == "event":
            _, what, phase, zone, *_ = seen.values
            if what == "trouble.line" and phase == "raised":
                self._stage.board.order(Order(zone, "mend"))
            elif phase == "restored":
                self._press(zone)

    def _press(self, zone: str) -> None:
        self._stage.board.order(Order(zone, "press", self._rng.randint(*_PRESS_MS)))

    def _weather(self, network: str, mood: Answering) -> None:
        {"up": self._stage.network.up, "refuse": self._stage.network.refuse, "black": self._stage.network.black}[
            network
        ]()
        self._stage.room.answering = mood

    # ------------------------------------------------------------ the end

    def _settle(self) -> None:
        """All is well outside, for as long as it takes: until everything confirmed is there and nothing waits."""
        self._weather("up", Prompt())
        life = self._begin()
        self._stage.board.power_on()
        wanted = confirmed(self._tally.lives)
        end_s = time.monotonic() + _SETTLE_S
        while time.monotonic() < end_s:
            self._depth = None
            # A zone that moves is told in a status, and that says how much is waiting.
            self._press(BELL)
            self._hear_status()
            self._hear_board(life)
            if self._depth == 0 and wanted <= self._tally.arrived:
                return

    def _hear_status(self) -> None:
        end_s = time.monotonic() + _ASK_S
        while (left_s := end_s - time.monotonic()) > 0:
            try:
                self._take(self._room.get(timeout=left_s))
            except Empty:
                return

    def _result(self, ledger: Ledger, device: str, kills: int, begun_s: float) -> CampaignResult:
        tally = self._tally
        links = ledger.links(device)
        conflicts = [conflict.place for conflict in ledger.conflicts(device)]
        evidence = Evidence(tally.lives, links, conflicts, tally.arrivals)
        faults = [*tally.ended, *judge(evidence)]
        if self._depth != 0:
            faults.append(f"after {_SETTLE_S:.0f} s of fair weather {self._depth} events still waited")
        written = {digest for life in tally.lives for digest in life.written.values()}
        return CampaignResult(
            kills=kills,
            faults=tuple(faults),
            events=len(written),
            saved=len({id_ for life in tally.lives for id_ in life.saved}),
            received=len({id_ for life in tally.lives for id_ in life.received}),
            arrived=len(links),
            repeated=tally.arrivals.total() - len(tally.arrivals),
            lost_unsaved=len(written - {link.digest for link in links}),
            last_seen=tuple(tally.last_seen.most_common()),
            duration_s=time.monotonic() - begun_s,
        )

    # ------------------------------------------------------------ listening

    def _begin(self) -> Life:
        self._tally.lives.append(Life())
        return self._tally.lives[-1]

    def _hear_board(self, life: Life) -> str | None:
        """Everything that the board has said by now; returns the last line's kind."""
        last = None
        while not self._lines.empty():
            seen = self._lines.get()
            life.see(seen)
            last = seen.kind
        return last

    def _hear_room(self) -> None:
        while not self._room.empty():
            self._take(self._room.get())

    def _take(self, seen: RoomSeen) -> None:
        match seen:
            case Arrival():
                self._tally.arrivals[seen.event.digest] += 1
                self._tally.arrived.add(seen.event.id)
            case TakenStatus() if seen.status.presence is Presence.ONLINE:
                self._depth = seen.status.outbox_depth
            case _:
                pass
