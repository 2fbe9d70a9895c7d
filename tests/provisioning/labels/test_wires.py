import re
from pathlib import Path

from device.config.load import load, parse
from provisioning.labels.wires import GROUND, SUPPLY, Colour, Line, Wire, lines_of, wires_of

STORE = Path("docs/examples/store.toml")
HEAD = STORE.read_text().partition("[[zone]]")[0]


def wires(more: str) -> tuple[Wire, ...]:
    return wires_of(parse(HEAD + more, "agent.toml"))


def test_the_documented_store_has_these_wires() -> None:
    found = wires_of(load(STORE))

    assert found == (
        Wire("11", "counter-button NO", Colour.WHITE),
        Wire("13", "counter-button NC", Colour.BLUE),
        Wire("16", "phone NO", Colour.WHITE),
        Wire("18", "lid NC", Colour.BLUE),
        Wire("15", "counter-led lamp", Colour.YELLOW),
        Wire("22", "health-led lamp", Colour.YELLOW),
        Wire(GROUND, "common", Colour.BLACK),
    )


BANK = '[bank]\ndoors = ["01"]\nmap = "/var/lib/ansim/bank-map.toml"\n'


def test_relays_and_door_contacts_of_a_bank_are_named_by_their_pins() -> None:
    found = wires(BANK + 'reeds = ["GPIO5"]\nrelays = ["GPIO16", "GPIO20"]\n')

    assert found == (
        Wire("29", "door contact GPIO5", Colour.WHITE),
        Wire("36", "lock relay GPIO16", Colour.YELLOW),
        Wire("38", "lock relay GPIO20", Colour.YELLOW),
        Wire(GROUND, "common", Colour.BLACK),
    )


def test_a_chip_needs_its_bus_ground_and_supply_and_is_told_by_its_address() -> None:
    bus = '[[bus]]\nname = "a"\nport = "/dev/serial0"\nfamily = "xor8a"\n'

    found = wires(f'{BANK}{bus}[[expander]]\nname = "reeds"\naddress = 0x21\n')

    assert [(wire.terminal, wire.function) for wire in found] == [
        ("3", "reeds 0x21 SDA"),
        ("5", "reeds 0x21 SCL"),
        (GROUND, "common"),
        (SUPPLY, "supply"),
    ]


def test_a_chip_on_another_bus_is_told_which_for_its_pins_depend_on_the_board() -> None:
    bus = '[[bus]]\nname = "a"\nport = "/dev/serial0"\nfamily = "xor8a"\n'

    found = wires(f'{BANK}{bus}[[expander]]\nname = "reeds"\ni2c = 3\naddress = 0x20\n')

    assert [wire.terminal for wire in found[:2]] == ["I2C3", "I2C3"]


def test_a_line_to_lock_boards_is_named_with_what_its_boards_are_set_to() -> None:
    assert lines_of(load(Path("docs/examples/bank.toml"))) == (
        Line("left", "xor8a 9600 8N1", "usb-FTDI_FT232R_USB_UART_A10L5V2K-if00-port0"),
    )


def test_contacts_that_join_to_the_supply_need_no_ground() -> None:
    found = wires('[[zone]]\nname = "a"\ntype = "panic"\npin = "GPIO17"\npull = "down"\n')

    assert found == (Wire("11", "a NO", Colour.WHITE), Wire(SUPPLY, "supply", Colour.ORANGE))


def test_a_contact_with_a_resistor_of_its_own_needs_both() -> None:
    found = wires('[[zone]]\nname = "a"\ntype = "panic"\npin = "GPIO17"\npull = "none"\n')

    assert [wire.terminal for wire in found] == ["11", GROUND, SUPPLY]


def test_a_lamp_that_is_lit_while_its_pin_is_low_hangs_at_the_supply() -> None:
    found = wires(
        '[[zone]]\nname = "a"\ntype = "panic"\npin = "GPIO17"\n'
        '[[indicator]]\nname = "b"\npin = "GPIO22"\nshows = "alarm"\nactive_high = false\n'
    )

    assert found[-1] == Wire(SUPPLY, "supply", Colour.ORANGE)


def test_the_hardware_page_names_every_colour() -> None:
    section = Path("docs/hardware.md").read_text().partition("## Wiring colours")[2].partition("\n## ")[0]

    assert re.findall(r"^\| ([A-Z]{2}) ", section, re.MULTILINE) == list(Colour)
