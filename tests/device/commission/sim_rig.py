"""The whole command in virtual time: a simulated bank behind real ptys, real pyserial, and an installer before it."""

import select
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from device.commission.cli import Options, commission
from device.commission.faults import Fault
from device.commission.hardware import Openers
from device.commission.terminal import Stopped
from device.commission.view import Choice, Phrase, Typed, View
from device.commission.words import Words
from device.config.load import parse
from device.config.map import BankMap, load_map
from device.config.model import Config
from drivers.lockbus import blocking
from sim.acts.bank import Force, Pull, Shut
from sim.board.board import Board
from sim.locks.bank import SimBank
from sim.locks.header_reeds import HeaderReeds
from sim.locks.setup import BusSetup, DoorSetup
from sim.schedule import Action, VirtualTime
from tests.device.commission.installer import Installer
from tests.device.config.store import GOOD

S = 1_000_000_000


class SimRig:
    """Close it. `bank` is there to be spoilt before `run`."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        doors: Sequence[DoorSetup],
        buses: Sequence[BusSetup],
        *,
        listed_reeds: tuple[str, ...] | None = None,
    ) -> None:
        """listed_reeds: those of the configuration, if not those that are wired."""
        self.time = VirtualTime()
        self.board = Board(self.time.schedule, self.time.clock)
        (folder / "ports").mkdir()
        self.bank = SimBank(
            doors,
            buses,
            folder / "ports",
            self._after,
            self.time.clock.monotonic_ns,
            Random(1),
            HeaderReeds(self.board).set,
        )
        self.map_path = folder / "bank.toml"
        wired = tuple(door.reed for door in doors if door.reed is not None)
        reeds = wired if listed_reeds is None else listed_reeds
        self.config = _config(folder, [door.name for door in doors], buses, reeds)
        self.faults: list[Fault] = []
        self.views: list[View] = []
        self.told: list[str] = []
        self._installer = Installer(SimHands(self.bank), tries=2)
        self._stop_when: Callable[[View], bool] | None = None
        self.language_words: Words | None = None
        poll = SimpleNamespace(poll=lambda: VirtualPoll(self), POLLIN=select.POLLIN)
        monkeypatch.setattr(blocking, "select", poll)

    def close(self) -> None:
        self.bank.close()
        self.board.close()

    def run(self, options: Options | None = None, stop_when: Callable[[View], bool] | None = None) -> int:
        """The command, to its end; or until the installer, who sees `stop_when`, goes for lunch."""
        self._stop_when = stop_when
        self._installer.faults.clear()
        status = commission(
            self.config,
            options or Options(),
            front=self._front,
            clock=self.time.clock,
            openers=Openers(lambda: self.board),
        )
        last = self.views[-1].said if self.views else ()
        self.faults = [*self._installer.faults, *(one for one in last if isinstance(one, Fault))]
        return status

    @property
    def map(self) -> BankMap:
        return load_map(self.map_path, self.config)

    def wires(self) -> dict[str, tuple[str | None, str | None, str | None]]:
        return {door.name: (door.lock, door.latch, door.reed) for door in self.map.doors}

    # ------------------------------------------------------------ Front

    def show(self, view: View) -> None:
        if not self.views or self.views[-1] != view:
            self.views.append(view)

    def tell(self, text: str) -> None:
        self.told.append(text)

    def answer(self, view: View, timeout_s: float) -> Choice | Typed | None:
        if self._stop_when is not None and self._stop_when(view):
            raise Stopped
        answer = self._installer.look(view, self.time.clock.monotonic_ns())
        self.time.run_for(round(timeout_s * S))
        return answer if isinstance(answer, Typed) or answer in view.choices else None

    def _front(self, words: Words) -> "SimRig":
        self.language_words = words
        return self

    def _after(self, delay_ns: int, action: Action) -> None:
        self.time.schedule.at(self.time.clock.monotonic_ns() + delay_ns, action)


class VirtualPoll:
    """select.poll where waiting lets the simulated time pass instead."""

    def __init__(self, rig: SimRig) -> None:
        self._rig = rig
        self._fd = -1

    def register(self, fd: int, _events: int) -> None:
        self._fd = fd

    def poll(self, left_ms: int) -> None:
        time, real = self._rig.time, select.poll()
        until_ns = time.clock.monotonic_ns() + left_ms * 1_000_000
        real.register(self._fd, select.POLLIN)
        self._rig.bank.pump()
        while not real.poll(0):
            next_ns = time.schedule.next_ns()
            if next_ns is None or next_ns > until_ns:
                time.run_until(until_ns)
                return
            time.run_until(next_ns)


class SimHands:
    """`Doors` on a SimBank. The installer has the emergency key."""

    def __init__(self, bank: SimBank) -> None:
        self._bank = bank

    def open_doors(self) -> list[str]:
        return [name for name in self._bank.doors if self._bank.is_open(name)]

    def shut(self, *names: str) -> None:
        for name in names or self.open_doors():
            self._bank.perform(Shut(door=name))

    def pull(self, name: str) -> None:
        if not self._bank.is_open(name):
            self._bank.perform(Force(door=name))

    def tug(self, name: str) -> None:
        self._bank.perform(Pull(door=name))

    def has(self, phrase: Phrase, door: str) -> bool:
        """In a bank of this file every door has all that any has."""
        return True


def _config(folder: Path, doors: Sequence[str], buses: Sequence[BusSetup], reeds: Sequence[str]) -> Config:
    tables = [
        "[bank]",
        f"doors = [{_list(doors)}]",
        f'map = "{folder}/bank.toml"',
        f"reeds = [{_list(reeds)}]",
    ]
    for bus in buses:
        tables += ["[[bus]]", f'name = "{bus.name}"', f'port = "{folder}/ports/{bus.name}"', f'family = "{bus.family}"']
        tables.append("latency_ms = 0")
    return parse(GOOD + "\n".join(["", *tables, ""]), "agent.toml")


def _list(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
