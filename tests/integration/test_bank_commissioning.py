"""An installer with a phone before a bank: `ansim-agent commission` on a terminal, lock boards behind a real pty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.acts.bank import Cable, Unlock
from sim.acts.words import CableEnd, CableState
from sim.locks.setup import Family
from sim.office import TrialOffice
from tests.integration.bank_bench import BANK, BankBench, plain
from tests.integration.operator_bench import Said, agent
from tests.integration.phone import COLUMNS, ENGLISH, KOREAN, Installer, Phone, Speech, width

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "bank.toml"
DOORS = ("01", "02")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> TrialOffice:
    return TrialOffice(tmp_path_factory.mktemp("office"), BANK)


@pytest.fixture
def bench(tmp_path: Path, office: TrialOffice) -> Iterator[BankBench]:
    """Two doors of a family that has few addresses to ask at; nobody knows how they are wired."""
    doors, bus = plain(len(DOORS), family=Family.KERONG_CU16)
    with BankBench(tmp_path, office, doors, bus) as bench:
        bench.configure(reply_ms=50)
        yield bench


def commission(bench: BankBench, language: str) -> Phone:
    return Phone("device", ["commission", "--config", bench.config, "--lang", language])


def check(bench: BankBench) -> Said:
    return agent("check", "--config", bench.config)


def asked_for(phone: Phone, speech: Speech) -> list[str]:
    """The doors that were to be opened by hand."""
    text = " ".join(" ".join(phone.lines).split())
    return [door for door in DOORS if speech.open.format(door=door) in text]


def too_wide(phone: Phone) -> list[str]:
    return [line for line in phone.lines if width(line) > COLUMNS or not line.isprintable()]


def last_words(phone: Phone) -> str:
    return " ".join(phone.screens[-1].split())


def test_a_wire_that_is_cut_is_named_and_once_it_is_mended_the_bank_works(bench: BankBench) -> None:
    bench.do(Cable(door="02", sensor=CableEnd.LATCH, state=CableState.CUT))
    with commission(bench, "en") as phone:
        assert Installer(bench.bank, ENGLISH, DOORS, mute=["02"]).run(phone) == 65

    assert too_wide(phone) == []
    assert "its wire is loose or cut. Where: left/0/2?" in last_words(phone)
    assert check(bench).status == 78

    bench.do(Cable(door="02", sensor=CableEnd.LATCH, state=CableState.WHOLE))
    with commission(bench, "en") as phone:
        assert Installer(bench.bank, ENGLISH, DOORS).run(phone) == 0

    assert too_wide(phone) == []
    assert asked_for(phone, ENGLISH) == ["02"]
    assert check(bench) == Said(0, f"{BANK}: good; 1 zones, 2 doors, 0 indicators\n", "")
    pulses = bench.pulsed()
    bench.power_on()
    assert bench.outcome(bench.order(Unlock(door="01")))["result"] == "opened"
    assert bench.pulsed() == [*pulses, "01"]


def test_interrupted_in_the_middle_it_goes_on_there(bench: BankBench) -> None:
    is_second = KOREAN.open.format(door="02")
    with commission(bench, "ko") as phone:
        assert Installer(bench.bank, KOREAN, DOORS).run(phone, lambda text: is_second in text) == 75

    assert too_wide(phone) == []
    assert "같은 명령으로 이어서 할 수 있습니다." in last_words(phone)
    assert not bench.map.exists()

    with commission(bench, "ko") as phone:
        assert Installer(bench.bank, KOREAN, DOORS).run(phone) == 0

    assert too_wide(phone) == []
    assert asked_for(phone, KOREAN) == ["02"]
    assert "모든 문을 확인했습니다." in last_words(phone)
    assert check(bench).status == 0


def test_without_its_map_the_example_is_refused_with_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "bank.toml"
    config.write_text(EXAMPLE.read_text(encoding="utf-8").replace("/var/lib/ansim", str(tmp_path)), encoding="utf-8")

    said = agent("check", "--config", config)

    run = "run: ansim-agent commission --config FILE"
    text = f"{tmp_path}/bank-map.toml: missing, because this bank is not commissioned yet; {run}\n"
    assert (said.status, said.out) == (78, "")
    assert said.err.startswith(text)
