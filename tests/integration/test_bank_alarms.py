"""What is done to a bank by hand reaches the control room, whatever becomes of its line: all parts are real."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.logic.event import Phase
from sim.acts.bank import Adapter, Force, Shut, Unlock
from sim.acts.model import Hold, Release
from sim.acts.words import AdapterState
from sim.office import TrialOffice
from tests.integration.bank_bench import BANK, BUS, PANIC, BankBench, running_bank

OUT = Adapter(bus=BUS, state=AdapterState.OUT)
IN = Adapter(bus=BUS, state=AdapterState.IN)
BOTH = [Phase.RAISED, Phase.RESTORED]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> TrialOffice:
    return TrialOffice(tmp_path_factory.mktemp("office"), BANK)


@pytest.fixture
def bench(tmp_path: Path, office: TrialOffice) -> Iterator[BankBench]:
    with running_bank(tmp_path, office) as bench:
        yield bench


def phases(bench: BankBench, what: str) -> list[Phase]:
    return [event.phase for event in bench.told(what)]


def test_a_forced_door_is_an_alarm_until_it_is_shut(bench: BankBench) -> None:
    bench.do(Force(door="09"))
    alarm = bench.wait_told("alarm.forced", "09")
    bench.do(Shut(door="09"))
    bench.wait_told("alarm.forced", "09", "restored")

    assert (alarm.sia, alarm.cid) == ("DF", 423)
    assert {event.subject for event in bench.told("alarm.")} == {"09"}
    assert phases(bench, "alarm.") == BOTH
    assert bench.pulses() == []


def test_an_adapter_that_was_away_is_told_and_so_is_a_door_that_was_opened_meanwhile(bench: BankBench) -> None:
    bench.do(OUT)
    bench.wait_told("trouble.bus", BUS)
    bench.do(Force(door="09"))
    unsent = bench.outcome(bench.order(Unlock(door="07")))
    bench.do(IN)
    bench.wait_told("trouble.bus", BUS, "restored")
    bench.wait_told("alarm.found_open", "09")
    assert bench.outcome(bench.order(Unlock(door="10")))["result"] == "opened"

    assert phases(bench, "trouble.bus") == BOTH
    assert [(event.type, event.subject) for event in bench.told("alarm.")] == [("ansim.alarm.found_open", "09")]
    # What could not be sent is not sent later.
    assert (unsent["end"], unsent["reason"]) == ("refused", "not-sent")
    assert bench.pulsed() == ["10"]


def test_the_panic_button_works_while_no_lock_board_can_be_heard(bench: BankBench) -> None:
    bench.do(OUT)
    bench.wait_told("trouble.bus", BUS)

    bench.press(Hold(zone=PANIC))
    bench.wait_told("alarm.panic", PANIC)
    bench.press(Release(zone=PANIC))
    bench.wait_told("alarm.panic", PANIC, "restored")

    assert phases(bench, "alarm.") == BOTH
    assert phases(bench, "trouble.bus") == [Phase.RAISED]
