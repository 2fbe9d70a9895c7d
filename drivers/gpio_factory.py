"""How a gpiozero back-end is chosen and opened, and how its errors become GpioError.

The simulator brings its own back-end (`sim.board.board.Board`); nothing here knows it.
"""

import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from gpiozero.exc import GPIOPinInUse, PinFixedPull, PinInvalidPin, PinUnknownPi

from drivers.errors import GpioError
from drivers.lgpio_rest import wait_for_rest

# gpiozero calls ticks opaque: only `ticks_diff` of the same factory may look at them.
Ticks = Any


class Pin(Protocol):
    """What we use of a gpiozero pin. `when_changed` holds its function weakly: keep it alive yourself."""

    function: str
    pull: str
    edges: str
    state: float
    when_changed: Callable[[Ticks, int], None] | None

    def output_with_state(self, state: bool) -> None: ...

    def close(self) -> None: ...


class Factory(Protocol):
    """What we use of a gpiozero pin factory."""

    def pin(self, name: str) -> Pin: ...

    def reserve_pins(self, requester: object, *names: str) -> None: ...

    def release_pins(self, reserver: object, *names: str) -> None: ...

    def ticks(self) -> Ticks: ...

    def ticks_diff(self, later: Ticks, earlier: Ticks) -> float:
        """Seconds between two results of `ticks`."""
        ...

    def close(self) -> None: ...


def open_factory() -> Factory:
    """Open the back-end that GPIOZERO_PIN_FACTORY names, otherwise lgpio. Main thread, before others are started.

    Never falls back to another back-end, as gpiozero would with a mere warning: one that nobody chose may hear
    nothing. Raises GpioError with what to do.
    """
    name = os.environ.get("GPIOZERO_PIN_FACTORY") or "lgpio"
    with translated(f"GPIO back-end {name}"):
        factory: Factory = _factory_class(name)()
        return factory


def take(factory: Factory, owner: object, name: str) -> Pin:
    """Reserve a pin for `owner` and return it. Raises GpioError if anybody has it, or there is no such pin."""
    with translated(f"pin {name}"):
        factory.reserve_pins(owner, name)
        try:
            return factory.pin(name)
        except BaseException:
            factory.release_pins(owner, name)
            raise


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn whatever a back-end raises into a GpioError that names `what` and says what to do."""
    try:
        yield
    except GpioError:
        raise
    except Exception as error:
        raise GpioError(f"{what}: {_advice(error)}") from error


def _factory_class(name: str) -> Callable[[], Factory]:
    if name.lower() == "lgpio":
        _import_lgpio()
        return _open_lgpio
    known = {entry.name: entry for entry in entry_points(group="gpiozero_pin_factories")}
    entry = known.get(name) or known.get(name.lower())
    if entry is None:
        raise GpioError(f"GPIOZERO_PIN_FACTORY={name} is not known, one of {', '.join(sorted(known))} is")
    return entry.load()  # type: ignore[no-any-return]  # as above


def _open_lgpio() -> Factory:
    module = importlib.import_module("gpiozero.pins.lgpio")
    factory: Factory = module.LGPIOFactory()
    wait_for_rest()
    return factory


def _import_lgpio() -> None:
    """Import lgpio without a trace in the working directory.

    On import lgpio makes a FIFO `.lgd-nfy0` in the working directory, opens it for ever and starts a thread that reads
    it; a read-only directory makes the import fail, and with LG_WD set it moves the whole process there. Nobody needs
    the FIFO's name once it is open, so it lives and dies in a private directory.
    """
    if "lgpio" in sys.modules:
        return
    # By descriptor: the working directory may have been removed or renamed.
    home = os.open(".", os.O_PATH | os.O_DIRECTORY)
    lg_wd = os.environ.pop("LG_WD", None)
    try:
        with tempfile.TemporaryDirectory(prefix="ansim-lgpio-") as private:
            os.chdir(private)
            try:
                importlib.import_module("lgpio")
            finally:
                os.fchdir(home)
    finally:
        os.close(home)
        if lg_wd is not None:
            os.environ["LG_WD"] = lg_wd


def _advice(error: Exception) -> str:
    # lgpio knows one exception, quotes its text, and has the reason nowhere else.
    text = str(error).strip("'\"") or type(error).__name__
    if isinstance(error, GPIOPinInUse):
        return "is used twice; give every input and output its own pin"
    if "GPIO busy" in text:
        return (
            "is busy: another program or a kernel driver has it, `gpioinfo` shows which; stop that, or use another pin"
        )
    if isinstance(error, PinInvalidPin) or "bad GPIO number" in text:
        return "is not a GPIO pin of this board; use names like GPIO17"
    if isinstance(error, PinFixedPull):
        return "has a pull resistor of its own on the board; configure that pull, or use another pin"
    if isinstance(error, PinUnknownPi):
        return "this is not a Raspberry Pi; use ansim-sim, or set GPIOZERO_PIN_FACTORY"
    if isinstance(error, PermissionError) or "open gpiochip" in text or "no permission" in text:
        return f"{text}; {_about_chips()}"
    if isinstance(error, ImportError):
        return f"cannot be loaded ({text}); install it, or set GPIOZERO_PIN_FACTORY"
    return text


def _about_chips() -> str:
    chips = sorted(str(path) for path in Path("/dev").glob("gpiochip*"))
    closed = [chip for chip in chips if not os.access(chip, os.R_OK | os.W_OK)]
    if closed:
        return f"no access to {closed[0]}: add the user to the group gpio (usermod -aG gpio USER)"
    return "there is no other chip to blame" if chips else "there is no /dev/gpiochip*: is this a Raspberry Pi?"
