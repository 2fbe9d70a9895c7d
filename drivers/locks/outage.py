"""When to try again for a port that is not there. Pure."""

_S_NS = 1_000_000_000
_PAUSES_NS = tuple(pause_s * _S_NS for pause_s in (1, 2, 4, 8, 16))
"""An adapter that a coil's pulse has thrown off the USB is back within a second or two, one that was unplugged by hand
within half a minute."""
_LONG_PAUSE_NS = 60 * _S_NS
_STEADY_NS = 10 * _S_NS
"""A port that is lost sooner than this was never well: the pauses go on growing."""


class Outage:
    """Growing pauses, then one attempt a minute for ever. One thread."""

    def __init__(self, now_ns: int) -> None:
        self.due_ns = now_ns
        """When to open the port."""
        self._attempts = 0
        self._opened_ns: int | None = None

    def opened(self, now_ns: int) -> None:
        self._opened_ns = now_ns

    def failed(self, now_ns: int, *, is_forbidden: bool) -> None:
        """The port could not be opened, or is lost. What is forbidden stays so until a person comes."""
        if self._opened_ns is not None and now_ns - self._opened_ns >= _STEADY_NS:
            self._attempts = 0
        self._opened_ns = None
        is_long = is_forbidden or self._attempts >= len(_PAUSES_NS)
        self.due_ns = now_ns + (_LONG_PAUSE_NS if is_long else _PAUSES_NS[self._attempts])
        self._attempts += 1
