"""A GPIO chip of the kernel's gpio-sim driver with a Raspberry Pi 4's 28 lines: what the outside does to a pin.

Runs in the guest, as root. Interface: the kernel's Documentation/admin-guide/gpio/gpio-sim.rst.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

_CONFIG = Path("/sys/kernel/config/gpio-sim/ansim")
# The header of a Raspberry Pi 4: label and line names as Raspberry Pi OS shows them in `gpioinfo`.
LABEL = "pinctrl-bcm2711"
LINES = ("ID_SDA", "ID_SCL", *(f"GPIO{number}" for number in range(2, 28)))


def line_of(pin: str) -> int:
    """The number of a pin that gpiozero calls GPIO0 to GPIO27. ValueError for another name."""
    if not pin.startswith("GPIO") or int(pin[4:]) >= len(LINES):
        raise ValueError(f"{pin} is none of GPIO0 to GPIO{len(LINES) - 1}")
    return int(pin[4:])


class Bank:
    """The chip exists while this is open. Its pulls are kept open: a pull costs one write. Any thread."""

    def __init__(self) -> None:
        """Every line starts low and nothing is claimed. OSError without the driver or when a bank is there already."""
        bank = _CONFIG / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(len(LINES)))
        (bank / "label").write_text(LABEL)
        for number, name in enumerate(LINES):
            (bank / f"line{number}").mkdir()
            (bank / f"line{number}" / "name").write_text(name)
        (_CONFIG / "live").write_text("1")
        self.chip = (bank / "chip_name").read_text().strip()
        """Its name in /dev."""
        root = Path("/sys/devices/platform") / (_CONFIG / "dev_name").read_text().strip() / self.chip
        self._lines = [root / f"sim_gpio{number}" for number in range(len(LINES))]
        self._pulls = [os.open(line / "pull", os.O_WRONLY) for line in self._lines]

    def pull(self, pin: str, *, high: bool) -> None:
        """What is outside pulls the pin: an input reads it, with an edge if the level changes. Outputs do not care."""
        os.pwrite(self._pulls[line_of(pin)], b"pull-up" if high else b"pull-down", 0)

    def is_high(self, pin: str) -> bool:
        """The level on the pin: what drives an output, what pulls an input."""
        return (self._lines[line_of(pin)] / "value").read_text().strip() == "1"

    def close(self) -> None:
        """Take the chip away. Whoever still holds a line gets errors from then on."""
        for descriptor in self._pulls:
            os.close(descriptor)
        self._pulls.clear()
        (_CONFIG / "live").write_text("0")
        for number in range(len(LINES)):
            (_CONFIG / "bank0" / f"line{number}").rmdir()
        (_CONFIG / "bank0").rmdir()
        _CONFIG.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
