import pytest

from device.logic.bank.kept import MEMORY_LOST, SEEN_BEFORE, conclusion_of
from device.logic.event import Happening, Phase
from drivers.command_ports import CommandState, Conclusion


def told(what: str, **detail: object) -> Happening:
    return Happening(1, what, "c-1", Phase.REPORTED, detail=detail)


@pytest.mark.parametrize("state", [CommandState.DONE, CommandState.REFUSED, CommandState.UNKNOWN])
def test_event_about_a_command_concludes_it(state: CommandState) -> None:
    assert conclusion_of(told(f"command.{state.value}", reason="late")) == Conclusion("c-1", state)


@pytest.mark.parametrize("reason", [SEEN_BEFORE, MEMORY_LOST])
def test_refusal_of_a_repeat_says_nothing_of_how_it_ended(reason: str) -> None:
    assert conclusion_of(told("command.refused", reason=reason)) is None


@pytest.mark.parametrize("what", ["door.opened", "system.started", "alarm.forced"])
def test_other_events_conclude_nothing(what: str) -> None:
    assert conclusion_of(told(what)) is None
