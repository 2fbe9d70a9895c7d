"""What programs that are started for one errand cost: `ansim-agent renew` on a device, `ansim-provision trial`.

The floor is a Python that imports what they cannot do without, and ends.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from bench.figure import Figure
from bench.head_office import HOST, PROGRAM, HeadOffice
from bench.helper import Helper
from bench.run import Run
from provisioning.agent_config import agent_config, store_wiring
from provisioning.clock import now_utc
from provisioning.invitation import invite
from provisioning.model import Broker

_Command = Sequence[str | Path]

_AGENT = Path(sys.executable).with_name("ansim-agent")
_RENEW_FLOOR = (sys.executable, "-c", "import ssl, http.client; from cryptography import x509")
_TRIAL_FLOOR = (sys.executable, "-c", "import ssl; from cryptography import x509")
_VALID = timedelta(days=1)
_MS_PER_S = 1_000
# Where a configuration of the office has everything.
_STATE = "/var/lib/ansim"


def renewal(run: Run) -> list[Figure]:
    """The daily errand when nothing is due: it asks for the authorities and the keys, against the real service."""
    with HeadOffice(run.folder / "renewing") as office:
        device = office.devices[0]
        config = _configure(office, device, run.folder / "device")
        label = str(office.office.label(device, invite(office.registry, device, _VALID, now_utc())))
        with office.serving():
            subprocess.run((_AGENT, "enroll", label, "--config", config), check=True, capture_output=True)
            ours, floor = _compare(run, lambda _: (_AGENT, "renew", "--config", config), _RENEW_FLOOR)
    what = "ansim-agent renew, nothing due"
    return [
        Figure(f"{what}: time p50", ours.wall_ms, "ms", floor.wall_ms),
        Figure(f"{what}: processor time p50", ours.cpu_ms, "ms", floor.cpu_ms),
        Figure(f"{what}: peak memory", ours.most_mb, "MB", floor.most_mb),
    ]


def trial(run: Run) -> list[Figure]:
    """A whole office, each time in a new folder."""
    ours, floor = _compare(
        run, lambda number: (PROGRAM, "trial", "--office", run.folder / f"trial-{number}"), _TRIAL_FLOOR
    )
    what = "ansim-provision trial"
    return [
        Figure(f"{what} p50", ours.wall_ms, "ms", floor.wall_ms),
        Figure(f"{what} max of {ours.runs}", ours.most_ms, "ms", floor.most_ms, at_most=1_000),
    ]


@dataclass(frozen=True, slots=True)
class _Costs:
    """Of so many runs; medians, unless they say most."""

    runs: int
    wall_ms: float
    most_ms: float
    cpu_ms: float
    most_mb: float


def _compare(run: Run, command: Callable[[int], _Command], floor: _Command) -> tuple[_Costs, _Costs]:
    """In turn, so that both have the same machine. The first of each is not counted: it fills the caches."""
    runs = 3 if run.quick else 15
    found = [(_cost(command(number)), _cost(floor)) for number in range(runs + 1)][1:]
    return _costs([ours for ours, _ in found]), _costs([theirs for _, theirs in found])


def _costs(found: Sequence[tuple[float, float, float]]) -> _Costs:
    wall_s, cpu_s, peak_mb = zip(*found, strict=True)
    return _Costs(
        len(found), median(wall_s) * _MS_PER_S, max(wall_s) * _MS_PER_S, median(cpu_s) * _MS_PER_S, max(peak_mb)
    )


def _cost(command: _Command) -> tuple[float, float, float]:
    """Seconds, processor seconds, peak memory in MB. ChildProcessError if the program fails."""
    with Helper("bench.cost", *(str(word) for word in command)) as child:
        _, wall_s, cpu_s, peak_mb, status = child.wait_for("cost")
    if status != 0:
        raise ChildProcessError(f"{command[0]} ended with status {status}")
    return wall_s, cpu_s, peak_mb


def _configure(office: HeadOffice, device: str, folder: Path) -> Path:
    (folder / "identity").mkdir(parents=True)
    site = office.registry.sites()[0]
    text = agent_config(device, site, office.est, [Broker(HOST, 8883, "/", "")], store_wiring())
    config = folder / "agent.toml"
    config.write_text(text.replace(_STATE, str(folder)), encoding="utf-8")
    return config
