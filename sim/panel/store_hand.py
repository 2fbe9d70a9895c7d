"""Hands on one store: its supply, its board, its disk. The panel's thread only."""

from collections.abc import Callable

from device.config.load import load
from device.logic.units import S
from sim.acts import model as act
from sim.acts.model import Act
from sim.acts.words import DiskState, OnOff
from sim.board.disk import spoil_files
from sim.panel.store_view import StoreView
from sim.site import BATTERY, MAINS
from sim.stage import StageStore
from sim.world.supply import Supply

BATTERY_NS = 100 * S
"""One percent a second: a person can watch it fall."""
# As a unit of systemd with its default RestartSec, with what a Pi takes to start the agent added.
_RESTART_NS = 1 * S


class StoreHand:
    """One store. `supply` is told what the plug, the battery and the switch do; it tells this when the board lives."""

    def __init__(
        self,
        store: StageStore,
        view: StoreView,
        now_ns: Callable[[], int],
        after: Callable[[int, Callable[[], None]], None],
    ) -> None:
        self._store = store
        self._view = view
        self._now_ns = now_ns
        self._after = after
        self._state_dir = load(store.site.config).device.state_dir
        self._restarting = False
        # Processes that were started, less those that have said their last.
        self._running = 0
        self._dips = 0
        self.supply = Supply(now_ns, after, BATTERY_NS, self)

    def look(self) -> None:
        """Note what changes by itself."""
        self._view.supply.battery_percent = self.supply.charge_percent
        self._view.supply.mains = OnOff.ON if self.supply.has_mains else OnOff.OFF

    def at_board(self, asked: Act) -> None:
        """Contacts, wires, clock and doors. At a board without power it is noted."""
        self._view.note(asked, self._now_ns())
        self._store.board.order(asked)

    def disk(self, asked: act.Disk) -> None:
        if asked.state is DiskState.CORRUPT and not self._store.board.is_on:
            spoil_files(self._state_dir)
        self.at_board(asked)

    def switch(self, state: OnOff) -> None:
        """The board's own supply."""
        self._dips += 1
        self.supply.switch(on=state is OnOff.ON)

    def brownout(self, asked: act.Brownout) -> None:
        """Ends early if somebody uses the switch."""
        self._dips += 1
        dips = self._dips
        for dip in range(asked.dips):
            begins_ns = dip * (asked.length_ns + asked.gap_ns)
            for at_ns, on in ((begins_ns, False), (begins_ns + asked.length_ns, True)):
                self._after(at_ns, lambda on=on: self._dip(dips, on=on))  # type: ignore[misc]  # bound at once

    def restart(self) -> None:
        """The agent alone, in good order. Nothing without power."""
        self._restarting = True
        self._store.board.stop()

    def ended(self) -> None:
        """A process has said its last. If it was the board's, and nobody took its power, it is started again."""
        self._running -= 1
        if self._running or self._view.supply.power is OnOff.OFF:
            return
        self._view.ended(self._now_ns())
        delay_ns, self._restarting = (0 if self._restarting else _RESTART_NS), False
        self._after(delay_ns, self._start_again)

    # ------------------------------------------------------------ what the supply does

    def power_on(self) -> None:
        self._view.power_on()
        self._start()

    def cut_power(self) -> None:
        self._store.board.cut_power()
        self._view.power_off(self._now_ns())

    def show_mains(self, lost: bool) -> None:
        self._show(MAINS, active=lost)

    def show_battery(self, low: bool) -> None:
        self._show(BATTERY, active=low)

    def _show(self, zone: str, *, active: bool) -> None:
        if self._view.conditions.zones[zone].is_held != active:
            self.at_board(act.Hold(zone=zone) if active else act.Release(zone=zone))

    # ------------------------------------------------------------ inside

    def _dip(self, dips: int, *, on: bool) -> None:
        if dips == self._dips:
            self.supply.switch(on=on)

    def _start_again(self) -> None:
        if not self._running and self._view.supply.power is OnOff.ON:
            # What has said its last may still be there for a moment.
            self._store.board.close()
            self._start()

    def _start(self) -> None:
        self._running += 1
        self._store.board.power_on(self._view.conditions.acts(self._now_ns()))
