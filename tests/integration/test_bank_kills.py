"""The power goes in the middle of a command: no door is ever released twice, and what nobody knows is told as such."""

from pathlib import Path

import pytest

from sim.acts.bank import Unlock
from sim.office import TrialOffice
from tests.integration.bank_bench import BANK, BankBench, detail, plain
from tests.integration.bank_board import Death

DONE, UNKNOWN, REFUSED = "ansim.command.done", "ansim.command.unknown", "ansim.command.refused"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> TrialOffice:
    return TrialOffice(tmp_path_factory.mktemp("office"), BANK)


@pytest.mark.parametrize(
    ("death", "pulses"),
    [
        pytest.param(Death.KEPT, 0, id="between the disk and the pulse"),
        pytest.param(Death.PULSED, 1, id="behind the pulse"),
        pytest.param(Death.ENDED, 1, id="before its outcome is stored"),
    ],
)
def test_a_command_that_was_cut_short_is_unknown_once_and_never_carried_out_again(
    tmp_path: Path, office: TrialOffice, death: Death, pulses: int
) -> None:
    doors, bus = plain(24, boards=2)
    with BankBench(tmp_path, office, doors, bus) as bench:
        bench.write_map()
        bench.power_on(death)
        jti, message = bench.write(Unlock(door="07"))
        bench.send(message)
        bench.wait_death()
        assert bench.pulsed() == ["07"] * pulses

        bench.power_on()
        unknown = detail(bench.wait_told("command.unknown", jti))
        bench.send(message, message)
        assert bench.outcome(bench.order(Unlock(door="08")))["result"] == "opened"
        assert [event.subject for event in bench.told("alarm.found_open")] == ["07"] * pulses
        # Told at a start; at another one there is nothing left to tell.
        bench.cut_power()
        bench.power_on()
        bench.send(message)
        assert bench.outcome(bench.order(Unlock(door="09")))["result"] == "opened"

        assert (unknown["reason"], unknown["door"]) == ("restarted", "07")
        assert bench.pulsed() == [*["07"] * pulses, "08", "09"]
        assert bench.bank.is_open("07") is bool(pulses)
        told = bench.told("command.", jti)
        assert [event.type for event in told].count(UNKNOWN) == 1
        # An event leaves before it is on the disk: the outcome itself may have.
        assert {event.type for event in told} - ({DONE} if death is Death.ENDED else set()) == {UNKNOWN, REFUSED}
        refusals = [detail(event) for event in told if event.type == REFUSED]
        assert {(refusal["reason"], refusal["outcome"]) for refusal in refusals} == {("seen before", "unknown")}
