"""The control room opens doors from afar: real agent, TLS, Mosquitto and ledger, lock boards behind a real pty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.acts.bank import Mechanism, Unlock
from sim.acts.words import CommandState, MechanismState
from sim.office import TrialOffice
from tests.integration.bank_bench import ANOTHER, BANK, BankBench, detail, running_bank


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> TrialOffice:
    return TrialOffice(tmp_path_factory.mktemp("office"), BANK)


@pytest.fixture
def bench(tmp_path: Path, office: TrialOffice) -> Iterator[BankBench]:
    with running_bank(tmp_path, office) as bench:
        yield bench


def open_door(bench: BankBench, door: str) -> str:
    """Commands are taken in order: what was sent before has been judged then. The `jti`."""
    jti = bench.order(Unlock(door=door))
    assert bench.outcome(jti)["result"] == "opened"
    return jti


def test_a_signed_command_opens_its_door_and_is_told_once(bench: BankBench) -> None:
    jti = bench.order(Unlock(door="07"))

    outcome = bench.outcome(jti)
    assert (outcome["end"], outcome["command"], outcome["door"]) == ("done", "door.unlock", "07")
    assert outcome["result"] == "opened"
    assert bench.bank.is_open("07")
    assert detail(bench.wait_told("door.opened", "07"))["released"] == jti

    open_door(bench, "08")

    assert bench.pulsed() == ["07", "08"]
    assert [event.type for event in bench.told("command.", jti)] == ["ansim.command.done"]
    assert bench.told("alarm.") == []


def test_the_same_bytes_again_pulse_nothing_and_are_answered_once(bench: BankBench) -> None:
    jti, message = bench.write(Unlock(door="07"))
    bench.send(message, message)
    assert bench.outcome(jti)["end"] == "done"

    bench.send(message, message)
    refused = detail(bench.wait_told("command.refused", jti))
    open_door(bench, "08")

    assert (refused["reason"], refused["outcome"]) == ("seen before", "done")
    assert [event.type for event in bench.told("command.", jti)] == ["ansim.command.done", "ansim.command.refused"]
    assert bench.pulsed() == ["07", "08"]


def test_what_is_late_overtaken_forged_or_for_another_pulses_nothing(bench: BankBench) -> None:
    expired = bench.order(Unlock(door="01", state=CommandState.EXPIRED))
    overtaken = bench.order(Unlock(door="02", state=CommandState.OTHER_REVISION))
    forged = bench.order(Unlock(door="03", state=CommandState.UNSIGNED))
    anothers, message = bench.write(Unlock(door="04"), ANOTHER)
    bench.send(message)

    open_door(bench, "05")

    assert bench.pulsed() == ["05"]
    assert [bench.outcome(jti)["reason"] for jti in (expired, overtaken)] == ["expired", "other revision"]
    assert bench.told("command.", forged) == bench.told("command.", anothers) == []
    # Whoever is not believed is not answered; that somebody tries is told.
    assert len(bench.told("trouble.", phase="raised")) == 1


def test_a_fourth_door_within_ten_minutes_is_refused_also_after_a_power_cut(
    tmp_path: Path, office: TrialOffice
) -> None:
    with running_bank(tmp_path, office, remote_opens=3) as bench:
        for door in ("01", "02", "03"):
            open_door(bench, door)
        assert bench.outcome(bench.order(Unlock(door="04")))["reason"] == "too many openings"

        bench.cut_power()
        bench.power_on()

        assert bench.outcome(bench.order(Unlock(door="05")))["reason"] == "too many openings"
        assert bench.pulsed() == ["01", "02", "03"]


def test_a_lock_that_jams_is_pulsed_twice_and_told(bench: BankBench) -> None:
    bench.do(Mechanism(door="07", state=MechanismState.JAMMED))

    outcome = bench.outcome(bench.order(Unlock(door="07")))

    assert (outcome["end"], outcome["result"]) == ("done", "jammed")
    assert bench.wait_told("trouble.jammed", "07").phase.value == "raised"
    open_door(bench, "08")
    assert bench.pulsed() == ["07", "07", "08"]
