"""Our table of pin names against gpiozero's own."""

from collections.abc import Iterator

import pytest
from gpiozero.pins.data import PI4_J8, PI5_J8, PLUS_J8
from gpiozero.pins.mock import MockFactory

from device.config.pins import gpio_name


def header_names() -> Iterator[tuple[object, str]]:
    """Every name of every pin on the 40-pin header, and the pin's plain name."""
    factory = MockFactory()
    try:
        for pin in factory.board_info.headers["J8"].pins.values():
            for name in pin.names:
                yield name, pin.name
    finally:
        factory.close()


def test_every_name_that_gpiozero_knows_is_known() -> None:
    names = dict(header_names())
    gpios = {name for name in names.values() if name.startswith("GPIO")}

    assert len(gpios) == 28
    for name, pin in names.items():
        assert gpio_name(name) == (pin if pin in gpios else None)


def test_all_boards_with_40_pins_have_the_same_names() -> None:
    plus, pi4, pi5 = (
        {position: pin.get("gpio") for position, pin in j8[2].items()} for j8 in (PLUS_J8, PI4_J8, PI5_J8)
    )

    assert plus == pi4 == pi5


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "GPIO",
            "GPIO28",
            "GPIO017",
            "GPIO-1",
            "GPIO 17",
            "gpio17",
            "GPIO17\n",
            "BOARD0",
            "BOARD41",
            "BOARD6",
            "J8:1",
        ),
        *("WPI17", "WPI32", "P1:11", "3V3", "GND", "\u0661\u0667", 28, -1, 17.0, True, None, [17]),
    ],
)
def test_what_is_no_gpio_pin_has_no_name(name: object) -> None:
    assert gpio_name(name) is None
