"""Locks behind relays on pins of the header. Implements `Locks`."""

import logging
from collections.abc import Iterable
from pathlib import Path
from threading import Condition, Thread

from drivers.lock_ports import PulseOver
from drivers.ports import Clock, Fact, Outputs, Post
from drivers.relay_pulse import RelayPulse

_LOG = logging.getLogger(__name__)


class RelayLocks:
    """Switches a relay on in the caller's thread, and off again in a thread of its own. Methods: main loop only.

    The thread knows when to switch off before anything is on, and needs nobody for it: neither the main loop nor
    whoever takes the facts. Should it end, it switches everything off and gives the pins back; nothing is switched on
    after that. One relay is on at a time: another lock that is asked for meanwhile is answered by NOT_SENT.

    What no code of this process can do is end a pulse after SIGKILL, or while the interpreter is held up. The kernel
    takes the pin back when the process is gone, and for the relay to drop out then two things are needed. The pin has
    to become an input: Raspberry Pi's kernels do that with `dtparam=strict_gpiod` in config.txt only, without it the
    pin keeps its level until the agent starts again (see `outputs_persist`). And a resistor has to pull it down: the
    board's own does that on GPIO9–27, the others are pulled up.
    """

    def __init__(self, outputs: Outputs, pins: Iterable[str], pulse_ms: int, post: Post, clock: Clock) -> None:
        """outputs: nobody else's; closed in the end. post: called on the thread too; it must only put into a queue.

        Every relay is off when this returns. Raises GpioError when a pin cannot be had, ValueError unless `pulse_ms` is
        50–500.
        """
        self._post = post
        self._clock = clock
        # The pulse is used under the condition, whoever uses it.
        self._changed = Condition()
        self._closing = False
        self._pulse = RelayPulse(outputs, pins, pulse_ms, clock)
        if outputs_persist():
            _LOG.warning(
                "if this program is killed, a relay that is on stays on: set dtparam=strict_gpiod in config.txt"
            )
        self._thread = Thread(target=self._run, name="relays", daemon=True)
        try:
            self._thread.start()
        except BaseException:
            self._pulse.close()
            raise

    @property
    def alive(self) -> bool:
        """Besides: whether every relay could be switched off so far."""
        return self._pulse.is_sound and self._thread.is_alive()

    def pulse(self, lock: str, until_ns: int) -> None:
        with self._changed:
            try:
                fact: Fact = self._pulse.begin(lock, until_ns)
            finally:
                self._changed.notify()
        self._post(fact)

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closing:
                self._tell(self._wait())
        finally:
            with self._changed:
                over = self._pulse.close()
            self._tell(over)

    def _wait(self) -> PulseOver | None:
        """Until a pulse is over, and switch it off; None when it is time to end."""
        with self._changed:
            while not self._closing:
                due_ns, now_ns = self._pulse.due_ns(), self._clock.monotonic_ns()
                if due_ns is not None and now_ns >= due_ns:
                    return self._pulse.tick(now_ns)
                self._changed.wait(None if due_ns is None else (due_ns - now_ns) / 1e9)
        return None

    def _tell(self, over: PulseOver | None) -> None:
        if over is None:
            return
        try:
            self._post(over)
        except Exception:  # noqa: BLE001  # somebody else's code; the next pulse has to be ended as well
            _LOG.exception("the end of the pulse of %s was not told", over.lock)


def outputs_persist(modules: Path = Path("/sys/module")) -> bool:
    """Whether the kernel lets a pin keep its level when the process that drove it is gone.

    Raspberry Pi's kernels do by default (parameter of pinctrl-bcm2835 and pinctrl-rp1). False where nobody says so.
    """
    for parameter in modules.glob("pinctrl_*/parameters/persist_gpio_outputs"):
        try:
            if parameter.read_text(encoding="ascii").strip() == "Y":
                return True
        except OSError:
            continue
    return False
