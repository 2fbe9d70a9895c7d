"""What a board lives on: the mains, a battery if there is one, and its own switch."""

from collections.abc import Callable
from typing import Protocol

from sim.schedule import After

LOW_PERCENT = 20
_FULL = 100
# A small charger fills the battery in five times the time that it lasts.
_CHARGING_IS_SLOWER = 5


class Supplied(Protocol):
    """Whoever is told about the supply."""

    def power_on(self) -> None: ...

    def cut_power(self) -> None: ...

    def show_mains(self, lost: bool) -> None: ...

    def show_battery(self, low: bool) -> None: ...


class Supply:
    """Mains and battery of one store. Tells `supplied` what its contacts show, and when the board lives."""

    def __init__(self, now_ns: Callable[[], int], schedule: After, battery_ns: int, supplied: Supplied) -> None:
        """battery_ns: how long a full battery lasts; 0 for none."""
        self._now_ns = now_ns
        self._schedule = schedule
        self._battery_ns = battery_ns
        self._supplied = supplied
        self._charge_ns = battery_ns
        self._since_ns = now_ns()
        self._plan = 0
        self._lives = False
        self.has_mains = True
        self.is_switched_on = False

    @property
    def charge_percent(self) -> int:
        return self._charge_now_ns() * _FULL // self._battery_ns if self._battery_ns else 0

    def switch(self, on: bool) -> None:
        """The board's own supply."""
        self._settle()
        self.is_switched_on = on
        self._decide()

    def set_mains(self, on: bool) -> None:
        self._settle()
        self.has_mains = on
        self._supplied.show_mains(lost=not on)
        self._decide()

    def set_charge(self, percent: int) -> None:
        """Nothing without a battery."""
        self._charge_ns, self._since_ns = self._battery_ns * percent // _FULL, self._now_ns()
        self._decide()

    def _charge_now_ns(self) -> int:
        passed_ns = self._now_ns() - self._since_ns
        change_ns = passed_ns // _CHARGING_IS_SLOWER if self.has_mains else -passed_ns if self._lives else 0
        return min(max(self._charge_ns + change_ns, 0), self._battery_ns)

    def _settle(self) -> None:
        self._charge_ns, self._since_ns = self._charge_now_ns(), self._now_ns()

    def _decide(self) -> None:
        self._settle()
        self._plan += 1
        lives = self.is_switched_on and (self.has_mains or self._charge_ns > 0)
        if self._battery_ns:
            self._supplied.show_battery(low=self.charge_percent <= LOW_PERCENT)
        if lives != self._lives:
            self._lives = lives
            (self._supplied.power_on if lives else self._supplied.cut_power)()
        if self._battery_ns:
            self._look_again()

    def _look_again(self) -> None:
        low_ns = self._battery_ns * LOW_PERCENT // _FULL
        if self.has_mains and self._charge_ns <= low_ns:
            wait_ns = (low_ns - self._charge_ns + self._battery_ns // _FULL) * _CHARGING_IS_SLOWER
        elif not self.has_mains and self._lives:
            wait_ns = self._charge_ns - low_ns if self._charge_ns > low_ns else self._charge_ns
        else:
            return
        plan = self._plan
        self._schedule(max(wait_ns, 1), lambda: self._decide() if plan == self._plan else None)
