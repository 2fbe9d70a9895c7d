"""Durable events per second beside sign + commit + publish in a bare loop, and memory over very many events."""

from bench.figure import Figure
from bench.flood_board import SAVED_MOST
from bench.helper import Helper
from bench.plant import Plant
from bench.run import Run

_FLAT_FROM = 10
"""Memory is compared from a tenth of the events on: caches and bounded tables are full by then."""


def measure(run: Run) -> list[Figure]:
    """Press to store, without receipts: what the floor does, done by the agent; then press to answered."""
    events = 5_000 if run.quick else 100_000
    floor = _floor_per_s(run)
    saved_s, _ = _flood(run, "saved", SAVED_MOST)
    answered_s, memory = _flood(run, "answered", events)
    grown = memory[-1] - memory[0]
    return [
        Figure("press → stored and sent", SAVED_MOST / saved_s, "events/s", floor),
        Figure("press → receipt verified and settled", events / answered_s, "events/s"),
        Figure(f"memory after {events // _FLAT_FROM} events", memory[0], "MB"),
        Figure(f"memory after {events} events", memory[-1], "MB"),
        # Python's allocator comes and goes by arenas of 1 MiB.
        Figure(f"memory grown by the last {events - events // _FLAT_FROM} events", grown, "MB", at_most=2),
    ]


def _floor_per_s(run: Run) -> float:
    with (
        Plant(run.folder / "floor") as plant,
        Helper("bench.floor_store", str(plant.broker.port), str(run.folder / "floor.db"), str(SAVED_MOST)) as floor,
    ):
        return SAVED_MOST / float(floor.wait_for("done")[1])


def _flood(run: Run, pace: str, events: int) -> tuple[float, list[float]]:
    """Seconds, and the memory told ten times on the way."""
    told_every = events // _FLAT_FROM
    memory: list[float] = []
    with Plant(run.folder / pace) as plant:
        options = ("--config", str(plant.site.config), "--pace", pace, "--events", str(events))
        with Helper("bench.flood_board", *options, "--told-every", str(told_every)) as board:
            for number in range(_FLAT_FROM):
                memory.append(float(board.wait_for("memory")[2]))
                run.step(number + 1, _FLAT_FROM)
            return float(board.wait_for("done")[1]), memory
