from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.bank.agenda import Agenda


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.integers(0, 50))), st.integers(0, 50))
def test_agenda_gives_what_is_due_once_and_keeps_the_rest(sets: list[tuple[str, int | None]], now_ns: int) -> None:
    agenda, expected = Agenda(), dict[str, int]()
    for name, due_ns in sets:
        agenda.set(name, due_ns)
        expected.pop(name, None)
        expected |= {} if due_ns is None else {name: due_ns}
    assert agenda.due_ns() == min(expected.values(), default=None)
    assert sorted(agenda.take(now_ns)) == sorted(name for name, due_ns in expected.items() if due_ns <= now_ns)
    assert agenda.due_ns() == min((each for each in expected.values() if each > now_ns), default=None)


def test_agenda_does_not_grow_with_what_was_replaced() -> None:
    agenda = Agenda()
    for at_ns in range(10_000):
        agenda.set("01", at_ns)
    assert len(agenda._heap) < 100
    assert agenda.take(9_999) == ["01"]
