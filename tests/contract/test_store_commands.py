"""What every `Store` does with commands: nothing that was confirmed is lost, nothing false is remembered."""

from dataclasses import replace

import pytest

from drivers.command_ports import CommandKept, CommandNotKept, CommandState, Conclusion, KeptCommand
from drivers.ports import Beginning, Place, Saved, StoreFailed, StoreFault, StoreWell
from drivers.store.commands import LAST_KEPT, MAX_COMMANDS, STAYS_NS
from drivers.store.keeper import RETRY_NS
from tests.contract.store_benches import EPOCH, StoreBench, event, fact_of, places_of, save, settle

S = 1_000_000_000
LIFE_NS = 60 * S
TAKEN, DONE, REFUSED, UNKNOWN = CommandState.TAKEN, CommandState.DONE, CommandState.REFUSED, CommandState.UNKNOWN


def taken(bench: StoreBench, jti: str = "c-1", state: CommandState = TAKEN) -> KeptCommand:
    """A command that is taken now, or turned away."""
    now_ns = bench.time.clock.wall().utc_ns
    return KeptCommand(jti, "door.unlock", "07", int(state is not REFUSED), now_ns, now_ns + LIFE_NS, state)


def keep(bench: StoreBench, *commands: KeptCommand) -> None:
    for command in commands:
        bench.store.keep_command(command)
        assert fact_of(bench, CommandKept).jti == command.jti


def conclude(bench: StoreBench, jti: str, state: CommandState = DONE, seq: int = 1) -> None:
    bench.store.save(event(seq), Conclusion(jti, state))
    places_of(bench, Saved, 1)


def states(beginning: Beginning) -> dict[str, CommandState]:
    return {command.jti: command.state for command in beginning.commands}


def set_wall(bench: StoreBench, utc_ns: int, synced: bool) -> None:
    bench.time.clock.set_wall(utc_ns, synced)


# ---------------------------------------------------------------- keeping, concluding


def test_kept_commands_are_told_at_the_next_start_oldest_first(bench: StoreBench) -> None:
    bench.open()
    first = taken(bench, "z")
    bench.time.run_for(S)
    second = taken(bench, "a")
    keep(bench, first, second)

    assert bench.crash().commands == (first, second)


def test_command_without_an_outcome_is_still_taken_after_a_crash(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench))

    assert states(bench.crash()) == {"c-1": TAKEN}


@pytest.mark.parametrize("state", [DONE, REFUSED, UNKNOWN])
def test_outcome_is_stored_with_the_event_that_tells_it(bench: StoreBench, state: CommandState) -> None:
    bench.open()
    keep(bench, taken(bench))

    conclude(bench, "c-1", state)
    beginning = bench.crash()

    assert (states(beginning), beginning.unanswered) == ({"c-1": state}, 1)


def test_first_outcome_stays(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench))

    conclude(bench, "c-1", DONE)
    conclude(bench, "c-1", REFUSED, seq=2)

    assert states(bench.crash()) == {"c-1": DONE}


def test_outcome_of_a_command_that_is_not_kept_changes_nothing(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench))

    conclude(bench, "c-2", DONE)

    assert states(bench.crash()) == {"c-1": TAKEN}


def test_command_that_is_kept_already_is_not_kept_again(bench: StoreBench) -> None:
    bench.open()
    first = taken(bench)
    keep(bench, first)

    bench.store.keep_command(replace(first, subject="08"))

    assert fact_of(bench, CommandNotKept).jti == "c-1"
    assert bench.crash().commands == (first,)


def test_command_and_its_outcome_may_share_a_commit(bench: StoreBench) -> None:
    bench.open()

    bench.store.keep_command(taken(bench))
    bench.store.save(event(1), Conclusion("c-1", REFUSED))

    fact_of(bench, CommandKept)
    places_of(bench, Saved, 1)
    assert states(bench.crash()) == {"c-1": REFUSED}


# ---------------------------------------------------------------- forgetting


def test_what_has_expired_is_forgotten_after_ten_minutes(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench, "old"))
    conclude(bench, "old")
    bench.time.run_for(STAYS_NS - 40 * S)
    for number in range(LAST_KEPT):
        keep(bench, taken(bench, f"new {number}"))

    before = bench.crash()
    bench.time.run_for(60 * S)

    assert states(before)["old"] is DONE
    bench.crash()
    assert set(states(bench.crash())) == {f"new {number}" for number in range(LAST_KEPT)}


def test_refused_command_is_forgotten_when_it_has_expired(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench, "refused", REFUSED))
    bench.time.run_for(LIFE_NS)

    keep(bench, taken(bench, "new"))

    assert states(bench.crash()) == {"new": TAKEN}


def test_command_without_an_outcome_is_remembered_for_ever(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench, "old"))
    bench.time.run_for(10 * STAYS_NS)
    keep(bench, taken(bench, "new"))
    conclude(bench, "new")

    bench.crash()

    assert states(bench.crash()) == {"old": TAKEN, "new": DONE}


def test_last_ones_to_expire_are_remembered_until_others_are_taken(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench))
    conclude(bench, "c-1")
    bench.time.run_for(10 * STAYS_NS)

    bench.crash()

    assert states(bench.crash()) == {"c-1": DONE}


def test_clock_that_nobody_vouches_for_lets_nothing_be_forgotten(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench, "refused", REFUSED))
    set_wall(bench, bench.time.clock.wall().utc_ns + 10 * STAYS_NS, synced=False)

    bench.crash()

    assert states(bench.crash()) == {"refused": REFUSED}


