import pytest

from device.logic.bank.memory import Memory
from device.logic.bank.recent import MOST
from device.logic.units import S
from drivers.command_ports import CommandState, KeptCommand

UTC_NS = 1_795_214_161 * S
START_NS = 1_000 * S
REMEMBER_NS = 600 * S
TAKEN, DONE, REFUSED, UNKNOWN = CommandState.TAKEN, CommandState.DONE, CommandState.REFUSED, CommandState.UNKNOWN


def memory(*kept: KeptCommand) -> Memory:
    return Memory(kept, START_NS, REMEMBER_NS)


def kept(jti: str, state: CommandState, expires_ns: int = UTC_NS, opens: int = 1) -> KeptCommand:
    return KeptCommand(jti, "door.unlock", "07", opens, UTC_NS, expires_ns, state)


@pytest.mark.parametrize("state", [DONE, UNKNOWN])
def test_repeat_of_what_has_ended_is_answered_once(state: CommandState) -> None:
    made = memory()
    made.take("a", UTC_NS, START_NS)
    made.conclude("a", state)

    assert [made.repeat("a"), made.repeat("a")] == [state, None]
    assert "a" in made


def test_repeat_of_what_is_under_way_or_was_refused_is_not_answered() -> None:
    made = memory()
    for jti in ("under way", "refused"):
        made.take(jti, UTC_NS, START_NS)
    made.conclude("refused", REFUSED)
    made.pass_over("turned away")

    assert all(jti in made and made.repeat(jti) is None for jti in ("under way", "refused", "turned away"))


@pytest.mark.parametrize(("state", "outcome"), [(TAKEN, UNKNOWN), (DONE, DONE), (UNKNOWN, UNKNOWN), (REFUSED, REFUSED)])
def test_repeat_after_a_restart_is_answered_once(state: CommandState, outcome: CommandState) -> None:
    made = memory(kept("a", state))

    assert [made.repeat("a"), made.repeat("a")] == [outcome, None]


def crowd(made: Memory, count: int = 63) -> None:
    """Others that came later."""
    for number in range(count):
        made.take(f"later {number}", UTC_NS, START_NS + 2 * S)
        made.conclude(f"later {number}", DONE)


def test_command_is_forgotten_when_it_must_have_expired() -> None:
    made = memory(kept("old", DONE))
    made.take("new", UTC_NS, START_NS + S)
    made.conclude("new", DONE)
    crowd(made, 64)
    assert made.due_ns() == START_NS + REMEMBER_NS

    made.forget(START_NS + REMEMBER_NS - 1)
    assert "old" in made
    made.forget(START_NS + REMEMBER_NS)

    assert ("old" in made, "new" in made) == (False, True)
    assert made.due_ns() == START_NS + S + REMEMBER_NS


def test_last_64_are_never_forgotten() -> None:
    made = memory(kept("old", DONE))
    crowd(made)

    made.forget(START_NS + 100 * REMEMBER_NS)

    assert "old" in made
    assert made.due_ns() is None


def test_command_that_is_under_way_is_not_forgotten() -> None:
    made = memory()
    made.take("a", UTC_NS, START_NS)
    crowd(made, 64)

    made.forget(START_NS + 100 * REMEMBER_NS)

    assert "a" in made
    assert made.due_ns() is None


def test_last_expiry_of_all_that_were_taken_is_never_forgotten() -> None:
    made = memory(kept("old", DONE, UTC_NS + S), kept("refused", REFUSED, UTC_NS + 9 * S, opens=0))
    assert made.newest_ns == UTC_NS + S
    made.take("new", UTC_NS + 2 * S, START_NS)
    made.take("newer", UTC_NS, START_NS)
    for jti in ("new", "newer"):
        made.conclude(jti, DONE)
    crowd(made, 64)

    made.forget(START_NS + REMEMBER_NS)

    assert "new" not in made
    assert made.newest_ns == UTC_NS + 2 * S


def test_memory_is_full_when_it_holds_as_many_as_the_disk_does() -> None:
    made = memory()
    for number in range(MOST):
        assert not made.is_full
        made.take(str(number), UTC_NS, START_NS)

    assert made.is_full
