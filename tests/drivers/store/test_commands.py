"""Which commands are forgotten, and when."""

from dataclasses import replace

from drivers.command_ports import CommandState, KeptCommand
from drivers.store.commands import LAST_KEPT, STAYS_NS, bygone

S = 1_000_000_000
NOW_NS = 1_795_214_161 * S
TAKEN, DONE, REFUSED, UNKNOWN = CommandState.TAKEN, CommandState.DONE, CommandState.REFUSED, CommandState.UNKNOWN
LAST = [KeptCommand(str(number), "door.unlock", "07", 1, NOW_NS, NOW_NS, DONE) for number in range(LAST_KEPT)]


def command(state: CommandState, age_ns: int, life_ns: int = 60 * S) -> KeptCommand:
    opens = int(state is not REFUSED)
    return KeptCommand("c-1", "door.unlock", "07", opens, NOW_NS - age_ns, NOW_NS - age_ns + life_ns, state)


def is_bygone(old: KeptCommand) -> bool:
    return bygone([old, *LAST], NOW_NS) == ["c-1"]


def test_nothing_is_forgotten_before_it_has_expired() -> None:
    assert not any(is_bygone(command(state, 59 * S)) for state in CommandState)
    assert not is_bygone(command(DONE, 2 * STAYS_NS, life_ns=2 * STAYS_NS + 1))


def test_what_opened_a_door_stays_for_ten_minutes() -> None:
    for state in (DONE, UNKNOWN):
        assert not is_bygone(command(state, STAYS_NS - 1))
        assert is_bygone(command(state, STAYS_NS))


def test_what_was_refused_goes_when_it_has_expired() -> None:
    assert is_bygone(command(REFUSED, 60 * S))


def test_what_has_no_outcome_stays() -> None:
    assert not is_bygone(command(TAKEN, 1000 * STAYS_NS))


def test_last_to_expire_stay_whatever_was_refused_later() -> None:
    last = replace(command(DONE, 10 * STAYS_NS), jti="last")
    refused = [replace(command(REFUSED, 61 * S), jti=f"refused {number}", opens=0) for number in range(LAST_KEPT)]

    assert bygone([*refused, last, *LAST[1:]], NOW_NS) == [each.jti for each in refused]
    assert bygone([last, *LAST], NOW_NS) == ["last"]


def test_command_of_the_future_stays() -> None:
    assert not is_bygone(command(DONE, -1000 * STAYS_NS))
