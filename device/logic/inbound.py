"""What the broker brings: sort it, verify it, count what is not taken. Pure."""

from collections import Counter

from device.logic.command import Command, read_command
from device.logic.envelope import Refusal, Refused
from device.logic.receipt import Receipt, read_receipts
from device.logic.units import S
from drivers.ports import Keys, Received

# One trouble for a stream of bad messages; it is over when none has come for this long.
QUIET_NS = 3_600 * S


class Inbound:
    """The receiving end of the two down-topics. Nothing that comes in here can raise, or answer the sender."""

    def __init__(self, device: str, keys: Keys) -> None:
        self._device = device
        self.keys = keys
        """The control room's; may be replaced at any time."""
        self._last_bad_ns: int | None = None
        self.refused: Counter[str] = Counter()

    def read(self, message: Received) -> list[Receipt] | Command | Refusal:
        """What a message says, or why it is not taken. A command may have come before."""
        if message.payload is None:
            return Refusal.SIZE
        try:
            if message.topic == f"ansim/v1/{self._device}/receipt":
                return read_receipts(message.payload, self._device, self.keys)
            if message.topic == f"ansim/v1/{self._device}/command":
                return read_command(message.payload, self._device, self.keys)
        except Refused as refused:
            return refused.reason
        return Refusal.TOPIC

    def count(self, reason: Refusal, now_ns: int) -> None:
        self.refused[reason.value] += 1
        self._last_bad_ns = now_ns

    def due_ns(self) -> int | None:
        """When the trouble will be over."""
        return None if self._last_bad_ns is None else self._last_bad_ns + QUIET_NS

    def is_quiet(self, now_ns: int) -> bool:
        """True once when the trouble is over."""
        due_ns = self.due_ns()
        if due_ns is None or now_ns < due_ns:
            return False
        self._last_bad_ns = None
        return True
