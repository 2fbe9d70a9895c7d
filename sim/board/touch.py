"""What hands do to a contact, its wires and a device's clock: the same in real and in virtual time."""

from typing import assert_never

from sim.acts import model as act
from sim.acts.words import Leg, Time, WireFault
from sim.board.bounce import PROFILES
from sim.board.contact import Contact
from sim.board.wire import Wire
from sim.schedule import After
from sim.world.clock import DeviceClock

Touch = act.Press | act.Hold | act.Release | act.Chatter | act.Glitch | act.Contact


def move(contact: Contact, asked: Touch, after: After) -> None:
    match asked:
        case act.Press():
            contact.press()
            after(asked.for_ns, contact.release)
        case act.Hold():
            contact.press()
        case act.Release():
            contact.release()
        case act.Chatter():
            contact.chatter(asked.edges, asked.period_ns)
        case act.Glitch():
            contact.glitch(asked.pulses, asked.length_ns, asked.gap_ns)
        case act.Contact():
            contact.profile = PROFILES[asked.state]
        case _:
            assert_never(asked)


def damage(contact: Contact, asked: act.Wire) -> None:
    """Or mend it."""
    for wire in _wires(contact, asked):
        match asked.state:
            case WireFault.WHOLE:
                wire.mend()
            case WireFault.CUT:
                wire.cut()
            case WireFault.SHORTED:
                wire.short()
            case _:
                assert_never(asked.state)


def set_clock(clock: DeviceClock, asked: act.Clock) -> None:
    match asked.state:
        case Time.SYNCED:
            clock.sync()
        case Time.UNSYNCED:
            clock.unsync()
        case Time.UNSET:
            clock.unset()
        case None:
            pass
        case _:
            assert_never(asked.state)
    if asked.jump_ns:
        clock.jump(asked.jump_ns)
    if asked.drift_ppm is not None:
        clock.drift(asked.drift_ppm)


def _wires(contact: Contact, asked: act.Wire) -> list[Wire]:
    match asked.leg, asked.state:
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
