"""The power is cut at random instants under load; `make bench` does so a thousand times."""

from pathlib import Path

from sim.campaign.campaign import run_campaign

KILLS = 25
SEED = 2


def test_power_cuts_lose_nothing_that_the_light_confirmed(tmp_path: Path) -> None:
    told: list[int] = []

    result = run_campaign(tmp_path, KILLS, SEED, told.append)

    assert not result.faults
    assert told == list(range(1, KILLS + 1))
    # That there was something to lose, and something to send again.
    assert result.saved > KILLS
    assert result.received > KILLS
    assert result.repeated > 0
    assert len(result.last_seen) > 3
