"""When a port that is not there is tried again."""

from drivers.locks.outage import Outage

S = 1_000_000_000


def attempts(outage: Outage, count: int, *, is_forbidden: bool = False) -> list[int]:
    """The pauses between attempts that all fail, in seconds."""
    pauses = []
    for _ in range(count):
        now_ns = outage.due_ns
        outage.failed(now_ns, is_forbidden=is_forbidden)
        pauses.append((outage.due_ns - now_ns) // S)
    return pauses


def test_the_first_attempt_is_due_at_once() -> None:
    assert Outage(5).due_ns == 5


def test_pauses_grow_and_then_it_is_tried_once_a_minute_for_ever() -> None:
    assert attempts(Outage(0), 100) == [1, 2, 4, 8, 16] + [60] * 95


def test_what_is_forbidden_is_tried_once_a_minute() -> None:
    assert attempts(Outage(0), 3, is_forbidden=True) == [60, 60, 60]


def test_a_port_that_was_well_for_long_begins_anew() -> None:
    outage = Outage(0)
    attempts(outage, 4)

    outage.opened(100 * S)
    outage.failed(110 * S, is_forbidden=False)

    assert outage.due_ns == 111 * S


def test_a_port_that_was_well_for_a_moment_does_not() -> None:
    outage = Outage(0)
    attempts(outage, 4)

    outage.opened(100 * S)
    outage.failed(110 * S - 1, is_forbidden=False)

    assert outage.due_ns == 126 * S - 1