def test_so_many_are_kept_and_no_more_until_some_are_forgotten(bench: StoreBench) -> None:
    bench.open()
    commands = [taken(bench, str(number), REFUSED) for number in range(MAX_COMMANDS + 1)]
    for command in commands:
        bench.store.keep_command(command)
    answers = [bench.fact() for _ in commands]

    bench.time.run_for(LIFE_NS)
    keep(bench, taken(bench, "new"))

    assert all(isinstance(answer, CommandKept) for answer in answers[:-1])
    assert isinstance(answers[-1], CommandNotKept)
    assert states(bench.crash()) == {"new": TAKEN}


# ---------------------------------------------------------------- a full or broken disk


def fill_up(bench: StoreBench) -> None:
    """Nothing more can be kept; small rows may have found a gap before."""
    bench.fill()
    for number in range(100):
        bench.store.keep_command(taken(bench, f"{number:0128}"))
        answer = bench.fact()
        if isinstance(answer, StoreFailed):
            assert answer.fault is StoreFault.FULL
            fact_of(bench, CommandNotKept)
            return
        assert isinstance(answer, CommandKept)
    pytest.fail("the disk does not get full")


def test_full_disk_takes_no_command_and_says_once_that_it_is_full(bench: StoreBench) -> None:
    bench.open()
    fill_up(bench)

    bench.store.keep_command(taken(bench, "x" * 128))

    assert fact_of(bench, CommandNotKept).jti == "x" * 128
    assert "x" * 128 not in states(bench.crash())


def test_command_that_can_be_kept_proves_that_there_is_room_again(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1), event(2))
    fill_up(bench)

    settle(bench, Place(EPOCH, 1))
    settle(bench, Place(EPOCH, 2))
    bench.store.keep_command(taken(bench))

    fact_of(bench, StoreWell)
    fact_of(bench, CommandKept)


def test_broken_disk_takes_no_command(bench: StoreBench) -> None:
    bench.open()
    bench.break_disk()

    bench.store.keep_command(taken(bench))

    assert fact_of(bench, StoreFailed).fault is StoreFault.FAILED
    assert fact_of(bench, CommandNotKept).jti == "c-1"
    bench.mend_disk()


def miss_an_outcome(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench))
    bench.break_disk()
    bench.store.save(event(1), Conclusion("c-1", DONE))
    assert fact_of(bench, StoreFailed).places == (event(1).place,)
    bench.mend_disk()
    bench.time.run_for(RETRY_NS)


def test_outcome_that_the_disk_missed_is_concluded_when_its_event_is_saved(bench: StoreBench) -> None:
    miss_an_outcome(bench)

    bench.store.save(event(1))
    fact_of(bench, StoreWell)
    places_of(bench, Saved, 1)

    assert states(bench.crash()) == {"c-1": DONE}


def test_outcome_that_the_disk_missed_is_concluded_when_its_event_is_answered(bench: StoreBench) -> None:
    miss_an_outcome(bench)

    bench.store.settle(event(1).place, "received")
    fact_of(bench, StoreWell)
    bench.fact()

    assert states(bench.crash()) == {"c-1": DONE}


# ---------------------------------------------------------------- how far the memory goes back


def test_first_start_has_nothing_to_remember_and_later_ones_remember_all(bench: StoreBench) -> None:
    first = bench.open()
    second = bench.crash()
    keep(bench, taken(bench))
    third = bench.crash()

    assert [beginning.commands_from_ns for beginning in (first, second, third)] == [0, 0, 0]


def test_start_that_finds_a_corrupt_store_remembers_nothing(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench))
    bench.close(orderly=True)
    bench.corrupt()

    lost = bench.open()
    fact_of(bench, StoreWell)
    still_lost = bench.crash()
    began_ns = bench.time.clock.wall().utc_ns
    bench.time.run_for(LIFE_NS)
    keep(bench, taken(bench, "c-2"))
    found = bench.crash()

    assert [(beginning.commands, beginning.commands_from_ns) for beginning in (lost, still_lost)] == [((), None)] * 2
    assert states(found) == {"c-2": TAKEN}
    assert found.commands_from_ns == began_ns


def test_store_that_becomes_corrupt_remembers_what_is_taken_from_then_on(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench, "lost"))
    bench.time.run_for(S)
    bench.corrupt()
    bench.store.note("finds out")
    fact_of(bench, StoreWell)
    found_out_ns = bench.time.clock.wall().utc_ns
    bench.time.run_for(S)
    keep(bench, taken(bench, "kept"))

    beginning = bench.crash()

    assert states(beginning) == {"kept": TAKEN}
    assert beginning.commands_from_ns == found_out_ns


def test_start_without_a_disk_remembers_nothing(bench: StoreBench) -> None:
    bench.open()
    keep(bench, taken(bench))
    bench.close(orderly=True)
    bench.break_disk()

    beginning = bench.open()
    fact_of(bench, StoreFailed)
    bench.mend_disk()
    bench.time.run_for(RETRY_NS)
    bench.store.keep_command(taken(bench))

    assert (beginning.commands, beginning.commands_from_ns) == ((), None)
    # The disk that is back knows it: it must not act twice.
    fact_of(bench, StoreWell)
    assert fact_of(bench, CommandNotKept).jti == "c-1"


def test_memory_is_not_said_to_be_whole_by_a_clock_that_nobody_vouches_for(bench: StoreBench) -> None:
    bench.open()
    bench.close(orderly=True)
    bench.corrupt()
    bench.open()
    fact_of(bench, StoreWell)
    utc_ns = bench.time.clock.wall().utc_ns
    set_wall(bench, utc_ns - 1000 * S, synced=False)

    keep(bench, taken(bench, state=REFUSED))

    assert bench.crash().commands_from_ns is None
