"""From a file to a BankMap, and back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.config.keys import read_table
from device.config.load import load, parse, read_toml
from device.config.map import BankMap, Board, Door, Proof, load_map, parse_map, write_map
from device.config.model import Config
from device.config.reading import Reading
from device.errors import ConfigError
from drivers.locks.wiring import ByteOrder, Polarity
from tests.device.config.bank import BANK, MAP

RUN = "run: ansim-agent commission --config FILE"

NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)
PINS = st.integers(0, 27).map("GPIO{}".format)
SPOTS = st.builds("{}/{}/{}".format, NAMES, st.integers(0, 247), st.integers(1, 50))
INPUTS = st.builds("{}/{}".format, NAMES, st.integers(0, 15))
PROOFS = st.builds(
    Proof,
    finished=st.booleans(),
    at=st.datetimes().map("{:%Y-%m-%dT%H:%M:%SZ}".format).filter(lambda text: len(text) == 20),
    doors=st.integers(0, 128),
    version=st.just(1),
)
BOARDS = st.builds(
    Board,
    bus=NAMES,
    number=st.integers(0, 247),
    locks=st.integers(1, 50),
    polarity=st.sampled_from(Polarity),
    order=st.sampled_from(ByteOrder),
)
DOORS = st.builds(
    Door,
    name=NAMES,
    lock=st.none() | SPOTS | PINS,
    latch=st.none() | SPOTS,
    reed=st.none() | INPUTS | PINS,
    reed_closed_when_shut=st.booleans(),
)


def doors_of_their_own(doors: list[Door]) -> bool:
    """No two share a name, a lock, a feedback or an input."""
    for key in ("name", "lock", "latch", "reed"):
        values = [getattr(door, key) for door in doors if getattr(door, key) is not None]
        if len(set(values)) < len(values):
            return False
    return True


MAPS = st.builds(
    BankMap,
    proof=PROOFS,
    boards=st.lists(BOARDS, max_size=4).map(tuple),
    doors=st.lists(DOORS, max_size=6).filter(doors_of_their_own).map(tuple),
)


@pytest.fixture
def config() -> Config:
    """The bank that MAP belongs to."""
    return parse(BANK, "bank.toml")


def refusal(path: Path, config: Config) -> str:
    """What is said of a map that cannot be used."""
    with pytest.raises(ConfigError) as caught:
        load_map(path, config)
    return str(caught.value)


def test_values_arrive_as_written(tmp_path: Path, config: Config) -> None:
    path = tmp_path / "map.toml"
    path.write_text(MAP, encoding="utf-8")

    bank_map = load_map(path, config)

    assert bank_map.proof == Proof(finished=True, at="2026-11-28T10:00:00Z", doors=4, version=1)
    assert bank_map.boards == (
        Board(bus="left", number=0, locks=16, polarity=Polarity.SET_WHEN_LOCKED, order=ByteOrder.LOW_FIRST),
        Board(bus="right", number=7, locks=8, polarity=Polarity.SET_WHEN_OPEN, order=ByteOrder.LOW_FIRST),
    )
    assert bank_map.doors == (
        Door(name="a1", lock="left/0/1", latch="left/0/2", reed="reeds/15"),
        Door(name="a2", lock="right/7/8", latch="right/7/8"),
        Door(name="a4", reed="reeds/0", reed_closed_when_shut=False),
        Door(name="a3", lock="GPIO16", reed="GPIO5"),
    )


def test_where_there_is_no_map_the_line_says_what_to_run(tmp_path: Path, config: Config) -> None:
    path = tmp_path / "map.toml"

    assert refusal(path, config) == f"{path}: missing, because this bank is not commissioned yet; {RUN}"


def test_a_map_that_is_not_finished_says_what_to_run(tmp_path: Path, config: Config) -> None:
    path = tmp_path / "map.toml"
    path.write_text(MAP.replace("finished = true", "finished = false"), encoding="utf-8")

    assert refusal(path, config) == f"{path}: proof.finished = false: true is allowed; {RUN}"


def test_the_name_of_a_map_cannot_move_the_cursor(tmp_path: Path, config: Config) -> None:
    path = tmp_path / "map\n\x1b[2J"
    missing = refusal(path, config)
    path.write_text(MAP.replace("finished = true", "finished = false"), encoding="utf-8")

    assert missing.startswith(f"{tmp_path}/map\\n\\x1b[2J: missing")
    assert refusal(path, config).startswith(f"{tmp_path}/map\\n\\x1b[2J: proof.finished")


def test_a_folder_is_no_map(tmp_path: Path, config: Config) -> None:
    assert refusal(tmp_path, config) == f"{tmp_path}: not a regular file; a TOML file is allowed"


def test_a_configuration_that_is_missing_is_not_to_be_commissioned(tmp_path: Path) -> None:
    path = tmp_path / "bank.toml"

    with pytest.raises(ConfigError) as caught:
        load(path)

    assert str(caught.value) == f"{path}: cannot be read: No such file or directory"


def test_what_is_written_can_be_read_by_a_person(config: Config) -> None:
    text = write_map(parse_map(MAP, "map.toml", config))

    assert text.partition("\n")[2] == f"\n{MAP}".replace(
        'reed = "reeds/15"\n', 'reed = "reeds/15"\nreed_closed_when_shut = true\n'
    ).replace('latch = "right/7/8"\n', 'latch = "right/7/8"\nreed_closed_when_shut = true\n').replace(
        'reed = "GPIO5"\n', 'reed = "GPIO5"\nreed_closed_when_shut = true\n'
    )
    assert text.startswith("# Written by `ansim-agent commission --config FILE`")


@settings(deadline=None, derandomize=True, max_examples=200, database=None)
@given(MAPS)
def test_what_is_written_reads_back_as_the_same(bank_map: BankMap) -> None:
    reading = Reading("map.toml")

    assert read_table(BankMap, read_toml(write_map(bank_map), reading), "", reading) == bank_map


def test_a_map_of_the_largest_bank_is_far_from_too_large() -> None:
    name = "x" * 40
    door = Door(name=name, lock=f"{name}/247/50", latch=f"{name}/247/50", reed=f"{name}/15")
    board = Board(bus=name, number=247, locks=50, polarity=Polarity.SET_WHEN_LOCKED, order=ByteOrder.LOW_FIRST)
    proof = Proof(finished=True, at="2026-11-28T10:00:00Z", doors=128, version=1)

    assert len(write_map(BankMap(proof=proof, boards=(board,) * 128, doors=(door,) * 128))) < 64 * 1024
