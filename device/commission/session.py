"""Wizard, bank and installer brought together: the loop of one run."""

from collections.abc import Callable
from typing import Protocol

from device.commission.plan import Proved
from device.commission.signals import Bench
from device.commission.view import Choice, Typed, View
from device.commission.wizard import Wizard

# A line of five boards takes as long for one reading.
_KEYS_S = 0.1


class Front(Protocol):
    """What stands between us and the installer: `Terminal`."""

    def show(self, view: View) -> None: ...
    def answer(self, view: View, timeout_s: float) -> Choice | Typed | None: ...


def run(
    wizard: Wizard, bench: Bench, front: Front, keep: Callable[[tuple[Proved, ...]], None], now_ns: Callable[[], int]
) -> None:
    """To the end, or until somebody raises Stopped. keep: told of every change of what is proved, before it is shown.

    now_ns: monotonic.
    """
    kept = wizard.proved
    while not wizard.is_over:
        lock = wizard.wish(now_ns())
        if lock is not None:
            wizard.pulsed(bench.pulse(lock), now_ns())
        snapshot = bench.read()
        wizard.see(snapshot, now_ns())
        view = wizard.view(now_ns())
        front.show(view)
        match front.answer(view, _KEYS_S):
            case Typed(name):
                wizard.read(name)
            case Choice() as choice:
                wizard.press(choice)
        if wizard.proved != kept:
            keep(wizard.proved)
            kept = wizard.proved
    front.show(wizard.view(now_ns()))
