import re
from pathlib import Path

from device.config.load import load, parse
from provisioning.labels.wires import GROUND, SUPPLY, Colour, Wire, wires_of

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
