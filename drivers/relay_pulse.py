"""The pulse of a bank of relays that this machine times itself. No thread in here."""

import logging
from collections.abc import Iterable

from drivers.lock_ports import PulseBegan, PulseEnd, PulseOver
from drivers.ports import Clock, Outputs

_LOG = logging.getLogger(__name__)

MIN_PULSE_MS = 50
MAX_PULSE_MS = 500
"""What the makers of lock boards set for a solenoid. Common cabinet locks burn out after some seconds."""
_MS = 1_000_000


class RelayPulse:
    """Relays on pins that are high while a relay is on: one at a time, for `pulse_ms`. One thread, or under a lock.

    Whoever owns it calls `tick` when `due_ns` has come, and tells the facts that it gets.
    """

    def __init__(self, outputs: Outputs, pins: Iterable[str], pulse_ms: int, clock: Clock) -> None:
        """Switches every relay off. outputs: nobody else's; closed in the end.

        Raises GpioError when a pin cannot be had, ValueError for a pulse that is too short or too long.
        """
        if not MIN_PULSE_MS <= pulse_ms <= MAX_PULSE_MS:
            raise ValueError(f"pulse_ms {pulse_ms}, allowed is {MIN_PULSE_MS}–{MAX_PULSE_MS}")
        self._outputs = outputs
        self._pins = frozenset(pins)
        self._pulse_ns = pulse_ms * _MS
        self._clock = clock
        self._on: str | None = None
        self._until_ns = 0
        self._is_closed = False
        self.is_sound = True
        """False once a relay could not be switched off as it should."""
        try:
            for pin in sorted(self._pins):
                outputs.claim(pin, active_high=True)
        except BaseException:
            outputs.close()
            raise

    def begin(self, lock: str, until_ns: int) -> PulseBegan | PulseOver:
        """Switch a relay on; not from `until_ns` on, while another one is on, nor once closed.

        ValueError for a lock that has no relay.
        """
        if lock not in self._pins:
            raise ValueError(f"lock {lock!r} has no relay")
        now_ns = self._clock.monotonic_ns()
        if self._on is not None or self._is_closed or now_ns >= until_ns:
            return PulseOver(now_ns, lock, PulseEnd.NOT_SENT)
        # Noted first: whatever happens from here on, somebody knows that it has to be switched off, and when.
        self._on, self._until_ns = lock, now_ns + self._pulse_ns
        try:
            self._outputs.set(lock, True)
        except BaseException as error:
            self._switch_off(lock)
            if not isinstance(error, Exception):
                raise
            _LOG.exception("relay %s could not be switched on", lock)
            return PulseOver(now_ns, lock, PulseEnd.NOT_SENT)
        return PulseBegan(now_ns, lock)

    def due_ns(self) -> int | None:
        return None if self._on is None else self._until_ns

    def tick(self, now_ns: int) -> PulseOver | None:
        """Switch the relay off if its time is over."""
        return self.end() if self._on is not None and now_ns >= self._until_ns else None

    def end(self) -> PulseOver | None:
        """Switch the relay off now, if one is on."""
        lock = self._on
        if lock is None:
            return None
        self._switch_off(lock)
        return PulseOver(self._clock.monotonic_ns(), lock, PulseEnd.ACKNOWLEDGED)

    def close(self) -> PulseOver | None:
        """Switch everything off and give the pins back."""
        self._is_closed = True
        over = self.end()
        self._outputs.close()
        return over

    def _switch_off(self, lock: str) -> None:
        try:
            self._outputs.set(lock, False)
        except Exception:  # noqa: BLE001  # whatever the back-end raises: a coil must not stay live
            _LOG.exception("relay %s could not be switched off; all relays are given up", lock)
            self.is_sound = False
            self._is_closed = True
            self._outputs.close()
        self._on = None
