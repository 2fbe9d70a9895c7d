"""What the simulator costs: quiet days, worlds in which everything goes wrong, and the way to the panel's page."""

import logging
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection

from bench.figure import Figure, spread
from bench.run import Run
from device.logic.envelope import Typ, seal, unseal
from sim.explore.draw import draw
from sim.explore.judge import judge
from sim.world.seals import MacKeys, MacSigner
from sim.world.setup import StoreSetup, WorldSetup
from sim.world.world import World

_HOUR_S = 3_600
_DAY_NS = 24 * _HOUR_S * 1_000_000_000
_QUIET_H = 48
_HEARTBEAT_S = 60
_MS_PER_S = 1_000
# 1,000 worlds of a day within ten minutes on two cores.
_WORLD_MS = 1_200
_PAGE_MS = 10_000
_PORT = re.compile(rb":(\d+)/")
_START_S = 60.0


def measure(run: Run) -> list[Figure]:
    parts = (_quiet, _worlds, _page)
    figures: list[Figure] = []
    for number, part in enumerate(parts):
        figures += part(run)
        run.step(number + 1, len(parts))
    return figures


def _quiet(run: Run) -> list[Figure]:
    """The floor is what cannot be left out: every status sealed by the store, and opened by the control room."""
    took, floors = [], []
    for seed in range(3 if run.quick else 9):
        with World(WorldSetup(seed=seed, stores=(StoreSetup(heartbeat_s=_HEARTBEAT_S, lamps=False),))) as world:
            world.start()
            begun_s = time.process_time()
            world.run_for(_QUIET_H * _HOUR_S)
            took.append((time.process_time() - begun_s) * _MS_PER_S)
        floors.append(_sealed_ms(_QUIET_H * _HOUR_S // _HEARTBEAT_S))
    name = f"{_QUIET_H} h of a quiet store, a status a minute: CPU p50"
    return [Figure(name, spread(took).p50, "ms", spread(floors).p50, at_most=1_000)]


def _sealed_ms(statuses: int) -> float:
    signer = MacSigner("store-0042")
    keys, payload = MacKeys(signer), {"device": "store-0042", "zones": {f"zone-{n}": "normal" for n in range(6)}}
    begun_s = time.process_time()
    for _ in range(statuses):
        unseal(seal(payload, Typ.STATUS, signer), Typ.STATUS, keys)
    return (time.process_time() - begun_s) * _MS_PER_S


def _worlds(run: Run) -> list[Figure]:
    logging.basicConfig(level=logging.ERROR)  # as `ansim-sim explore` does: a played fault is not logged
    took = []
    for seed in range(5 if run.quick else 40):
        scenario = draw(seed, _DAY_NS)
        begun_s = time.process_time()
        if judge(scenario):
            raise ValueError(f"world {seed} breaks a rule: ansim-sim explore --first {seed} --seeds 1")
        took.append((time.process_time() - begun_s) * _MS_PER_S)
    return [
        Figure("24 h with every fault: CPU, mean", sum(took) / len(took), "ms", at_most=_WORLD_MS),
        Figure(f"24 h with every fault: CPU, max of {len(took)}", max(took), "ms"),
    ]


def _page(run: Run) -> list[Figure]:
    """Three stores, two brokers, an office; the floor is a page of the standard library's own server."""
    runs = 2 if run.quick else 7
    took = [_served_after_ms(("sim", "demo", "--no-browser"), "/api/world") for _ in range(runs)]
    floor = ("http.server", "0", "--bind", "127.0.0.1", "--directory", str(run.folder))
    floors = [_served_after_ms(floor, "/") for _ in range(runs)]
    return [Figure(f"ansim-sim demo → page, worst of {runs}", max(took), "ms", max(floors), at_most=_PAGE_MS)]


def _served_after_ms(program: Sequence[str], path: str) -> float:
    begun_s = time.monotonic()
    command = [sys.executable, "-u", "-m", *program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            found = _PORT.search(process.stdout.readline() if process.stdout is not None else b"")
            if found is None:
                raise ValueError(f"{program[0]} did not say where it is")
            connection = HTTPConnection("127.0.0.1", int(found[1]), timeout=_START_S)
            connection.request("GET", path)
            if connection.getresponse().status != 200:
                raise ValueError(f"{program[0]} does not serve {path}")
            connection.close()
            return (time.monotonic() - begun_s) * _MS_PER_S
        finally:
            process.terminate()
