"""The model of the MCP23017 against its data sheet (DS20001952C)."""

import pytest

from drivers.expander.i2c import I2cError
from drivers.ports import Pull
from sim.board.board import Board
from sim.board.expander import Expander, I2cState
from sim.schedule import VirtualTime

IODIR_A, GPINTEN_A, DEFVAL_A, INTCON_A, IOCON, GPPU_A = 0x00, 0x04, 0x06, 0x08, 0x0A, 0x0C
INTF_A, INTCAP_A, INTCAP_B, GPIO_A, GPIO_B, OLAT_A = 0x0E, 0x10, 0x11, 0x12, 0x13, 0x14
MIRROR, SEQOP, ODR, INTPOL, BANK = 0x40, 0x20, 0x04, 0x02, 0x80


def listening(control: int = 0) -> Expander:
    """Pulled up, and interrupting on every change."""
    chip = Expander()
    chip.write(GPPU_A, b"\xff\xff")
    chip.write(GPINTEN_A, b"\xff\xff")
    chip.read(GPIO_A, 2)
    chip.write(IOCON, bytes([control]))
    return chip


def test_registers_after_power_on_are_inputs_and_nothing_else() -> None:
    assert bytes([0xFF, 0xFF]) + bytes(20) == Expander().read(0x00, 22)


def test_an_open_input_reads_high_with_the_pull_up_and_a_closed_contact_low() -> None:
    chip = Expander()
    chip.connect(3, lambda: False)
    chip.write(GPPU_A, b"\xff\xff")

    assert bytes([0xF7, 0xFF]) == chip.read(GPIO_A, 2)


def test_an_open_input_without_pull_up_keeps_its_level() -> None:
    chip = Expander()
    chip.drive(9, True)
    chip.drive(9, None)

    assert chip.level(9)
    assert not chip.level(8)


def test_ground_beats_supply() -> None:
    chip = Expander()
    chip.connect(0, lambda: True)
    assert chip.level(0)

    chip.connect(0, lambda: False)

    assert not chip.level(0)


def test_a_change_pulls_int_until_gpio_is_read() -> None:
    chip = listening()
    assert chip.interrupt()

    chip.drive(2, False)

    assert not chip.interrupt()
    assert bytes([0xFB]) == chip.read(GPIO_A, 1)
    assert chip.interrupt()


def test_a_change_pulls_int_until_intcap_is_read() -> None:
    chip = listening()
    chip.drive(2, False)

    assert bytes([0xFB]) == chip.read(INTCAP_A, 1)

    assert chip.interrupt()


@pytest.mark.parametrize("register", [INTF_A, IODIR_A, GPPU_A, OLAT_A, GPIO_B, INTCAP_B])
def test_reading_anything_else_leaves_int_as_it_is(register: int) -> None:
    chip = listening()
    chip.drive(2, False)

    chip.read(register, 1)

    assert not chip.interrupt()


def test_writing_leaves_int_as_it_is() -> None:
    chip = listening()
    chip.drive(2, False)

    chip.write(GPIO_A, b"\x00")
    chip.write(INTCAP_A, b"\x00")

    assert not chip.interrupt()
    assert bytes([0xFB]) == chip.read(INTCAP_A, 1)


def test_intcap_keeps_the_first_snapshot() -> None:
    chip = listening()

    chip.drive(0, False)
    chip.drive(1, False)
    chip.drive(0, True)

    assert bytes([0xFE]) == chip.read(INTCAP_A, 1)


def test_what_changed_after_the_snapshot_interrupts_again_when_the_first_interrupt_is_over() -> None:
    chip = listening()
    chip.drive(0, False)
    chip.drive(1, False)

    chip.read(GPIO_A, 1)

    assert not chip.interrupt()
    assert bytes([0x02, 0x00, 0xFC]) == chip.read(INTF_A, 3)
    assert chip.interrupt()


def test_a_pulse_that_is_over_before_it_is_read_interrupts_once_more_for_its_end() -> None:
    chip = listening()
    chip.drive(0, False)
    chip.drive(0, True)

    assert bytes([0xFE]) == chip.read(INTCAP_A, 1)

    assert not chip.interrupt()
    assert bytes([0xFF]) == chip.read(INTCAP_A, 1)
    assert chip.interrupt()


def test_intf_names_every_pin_that_has_interrupted() -> None:
    chip = listening()

    chip.drive(0, False)
    chip.drive(5, False)
    chip.drive(12, False)

    assert bytes([0x21, 0x10]) == chip.read(INTF_A, 2)


def test_an_input_that_is_not_enabled_interrupts_nobody() -> None:
    chip = listening()
    chip.write(GPINTEN_A, b"\xfe\xff")

    chip.drive(0, False)

    assert chip.interrupt()
    assert bytes([0xFE]) == chip.read(GPIO_A, 1)


def test_enabling_an_input_that_has_changed_meanwhile_is_no_change() -> None:
    chip = listening()
    chip.write(GPINTEN_A, b"\x00\x00")
    chip.drive(0, False)

    chip.write(GPINTEN_A, b"\xff\xff")

    assert chip.interrupt()


def test_compared_with_defval_it_interrupts_as_long_as_it_differs_whatever_is_read() -> None:
    chip = listening()
    chip.write(DEFVAL_A, b"\x01")
    chip.write(INTCON_A, b"\x01")
    chip.drive(0, False)

    chip.read(GPIO_A, 1)
    assert not chip.interrupt()

    chip.drive(0, True)
    chip.read(GPIO_A, 1)
    assert chip.interrupt()


