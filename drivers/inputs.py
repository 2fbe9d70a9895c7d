"""One `Inputs` out of the header's pins and any number of expanders."""

from collections.abc import Mapping
from contextlib import ExitStack

from drivers.errors import GpioError
from drivers.ports import Inputs, Pull


class RoutedInputs:
    """Sends every pin to where it is: `reeds/7` to the expander `reeds`, `GPIO5` to the header. Main loop only."""

    def __init__(self, header: Inputs, expanders: Mapping[str, Inputs]) -> None:
        """expanders: by name. All of them are closed in the end."""
        self._header = header
        self._expanders = dict(expanders)

    def watch(self, pin: str, pull: Pull) -> None:
        name, slash, _ = pin.partition("/")
        inputs = self._expanders.get(name) if slash else self._header
        if inputs is None:
            known = ", ".join(sorted(self._expanders)) or "none"
            raise GpioError(f"pin {pin}: there is no expander {name}; configured: {known}")
        inputs.watch(pin, pull)

    def resample(self) -> None:
        for inputs in (self._header, *self._expanders.values()):
            inputs.resample()

    def close(self) -> None:
        """What one of them raises is raised when all are closed."""
        with ExitStack() as all_of_them:
            for inputs in (self._header, *self._expanders.values()):
                all_of_them.callback(inputs.close)
