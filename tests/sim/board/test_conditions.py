"""What lasts at a board beyond its power."""

from device.logic.units import S
from sim.acts.model import Act, Clock, Contact, Disk, Hold, Press, Release, Swap, Wire
from sim.acts.words import ContactState, DiskState, Leg, Time, WireFault
from sim.board.conditions import Conditions
from sim.board.lines import decode_order, encode

ZONES = ("button", "bell", "phone")


def _after(*done: Act) -> Conditions:
    conditions = Conditions(ZONES)
    for act in done:
        conditions.note(act, 0)
    return conditions


def test_nothing_lasts_of_what_was_put_right() -> None:
    conditions = _after(
        Hold(zone="bell"),
        Release(zone="bell"),
        Wire(zone="button", state=WireFault.SHORTED),
        Wire(zone="button", state=WireFault.WHOLE),
        Swap(zone="bell", other="phone"),
        Swap(zone="phone", other="bell"),
        Disk(state=DiskState.FAILED),
        Disk(state=DiskState.GOOD),
        Disk(state=DiskState.CORRUPT),
        Press(zone="phone"),
    )

    assert conditions.acts(0) == []


def test_everything_that_lasts_is_restored_what_is_held_before_it_may_bounce() -> None:
    conditions = _after(
        Contact(zone="bell", state=ContactState.WORN),
        Hold(zone="bell"),
        Wire(zone="button", state=WireFault.SHORTED),
        Swap(zone="phone", other="bell"),
        Disk(state=DiskState.SLOW, delay_ns=S),
    )

    assert conditions.acts(0) == [
        Wire(zone="button", state=WireFault.SHORTED, leg=Leg.OPEN),
        Wire(zone="button", state=WireFault.SHORTED, leg=Leg.CLOSED),
        Hold(zone="bell"),
        Swap(zone="bell", other="phone"),
        Contact(zone="bell", state=ContactState.WORN),
        Disk(state=DiskState.SLOW, delay_ns=S),
    ]


def test_clock_that_drifts_goes_on_drifting_while_the_power_is_off() -> None:
    conditions = _after(Clock(state=Time.UNSYNCED, jump_ns=-3 * S, drift_ppm=1_000))

    assert conditions.acts(1_000 * S) == [Clock(state=Time.UNSYNCED, jump_ns=-2 * S, drift_ppm=1_000)]


def test_clock_that_is_synced_is_right_whatever_it_was() -> None:
    conditions = _after(Clock(jump_ns=3 * S, drift_ppm=5), Clock(state=Time.SYNCED))

    assert conditions.acts(100 * S) == []


def test_swap_with_a_third_zone_ends_the_first_one() -> None:
    conditions = _after(Swap(zone="bell", other="phone"), Swap(zone="bell", other="button"))

    assert conditions.zones["phone"].swapped_with is None
    assert conditions.zones["button"].swapped_with == "bell"


def test_everything_restored_goes_down_the_lines() -> None:
    conditions = _after(Hold(zone="bell"), Clock(state=Time.UNSET, jump_ns=123_456_000), Disk(state=DiskState.FULL))

    acts = conditions.acts(0)

    assert [decode_order(encode(act)) for act in acts] == acts
