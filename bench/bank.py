"""A bank of a hundred doors on one line: how soon a door is known, how soon it is released, and what watching costs.

The boards, the doors and the line are simulated in a process of their own, behind a real pty. Agent and floor have the
port in turn. The floor is the script of bench/floor_bank.py: the same questions to the same boards, as often.
"""

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from bench.bank_site import BOARDS, KEY, KEY_PIN, port_of
from bench.door_moments import Opening, Wire, by_door, events_heard, floor_told, openings_of
from bench.figure import Figure, spread
from bench.helper import Helper, Line
from bench.moments import Moments, gaps_ms, lines_of
from bench.plant import Plant
from bench.process import Process
from bench.run import Run
from bench.site import ZONE_PINS
from device.config.load import load, map_of
from drivers.clock import SystemClock
from drivers.locks.framing import quiet_ns
from sim.acts.bank import Unlock
from sim.control_room.commands import CommandWriter

_ZONES = 3
_EVENTS = "ansim/v1/+/event"
_ENVIRONMENT = {"GPIOZERO_PIN_FACTORY": "mock", "PYTHONDONTWRITEBYTECODE": ""}
_ARMED, _CONNECTED = "armed", "connected to broker"
_REST_S = 2.0
# Between two doors: never in step with the rounds of questions, which are 0.25 s apart.
_GAP_S = (0.05, 0.25)
# A pulse, its window, and two readings of every board are over by then; and so is the rest of any lock.
_UNLOCK_GAP_S = (1.5, 2.0)
_FORCED = "forced"
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Size:
    """rounds: how often doors are forced and shut again, so many of them each time.

    warm_up_s: connecting, whatever is imported at first use, and the first rounds of questions are over by then.
    """

    doors: int
    rounds: int
    unlocks: int
    warm_up_s: float
    idle_s: int
    starts: int


_FULL = _Size(doors=100, rounds=2, unlocks=40, warm_up_s=5, idle_s=60, starts=15)
_QUICK = _Size(doors=10, rounds=1, unlocks=4, warm_up_s=2, idle_s=5, starts=2)


def measure(run: Run) -> list[Figure]:
    """Doors, commands, then a quiet time, then starts."""
    size = _QUICK if run.quick else _FULL
    listeners: list[Helper] = []
    with ExitStack() as stack:

        def listen(port: int) -> None:
            listeners.append(stack.enter_context(Helper("bench.listener", str(port), _EVENTS)))
            listeners[0].wait_for("ready")

        plant = stack.enter_context(Plant(run.folder / "plant", tls=True, zones=_ZONES, bank=True, listen_first=listen))
        boards = stack.enter_context(Helper("bench.lock_boards", "--config", str(plant.site.config)))
        boards.wait_for("ready")
        bench = _Bench(plant, boards, size)
        told = bench.agent()
        run.step(1, 4)
        switched_ns = time.monotonic_ns()
        bench.floor()
        run.step(2, 4)
        figures = bench.idle()
        run.step(3, 4)
        figures += bench.starts()
        run.step(4, 4)
        happened, heard = boards.finish(), listeners[0].finish()
    return [*_doors(bench, happened, heard, switched_ns), *_commands(bench, told, happened), *figures]


