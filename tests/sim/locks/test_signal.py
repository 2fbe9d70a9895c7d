"""A contact as it is read through its cable."""

from sim.acts.words import CableState
from sim.locks.signal import Signal


def heard_by(signal: Signal) -> list[bool]:
    heard: list[bool] = []
    signal.listener = lambda: heard.append(signal.closed)
    return heard


def test_every_change_is_told_once() -> None:
    signal = Signal(closed=True)
    heard = heard_by(signal)

    for closed in (True, False, False, True):
        signal.move(closed)

    assert heard == [False, True]


def test_cut_cable_reads_open_and_a_shorted_one_closed_whatever_the_contact_does() -> None:
    signal = Signal(closed=True)
    heard = heard_by(signal)

    signal.become(CableState.CUT)
    signal.move(closed=False)
    signal.move(closed=True)
    assert heard == [False]
    signal.become(CableState.STUCK)
    signal.move(closed=False)
    assert heard == [False, True]
    signal.become(CableState.WHOLE)

    assert heard == [False, True, False]


def test_disturbed_contact_reads_the_opposite_until_the_last_disturbance_ends() -> None:
    signal = Signal(closed=True)
    heard = heard_by(signal)

    signal.disturb(on=True)
    signal.disturb(on=True)
    signal.disturb(on=False)
    assert not signal.closed
    signal.disturb(on=False)

    assert heard == [False, True]
