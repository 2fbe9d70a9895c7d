"""The power is cut at random instants under load: nothing that the light confirmed may be lost (sim/campaign)."""

from bench.figure import Figure
from bench.run import Run
from sim.campaign.campaign import run_campaign

_SEED = 1


def measure(run: Run) -> list[Figure]:
    """Faults are what sim/campaign/verdict.py finds: lost, twice, out of chain."""
    kills = 50 if run.quick else 1_000
    result = run_campaign(run.folder / "campaign", kills, _SEED, lambda done: run.step(done, kills))
    for fault in result.faults:
        run.tell(fault)
    return [
        Figure("power cuts", result.kills, "cuts"),
        Figure("events written by the boards", result.events, "events"),
        Figure("different events at the control room", result.arrived, "events"),
        Figure("faults", len(result.faults), "faults", at_most=0),
    ]
