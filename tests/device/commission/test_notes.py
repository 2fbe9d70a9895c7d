"""Notes survive an interruption, and nothing that cannot be read counts as proof."""

from pathlib import Path

import pytest

from device.commission.notes import Notes
from device.commission.plan import Plan, Proved
from device.commission.signals import Bit, Board, Pin
from drivers.files import Files

PLAN = Plan(("01", "02"), (Board("left", 1, 1, 8),), ("GPIO16",), ("GPIO5",))
BOTH = (
    Proved("01", "left/1/1", Bit("left", 1, 0), False, Pin("GPIO5"), True),
    Proved("02", "GPIO16", Bit("left", 1, 1)),
)


class CutFiles(Files):
    """The power goes before the new file has its name."""

    def exchange(self, old: Path, new: Path) -> None:
        raise KeyboardInterrupt


def test_what_was_kept_is_read(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "bank.toml")
    notes.keep(BOTH)

    assert notes.read(PLAN) == BOTH
    assert notes.path == tmp_path / "bank.toml.notes"


def test_without_notes_nothing_is_known(tmp_path: Path) -> None:
    assert Notes(tmp_path / "bank.toml").read(PLAN) is None


def test_an_interruption_leaves_the_notes_before(tmp_path: Path) -> None:
    Notes(tmp_path / "bank.toml").keep(BOTH[:1])

    with pytest.raises(KeyboardInterrupt):
        Notes(tmp_path / "bank.toml", CutFiles()).keep(BOTH)

    assert Notes(tmp_path / "bank.toml").read(PLAN) == BOTH[:1]


def test_they_go_when_the_map_is_written(tmp_path: Path) -> None:
    notes = Notes(tmp_path / "bank.toml")
    notes.keep(BOTH)
    notes.remove()
    notes.remove()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "plan",
    [
        Plan(("02",), PLAN.boards, PLAN.relays, PLAN.header_reeds),
        Plan(PLAN.doors, (), ("GPIO16", "GPIO20"), PLAN.header_reeds),
        Plan(PLAN.doors, PLAN.boards, PLAN.relays, ("GPIO6",)),
    ],
    ids=["the door is gone", "the board is gone", "the contact is gone"],
)
def test_what_does_not_fit_the_bank_any_more_is_left_out(plan: Plan, tmp_path: Path) -> None:
    notes = Notes(tmp_path / "bank.toml")
    notes.keep(BOTH)

    assert BOTH[0] not in (notes.read(plan) or ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"version": 2, "doors": []}',
        '{"version": 1}',
        '{"version": 1, "doors": [{}]}',
        "\xff",
        "[" * 100_000,
    ],
    ids=lambda text: text[:40],
)
def test_what_cannot_be_read_is_no_proof(text: str, tmp_path: Path) -> None:
    notes = Notes(tmp_path / "bank.toml")
    notes.path.write_bytes(text.encode("latin-1"))

    assert notes.read(PLAN) is None


@pytest.mark.parametrize(
    ("was", "becomes"),
    [('"left/1/1"', "7"), ('"place": 0', '"place": true'), ("false", "0"), ('"name": "GPIO5"', '"name": null')],
)
def test_a_value_of_the_wrong_kind_is_no_proof(was: str, becomes: str, tmp_path: Path) -> None:
    notes = Notes(tmp_path / "bank.toml")
    notes.keep(BOTH)
    text = notes.path.read_text()
    assert was in text
    notes.path.write_text(text.replace(was, becomes, 1))

    assert notes.read(PLAN) is None


@pytest.mark.parametrize(
    ("was", "becomes"),
    [('"door": "02"', '"door": "01"'), ('"GPIO16"', '"left/1/1"'), ('"place": 1', '"place": 0')],
    ids=["a door", "a lock", "a feedback"],
)
def test_what_stands_twice_is_no_proof(was: str, becomes: str, tmp_path: Path) -> None:
    notes = Notes(tmp_path / "bank.toml")
    notes.keep(BOTH)
    text = notes.path.read_text()
    assert was in text
    notes.path.write_text(text.replace(was, becomes))

    assert notes.read(PLAN) is None
