"""What the driver makes of the chip, and how it notices that the chip is something else."""

import pytest

from drivers.expander.chip import Chip, Reading
from sim.board.expander import Expander


def made() -> tuple[Expander, Chip]:
    expander = Expander()
    chip = Chip(expander)
    chip.set_up()
    chip.read()
    return expander, chip


def test_a_chip_as_it_leaves_the_factory_is_not_read_but_set_up() -> None:
    expander = Expander()
    chip = Chip(expander)
    assert chip.read() is None

    chip.set_up()

    assert Reading(0xFFFF, 0xFFFF, 0xFFFF) == chip.read()
    assert Reading(0xFFFF, 0xFFFF, 0) == chip.read()


@pytest.mark.parametrize("control", range(0, 0x100, 2))
def test_it_is_set_up_from_whatever_mode_it_is_in(control: int) -> None:
    fresh, chip_of_fresh = made()
    expander = Expander()
    expander.write(0x0A, bytes([control]))
    chip = Chip(expander)

    chip.set_up()
    reading = chip.read()

    assert reading is not None
    assert reading.levels == 0xFFFF
    assert fresh.read(0x00, 22) == expander.read(0x00, 22)
    chip_of_fresh.close()


def test_all_inputs_are_read_at_once() -> None:
    expander, chip = made()

    expander.drive(0, False)
    expander.drive(7, False)
    expander.drive(8, False)
    expander.drive(15, False)

    reading = chip.read()
    assert reading is not None
    assert reading.levels == 0x7E7E


def test_a_reading_has_the_first_snapshot_and_the_levels_now_and_releases_int() -> None:
    expander, chip = made()
    expander.drive(3, False)
    expander.drive(4, False)
    expander.drive(3, True)
    assert expander.interrupt() is False

    reading = chip.read()

    assert reading is not None
    assert (reading.captured & 0x00FF, reading.levels & 0x00FF) == (0xF7, 0xEF)
    assert reading.flagged & 0x00FF
    assert expander.interrupt() is None


def test_int_is_open_drain_and_of_both_ports() -> None:
    expander, _ = made()
    assert expander.interrupt() is None

    expander.drive(12, False)

    assert expander.interrupt() is False


def test_a_chip_that_has_lost_its_supply_is_noticed_by_the_next_reading() -> None:
    expander, chip = made()

    expander.lose_supply()

    assert chip.read() is None


def test_an_input_can_have_a_resistor_of_its_own() -> None:
    expander, chip = made()
    chip.pull_ups = 0xFFFE
    assert chip.read() is None

    chip.set_up()

    reading = chip.read()
    assert reading is not None
    assert bytes([0xFE, 0xFF]) == expander.read(0x0C, 2)
