"""One compartment: what hands and current do to it, and what its two contacts say."""

from random import Random

import pytest

from sim.acts.words import Breaks, CableEnd, CableState, MechanismState
from sim.locks.compartment import Cause, Compartment
from sim.locks.truth import Truth
from sim.schedule import Action, VirtualTime

MS = 1_000_000


class Bench:
    """A compartment whose contacts are closed when it is shut and locked."""

    def __init__(self, *, springs: bool = True, seed: int = 1) -> None:
        self.time = VirtualTime()
        self.coil: list[str] = []
        self.truth = Truth(self.time.clock.monotonic_ns, self.coil.append)
        self.door = Compartment("01", self.after, Random(seed), self.truth, springs=springs)

    def after(self, delay_ns: int, action: Action) -> None:
        self.time.schedule.at(self.time.clock.monotonic_ns() + delay_ns, action)

    def pulse(self, length_ms: int = 300) -> None:
        self.door.energise(Cause.PULSE)
        self.time.run_for(length_ms * MS)
        self.door.rest()
        self.time.run_for(1_000 * MS)

    @property
    def says(self) -> tuple[str, str]:
        """The door and its latch, by their contacts."""
        return "closed" if self.door.reed.closed else "open", "locked" if self.door.latch.closed else "unlocked"


def test_door_begins_secured_and_cannot_be_pulled_open() -> None:
    bench = Bench()

    bench.door.pull()

    assert bench.says == ("closed", "locked")
    assert not bench.door.is_open


@pytest.mark.parametrize("seed", range(10))
def test_pulse_lets_a_door_spring_open(seed: int) -> None:
    bench = Bench(seed=seed)
    begun_ns = bench.time.clock.monotonic_ns()

    bench.pulse()

    assert bench.says == ("open", "unlocked")
    (opening,) = bench.truth.openings
    assert (opening.cause, opening.closed_ns) == (Cause.PULSE, None)
    assert 45 * MS <= opening.at_ns - begun_ns <= 120 * MS
    assert bench.coil == ["01", "01"]


def test_door_without_a_spring_is_unlatched_until_it_is_pulled() -> None:
    bench = Bench(springs=False)

    bench.pulse()
    assert bench.says == ("closed", "unlocked")
    bench.door.pull()

    assert bench.says == ("open", "unlocked")
    assert bench.truth.openings[0].cause is Cause.PULLED


def test_unlatched_door_is_latched_by_a_push() -> None:
    bench = Bench(springs=False)
    bench.pulse()

    bench.door.shut()
    bench.door.pull()

    assert bench.says == ("closed", "locked")


def test_open_door_that_is_shut_is_secured() -> None:
    bench = Bench()
    bench.pulse()
    at_ns = bench.time.clock.monotonic_ns()

    bench.door.shut()

    assert bench.says == ("closed", "locked")
    assert [opening.closed_ns for opening in bench.truth.openings] == [at_ns]


def test_pulse_too_short_for_the_hook_opens_nothing() -> None:
    bench = Bench()

    bench.pulse(10)

    assert bench.says == ("closed", "locked")


def test_jammed_door_stays_closed_under_current() -> None:
    bench = Bench()
    bench.door.become(MechanismState.JAMMED)

    bench.pulse()

    assert bench.says == ("closed", "locked")
    assert len(bench.truth.currents) == 1


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("springs", [True, False])
def test_door_that_is_reshut_was_open_within_the_pulse_and_is_secured_after_it(seed: int, springs: bool) -> None:
    bench = Bench(seed=seed, springs=springs)
    bench.door.become(MechanismState.RESHUT)

    bench.pulse()

    assert bench.says == ("closed", "locked")
    (opening,), (current,) = bench.truth.openings, bench.truth.currents
    assert opening.closed_ns is not None
    assert current.ended_ns is not None
    assert opening.closed_ns < current.ended_ns


def test_hook_catches_only_when_the_current_has_ended() -> None:
    bench = Bench()
    bench.door.energise(Cause.PULSE)
    bench.time.run_for(200 * MS)

    bench.door.shut()
    assert bench.says == ("closed", "unlocked")
    bench.door.rest()

    assert bench.says == ("closed", "locked")


def test_tripped_hook_says_locked_with_the_door_open_and_keeps_it_open_until_a_pulse() -> None:
    bench = Bench()
    bench.door.trip_hook()
    assert bench.says == ("closed", "locked")
    bench.pulse()

    bench.door.trip_hook()
    assert bench.says == ("open", "locked")
    bench.door.shut()
    assert bench.door.is_open
    bench.pulse()
    assert bench.says == ("open", "unlocked")
    bench.door.shut()

    assert bench.says == ("closed", "locked")


def test_forced_hook_lets_go() -> None:
    bench = Bench()

    bench.door.force()

    assert bench.says == ("open", "unlocked")
    assert bench.truth.openings[0].cause is Cause.FORCED
    assert bench.truth.currents == []


def test_strike_that_is_torn_off_leaves_the_lock_locked_and_the_door_loose_until_it_is_mended() -> None:
    bench = Bench()

    bench.door.force(Breaks.STRIKE)
    assert bench.says == ("open", "locked")
    bench.door.shut()
    assert bench.says == ("closed", "locked")
    bench.door.pull()
    assert bench.door.is_open
    bench.door.shut()
    bench.door.become(MechanismState.GOOD)
    bench.door.pull()

    assert not bench.door.is_open


def test_open_door_cannot_be_forced() -> None:
    bench = Bench()
    bench.pulse()

    bench.door.force()

    assert len(bench.truth.openings) == 1


@pytest.mark.parametrize("state", [CableState.CUT, CableState.STUCK])
def test_coil_without_its_cable_has_no_current(state: CableState) -> None:
    bench = Bench()
    bench.door.lay(CableEnd.LOCK, state)

    bench.pulse()

    assert bench.truth.currents == []
    assert bench.says == ("closed", "locked")


def test_cable_that_is_cut_under_current_ends_it() -> None:
    bench = Bench()
    bench.door.energise(Cause.HOLD)

    bench.door.lay(CableEnd.LOCK, CableState.CUT)

    assert not bench.door.is_live
    assert bench.truth.live == set()


def test_each_sensor_has_a_cable_of_its_own() -> None:
    bench = Bench()

    bench.door.lay(CableEnd.LATCH, CableState.CUT)
    assert bench.says == ("closed", "unlocked")
    bench.door.lay(CableEnd.REED, CableState.STUCK)
    bench.door.force()

    assert bench.says == ("closed", "unlocked")
    assert bench.door.is_open


def test_contacts_may_be_of_the_other_kind() -> None:
    time = VirtualTime()
    truth = Truth(time.clock.monotonic_ns, lambda _door: None)
    door = Compartment(
        "01",
        lambda _delay, _action: None,
        Random(1),
        truth,
        latch_closed_when_locked=False,
        reed_closed_when_shut=False,
    )
    assert (door.latch.closed, door.reed.closed) == (False, False)

    door.force()

    assert (door.latch.closed, door.reed.closed) == (True, True)
