"""Hands on one board, in its own process: acts on contacts, wires, clock and disk."""

from collections.abc import Callable

from sim.acts import model as act
from sim.acts.model import Act
from sim.acts.words import Leg, Time, WireFault
from sim.board.board import Board
from sim.board.bounce import CLEAN, PROFILES
from sim.board.contact import Contact
from sim.board.disk import BoardDisk
from sim.board.wire import Wire
from sim.world.clock import DeviceClock

After = Callable[[int, Callable[[], None]], None]
"""Do the action in so many nanoseconds."""


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
    ) -> None:
        """contacts, pins: by zone, the pins in the order in which wires are exchanged."""
        self._board = board
        self._contacts = contacts
        self._pins = pins
        self._clock = clock
        self._disk = disk
        self._after = after

    def find(self, done: Act) -> None:
        """As `do`, before the board has power: what is held is held already, and does not bounce."""
        contact = self._contacts[done.zone] if isinstance(done, act.Hold) else None
        if contact is None:
            self.do(done)
            return
        profile, contact.profile = contact.profile, CLEAN
        contact.press()
        contact.profile = profile

    def do(self, done: Act) -> None:
        match done:
            case act.Press() | act.Hold() | act.Release() | act.Chatter() | act.Glitch() | act.Contact():
                self._move(self._contacts[done.zone], done)
            case act.Wire():
                for wire in _wires(self._contacts[done.zone], done):
                    _FAULTS[done.state](wire)
            case act.Swap():
                for pin, other in zip(self._pins[done.zone], self._pins[done.other], strict=True):
                    self._board.swap(pin, other)
            case act.Clock():
                self._set(done)
            case act.Disk():
                self._disk.become(done.state, done.delay_ns)
            case _:
                raise ValueError(f"{done} is not done to a board")

    def _move(
        self,
        contact: Contact,
        done: act.Press | act.Hold | act.Release | act.Chatter | act.Glitch | act.Contact,
    ) -> None:
        match done:
            case act.Press():
                contact.press()
                self._after(done.for_ns, contact.release)
            case act.Hold():
                contact.press()
            case act.Release():
                contact.release()
            case act.Chatter():
                contact.chatter(done.edges, done.period_ns)
            case act.Glitch():
                contact.glitch(done.pulses, done.length_ns, done.gap_ns)
            case act.Contact():
                contact.profile = PROFILES[done.state]

    def _set(self, done: act.Clock) -> None:
        match done.state:
            case Time.SYNCED:
                self._clock.sync()
            case Time.UNSYNCED:
                self._clock.unsync()
            case Time.UNSET:
                self._clock.unset()
            case None:
                pass
        if done.jump_ns:
            self._clock.jump(done.jump_ns)
        if done.drift_ppm is not None:
            self._clock.drift(done.drift_ppm)


_FAULTS: dict[WireFault, Callable[[Wire], None]] = {
    WireFault.WHOLE: Wire.mend,
    WireFault.CUT: Wire.cut,
    WireFault.SHORTED: Wire.short,
}


def _wires(contact: Contact, done: act.Wire) -> list[Wire]:
    match done.leg, done.state:
        case Leg.OPEN, _:
            return [contact.wire]
        case Leg.CLOSED, _:
            return [contact.wire_nc]
        case Leg.COMMON, WireFault.CUT:
            return [contact.common]
        case Leg.COMMON, WireFault.SHORTED:
            return [contact.wire, contact.wire_nc]
        case _:
            return [contact.common, contact.wire, contact.wire_nc]
