"""Hands on one board, in its own process: acts on contacts, wires, clock, disk, and the doors of a bank."""

from typing import TypeGuard

from sim.acts import model as act
from sim.acts.bank import BankAct
from sim.acts.model import Act
from sim.board import touch
from sim.board.board import Board
from sim.board.bounce import CLEAN
from sim.board.contact import Contact
from sim.board.disk import BoardDisk
from sim.board.locks import BoardLocks
from sim.schedule import After
from sim.world.clock import DeviceClock


class BoardHands:
    """What is not done to the board itself (power, network, the room) is not for these hands. One thread."""

    def __init__(
        self,
        board: Board,
        contacts: dict[str, Contact],
        pins: dict[str, tuple[str, ...]],
        clock: DeviceClock,
        disk: BoardDisk,
        after: After,
        locks: BoardLocks | None = None,
    ) -> None:
        """contacts, pins: by zone, the pins in the order in which wires are exchanged. locks: of a bank."""
        self._board = board
        self._contacts = contacts
        self._pins = pins
        self._clock = clock
        self._disk = disk
        self._after = after
        self._locks = locks

    def find(self, done: Act) -> None:
        """As `do`, before the board has power: what is held is held already, and does not bounce."""
        if self._locks is not None and self._is_at_locks(done):
            self._locks.find(done)
            return
        contact = self._contacts[done.zone] if isinstance(done, act.Hold) else None
        if contact is None:
            self.do(done)
            return
        profile, contact.profile = contact.profile, CLEAN
        contact.press()
        contact.profile = profile

    def do(self, done: Act) -> None:
        if self._locks is not None and self._is_at_locks(done):
            self._locks.do(done)
            return
        match done:
            case act.Press() | act.Hold() | act.Release() | act.Chatter() | act.Glitch() | act.Contact():
                touch.move(self._contacts[done.zone], done, self._after)
            case act.Wire():
                touch.damage(self._contacts[done.zone], done)
            case act.Swap():
                for pin, other in zip(self._pins[done.zone], self._pins[done.other], strict=True):
                    self._board.swap(pin, other)
            case act.Clock():
                touch.set_clock(self._clock, done)
            case act.Disk():
                self._disk.become(done.state, done.delay_ns)
            case _:
                raise ValueError(f"{done} is not done to a board")

    def _is_at_locks(self, done: Act) -> TypeGuard[BankAct | act.Swap]:
        """What is exchanged is doors' cables where there are no zones of these names."""
        return isinstance(done, BankAct) or (isinstance(done, act.Swap) and done.zone not in self._pins)