class _Bench:
    """One plant, one bank. Whoever is measured has the port of the boards for himself."""

    def __init__(self, plant: Plant, boards: Helper, size: _Size) -> None:
        self._plant = plant
        self._boards = boards
        self._size = size
        self._random = Random(1)
        config = load(plant.site.config)
        bank_map = map_of(config)
        if bank_map is None:
            raise ValueError("the store has no bank")
        self.spots = {door.name: door.latch or "" for door in bank_map.doors}
        """Of each door: bus, board and lock."""
        self.silence_ns = quiet_ns(config.buses[0].baud)
        """Of the line, between two frames."""
        identity = plant.pki.make_device("floor")
        self._floor_arguments = (
            str(plant.store_port),
            ",".join(ZONE_PINS[:_ZONES]),
            str(port_of(plant.site.config)),
            str(BOARDS),
            *(str(file) for file in (plant.pki.ca, identity.certificate, identity.key)),
        )
        self._agent_command = (Path(sys.executable).with_name("ansim-agent"), "run", "--config", plant.site.config)
        self._floor_command = (sys.executable, "-m", "bench.floor_bank", *self._floor_arguments)

    def agent(self) -> list[Line]:
        """Doors are forced, and released by commands; what the agent told."""
        with Helper("bench.agent_board", "--config", str(self._plant.site.config)) as agent:
            agent.wait_for("up")
            time.sleep(self._size.warm_up_s)
            for _ in range(self._size.rounds):
                self._force_and_shut()
            agent.order(KEY_PIN, None)
            agent.wait_for("event", lambda line: line[3] == KEY)
            self._unlock()
            return agent.finish()

    def floor(self) -> None:
        with Helper("bench.floor_bank", *self._floor_arguments, environment=_ENVIRONMENT) as floor:
            floor.wait_for("armed")
            time.sleep(_REST_S)
            self._force_and_shut()

    def idle(self) -> list[Figure]:
        """Nobody is there; the boards are asked all the time."""
        with Process(self._agent_command, _ENVIRONMENT) as ours:
            ours.said_after_s(_CONNECTED)
            used, rss_mb = self._cost(ours)
        with Process(self._floor_command, _ENVIRONMENT) as theirs:
            theirs.said_after_s(_ARMED)
            floor_used, floor_mb = self._cost(theirs)
        what = f"quiet bank: processor time over {self._size.idle_s} s"
        return [
            Figure("resident memory with a bank, TLS", rss_mb, "MB", floor_mb),
            Figure(what, used, "%", floor_used, at_most=2),
        ]

    def starts(self) -> list[Figure]:
        armed = spread([self._armed_s(self._agent_command) for _ in range(self._size.starts)])
        floor = spread([self._armed_s(self._floor_command) for _ in range(self._size.starts)])
        return [
            Figure("start → armed with a bank p50", armed.p50, "s", floor.p50),
            Figure(f"start → armed with a bank max of {self._size.starts}", armed.most, "s", floor.most),
        ]

    # ------------------------------------------------------------ hands

    def _force_and_shut(self) -> None:
        doors = self._random.sample(list(self.spots), self._size.doors)
        for act in ("force", "shut"):
            for door in doors:
                self._boards.order(act, door)
                time.sleep(self._random.uniform(*_GAP_S))
            time.sleep(_REST_S)

    def _unlock(self) -> None:
        numbers = count()
        signer, site = self._plant.site.control_room, self._plant.site
        writer = CommandWriter(signer, signer, "control-room", lambda: f"bench-{next(numbers)}")
        doors = self._random.sample(list(self.spots), self._size.unlocks)
        for door in doors:
            self._plant.room.send(*writer.write(Unlock(door=door), site.device, SystemClock().wall()).messages)
            time.sleep(self._random.uniform(*_UNLOCK_GAP_S))
        # While a coil is live, what other doors do is held back, and told later.
        for door in doors:
            self._boards.order("shut", door)
            time.sleep(self._random.uniform(*_GAP_S))
        time.sleep(_REST_S)

    def _cost(self, process: Process) -> tuple[float, float]:
        """Processor time in percent of a core, and memory in MB."""
        time.sleep(self._size.warm_up_s)
        before_s = process.cpu_s()
        time.sleep(self._size.idle_s)
        return (process.cpu_s() - before_s) * 100 / self._size.idle_s, process.rss_mb()

    def _armed_s(self, command: tuple[str | Path, ...]) -> float:
        with Process(command, _ENVIRONMENT) as process:
            return process.said_after_s(_ARMED)


# ---------------------------------------------------------------- what it comes to