def test_inta_is_of_port_a_unless_mirrored() -> None:
    chip, mirrored = listening(), listening(MIRROR)

    chip.drive(12, False)
    mirrored.drive(12, False)

    assert chip.interrupt()
    assert not mirrored.interrupt()


def test_mirrored_each_port_has_to_be_read() -> None:
    chip = listening(MIRROR)
    chip.drive(1, False)
    chip.drive(12, False)

    chip.read(GPIO_A, 1)
    assert not chip.interrupt()

    chip.read(GPIO_B, 1)
    assert chip.interrupt()


@pytest.mark.parametrize(
    ("control", "resting", "active"),
    [(0, True, False), (INTPOL, False, True), (ODR, None, False), (ODR | INTPOL, None, False)],
)
def test_int_has_the_polarity_that_it_is_given(control: int, resting: bool | None, active: bool) -> None:
    chip = listening(control)
    assert chip.interrupt() is resting

    chip.drive(1, False)

    assert chip.interrupt() is active


def test_an_output_shows_its_latch_and_interrupts_nobody() -> None:
    chip = listening()
    chip.write(IODIR_A, b"\xfe\xff")
    chip.read(GPIO_A, 2)

    chip.write(GPIO_A, b"\x00")
    assert not chip.level(0)
    chip.write(OLAT_A, b"\x01")

    assert chip.level(0)
    assert chip.interrupt()


def test_an_inverted_input_reads_the_other_way() -> None:
    chip = listening()

    chip.write(0x02, b"\x0f\x00")

    assert bytes([0xF0, 0xFF]) == chip.read(GPIO_A, 2)


def test_the_address_pointer_rolls_over_after_the_last_register() -> None:
    chip = listening()

    assert bytes([0x00, 0xFF, 0xFF]) == chip.read(0x15, 3)


def test_in_byte_mode_the_pointer_toggles_between_the_ports() -> None:
    chip = listening(SEQOP)
    chip.drive(0, False)

    assert bytes([0xFE, 0xFF, 0xFE, 0xFF]) == chip.read(GPIO_A, 4)


def test_with_separate_banks_the_registers_of_a_port_follow_each_other() -> None:
    chip = listening(BANK)
    chip.drive(8, False)

    # GPPU, INTF, INTCAP, GPIO, OLAT of port B, and round to IODIR of port A.
    assert bytes([0xFF, 0x01, 0xFE, 0xFE, 0x00, 0xFF]) == chip.read(0x16, 6)


def test_with_separate_banks_byte_mode_stays_at_one_register() -> None:
    chip = listening(BANK | SEQOP)

    assert bytes([0xFF, 0xFF]) == chip.read(0x06, 2)
    assert bytes([BANK | SEQOP] * 2) == chip.read(0x05, 2)


def test_iocon_has_one_value_at_two_addresses_and_no_bit_0() -> None:
    chip = Expander()

    chip.write(0x0B, b"\x05")

    assert bytes([0x04, 0x04]) == chip.read(IOCON, 2)


def test_an_address_without_a_register_reads_as_nothing() -> None:
    chip = Expander()
    chip.write(0x1F, b"\xff")

    assert chip.read(0x1F, 1) == b"\x00"


def test_losing_the_supply_for_a_moment_leaves_an_open_input_low_and_unheard() -> None:
    chip = listening(ODR)
    chip.connect(3, lambda: True)

    chip.lose_supply()

    assert bytes([0xFF, 0xFF]) + bytes(16) + bytes([0x08, 0x00, 0x00, 0x00]) == chip.read(0x00, 22)
    chip.drive(5, True)
    assert chip.interrupt()


@pytest.mark.parametrize("state", [I2cState.ABSENT, I2cState.STUCK])
def test_a_bus_that_is_ill_fails_every_transfer_and_changes_nothing(state: I2cState) -> None:
    chip = listening()
    chip.state = state

    with pytest.raises(I2cError):
        chip.read(GPIO_A, 2)
    with pytest.raises(I2cError):
        chip.write(GPPU_A, b"\x00\x00")

    chip.state = I2cState.WELL
    assert bytes([0xFF, 0xFF]) == chip.read(GPPU_A, 2)


def test_a_spoilt_transfer_shows_every_input_high_and_the_next_one_is_right() -> None:
    chip = listening()
    chip.drive(1, False)
    chip.spoil(1)

    assert bytes([0xFF, 0xFF]) == chip.read(GPIO_A, 2)
    assert bytes([0xFD, 0xFF]) == chip.read(GPIO_A, 2)


def test_int_reaches_the_header_by_a_wire_that_can_be_cut() -> None:
    time = VirtualTime()
    board = Board(time.schedule, time.clock)
    chip = listening(MIRROR | ODR)
    board.fit_resistor("GPIO4", Pull.UP)
    chip.wire_interrupt(board, "GPIO4")
    assert board.level("GPIO4")

    chip.drive(9, False)
    assert not board.level("GPIO4")
    chip.interrupt_wire.cut()
    assert board.level("GPIO4")
    chip.interrupt_wire.mend()
    assert not board.level("GPIO4")
    chip.read(GPIO_A, 2)
    assert board.level("GPIO4")
    chip.interrupt_wire.short()
    assert not board.level("GPIO4")


@pytest.mark.parametrize("number", [-1, 16])
def test_an_input_that_the_chip_has_not_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"input {number}, allowed is 0–15"):
        Expander().drive(number, True)
