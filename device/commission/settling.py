"""A reading is believed when the next one says the same. Pure."""

from device.commission.signals import Snapshot


class Settling:
    """Holds what is believed of every input; a single odd reading of one does not hide the others."""

    def __init__(self) -> None:
        self._last: Snapshot | None = None
        self._believed: Snapshot | None = None

    def feed(self, snapshot: Snapshot) -> Snapshot | None:
        """What is believed now; None before two readings. A reading with something silent in it is not for here."""
        last, self._last = self._last, snapshot
        if last is None:
            return None
        before = self._believed or snapshot
        doubted = last.high ^ snapshot.high
        high = (snapshot.high - doubted) | (before.high & doubted)
        self._believed = Snapshot(snapshot.inputs, high)
        return self._believed

    def restart(self) -> None:
        """Something happened: only readings from now on count, two of them."""
        self._last = None