def _doors(bench: _Bench, happened: list[Line], heard: list[Line], switched_ns: int) -> list[Figure]:
    ours, floors = _halves(openings_of(happened), switched_ns)
    forced = [opening for opening in ours if opening.cause == _FORCED]
    events = events_heard(heard)
    openings = gaps_ms(_opened(ours), events["ansim.door.opened", "reported"])
    released = [gap_ms for each, gap_ms in zip(ours, openings, strict=True) if each.cause != _FORCED]
    changes = [gap_ms for each, gap_ms in zip(ours, openings, strict=True) if each.cause == _FORCED]
    changes += gaps_ms(_closed(ours), events["ansim.door.closed", "reported"])
    by_spot = {spot.partition("/")[2].replace("/", "-"): door for door, spot in bench.spots.items()}
    floor_changes = [
        *gaps_ms(_opened(floors), floor_told(heard, "opened", by_spot)),
        *gaps_ms(_closed(floors), floor_told(heard, "closed", by_spot)),
    ]
    alarms = events["ansim.alarm.forced", "raised"]
    wire = Wire(happened)
    told = by_door((each.door, _first_told_ns(wire, bench.spots[each.door], each.at_ns)) for each in forced)
    known, floor, opened = spread(changes), spread(floor_changes), spread(released)
    slowest_ms = wire.slowest_answer_ms()
    alarmed, since_told = spread(gaps_ms(_opened(forced), alarms)), spread(gaps_ms(told, alarms))
    change, opening, answer = "forced or shut → door event", "forced → alarm", "first answer that tells it → alarm"
    return [
        Figure("simulated boards: slowest answer", slowest_ms, "ms"),
        Figure(f"{change} at a subscriber p50", known.p50, "ms", floor.p50),
        Figure(f"{change} at a subscriber max of {len(changes)}", known.most, "ms", floor.most, at_most=1_000),
        Figure("released, it opens → door event p50", opened.p50, "ms"),
        Figure(f"released, it opens → door event max of {len(released)}", opened.most, "ms", at_most=1_000),
        Figure(f"{opening} at a subscriber p50", alarmed.p50, "ms"),
        Figure(f"{opening} at a subscriber max of {len(forced)}", alarmed.most, "ms"),
        Figure(f"{answer} p50", since_told.p50, "ms"),
        Figure(f"{answer} max of {len(forced)}", since_told.most, "ms", at_most=600),
    ]


def _commands(bench: _Bench, told: list[Line], happened: list[Line]) -> list[Figure]:
    wire = Wire(happened)
    received = [line[1] for line in lines_of(told, "command")]
    pairs = list(zip(received, wire.unlocks_ns, strict=True))
    whole = spread([(unlock_ns - at_ns) / _NS_PER_MS for at_ns, unlock_ns in pairs])
    beyond = spread([wire.beyond_ms(at_ns, unlock_ns, bench.silence_ns) for at_ns, unlock_ns in pairs])
    what = "command → unlock on the line"
    return [
        Figure(f"{what} p50", whole.p50, "ms"),
        Figure(f"{what} max of {len(pairs)}", whole.most, "ms"),
        Figure(f"{what}, beyond bus time p50", beyond.p50, "ms"),
        Figure(f"{what}, beyond bus time max", beyond.most, "ms", at_most=30),
    ]


def _halves(openings: list[Opening], at_ns: int) -> tuple[list[Opening], list[Opening]]:
    return [each for each in openings if each.at_ns < at_ns], [each for each in openings if each.at_ns >= at_ns]


def _opened(openings: list[Opening]) -> Moments:
    return by_door((each.door, each.at_ns) for each in openings)


def _closed(openings: list[Opening]) -> Moments:
    return by_door((each.door, each.closed_ns) for each in openings if each.closed_ns is not None)


def _first_told_ns(wire: Wire, spot: str, opened_ns: int) -> int:
    _, board, lock = spot.split("/")
    return wire.first_told_ns(int(board), int(lock), opened_ns)
