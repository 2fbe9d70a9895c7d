"""What a running agent costs: the real `ansim-agent run` with mutual TLS, three zones, and nobody pressing.

The floor is the script of bench/floor_button.py, as real and as idle, with the same three buttons and the same TLS.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figure import Figure, spread
from bench.plant import Plant
from bench.process import Process
from bench.run import Run
from bench.site import ZONE_PINS

_Command = Sequence[str | Path]

_ZONES = 3
# Byte code is kept from one start to the next, as it is where the agent is installed, whatever is set here.
_ENVIRONMENT = {"GPIOZERO_PIN_FACTORY": "mock", "PYTHONDONTWRITEBYTECODE": ""}
_ARMED = "armed"
_CONNECTED = "connected to broker"
# Connecting, and whatever is imported at first use, is over by then.
_WARM_UP_S = 5.0


def measure(run: Run) -> list[Figure]:
    """Memory, idle processor time, and the time until the inputs are watched: with a network, and without."""
    starts, idle_s = (3, 5) if run.quick else (15, 60)
    with Plant(run.folder / "plant", tls=True, zones=_ZONES) as plant:
        agent = (Path(sys.executable).with_name("ansim-agent"), "run", "--config", plant.site.config)
        floor = _floor(plant)
        figures = _idle(agent, floor, idle_s)
        run.step(1, 3)
        figures += _starts(agent, floor, starts)
        run.step(2, 3)
    # The broker is gone now: its port refuses.
    armed = spread([_said_after_s(agent, _ARMED) for _ in range(starts)])
    run.step(3, 3)
    return [*figures, Figure(f"start → armed without network, max of {starts}", armed.most, "s", at_most=0.6)]


def _floor(plant: Plant) -> _Command:
    identity = plant.pki.make_device("floor")
    files = (plant.pki.ca, identity.certificate, identity.key)
    return (sys.executable, "-m", "bench.floor_button", str(plant.store_port), ",".join(ZONE_PINS[:_ZONES]), *files)


def _idle(agent: _Command, floor: _Command, idle_s: int) -> list[Figure]:
    with Process(agent, _ENVIRONMENT) as ours, Process(floor, _ENVIRONMENT) as theirs:
        ours.said_after_s(_CONNECTED)
        theirs.said_after_s(_ARMED)
        time.sleep(_WARM_UP_S)
        before = (ours.cpu_s(), theirs.cpu_s())
        time.sleep(idle_s)
        used, floor_used = (ours.cpu_s() - before[0], theirs.cpu_s() - before[1])
        percent = 100 / idle_s
        return [
            Figure("resident memory, TLS", ours.rss_mb(), "MB", theirs.rss_mb(), at_most=45),
            Figure(f"idle processor time over {idle_s} s", used * percent, "%", floor_used * percent, at_most=0.3),
        ]


def _starts(agent: _Command, floor: _Command, starts: int) -> list[Figure]:
    armed, connected, floors = [], [], []
    for _ in range(starts):
        with Process(agent, _ENVIRONMENT) as process:
            armed.append(process.said_after_s(_ARMED))
            connected.append(process.said_after_s(_CONNECTED))
        floors.append(_said_after_s(floor, _ARMED))
    ours, theirs = spread(armed), spread(floors)
    return [
        Figure("start → armed p50", ours.p50, "s", theirs.p50),
        Figure(f"start → armed max of {starts}", ours.most, "s", theirs.most, at_most=0.6),
        Figure("start → connected p50", spread(connected).p50, "s"),
    ]


def _said_after_s(command: _Command, words: str) -> float:
    with Process(command, _ENVIRONMENT) as process:
        return process.said_after_s(words)
