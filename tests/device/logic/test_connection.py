from collections.abc import Callable

import pytest

from device.logic.connection import BACKOFF_MAX_S, HURRY_NS, LASTED_NS, PROBE_NS, Connection, Do
from device.logic.units import S


def _connection(brokers: int = 1, random: Callable[[], float] = lambda: 0.999_999) -> Connection:
    connection = Connection(brokers, random)
    assert connection.tick(0) is Do.CONNECT
    return connection


def _fail(connection: Connection, now_ns: int) -> int:
    """A try fails; the wait before the next one in ns. It is begun."""
    connection.down(now_ns)
    due_ns = connection.due_ns()
    assert due_ns is not None
    assert connection.tick(due_ns - 1) is None
    assert connection.tick(due_ns) is Do.CONNECT
    return due_ns - now_ns


def test_first_try_is_at_once_and_only_one() -> None:
    connection = Connection(1, lambda: 0.0)
    assert connection.due_ns() == 0
    assert connection.tick(5) is Do.CONNECT
    assert connection.due_ns() is None
    assert connection.tick(99 * S) is None


def test_brokers_are_tried_in_order_before_any_waiting() -> None:
    connection = _connection(3)
    tried = [connection.broker]
    for _ in range(5):
        waits_ns = _fail(connection, 10)
        tried.append(connection.broker)
        assert (waits_ns == 0) is (connection.broker != 0)
    assert tried == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize("random", [0.0, 0.5, 0.999_999])
def test_waits_double_up_to_a_minute_and_stay_between_half_and_whole(random: float) -> None:
    connection = _connection(random=lambda: random)
    waits_s = [_fail(connection, 1_000 * S) / S for _ in range(9)]
    wholes_s = [2, 4, 8, 16, 32, BACKOFF_MAX_S, BACKOFF_MAX_S, BACKOFF_MAX_S, BACKOFF_MAX_S]
    assert waits_s == pytest.approx([whole * (1 + random) / 2 for whole in wholes_s], rel=1e-6)


def test_connection_that_lasted_begins_again_with_the_shortest_wait() -> None:
    connection = _connection()
    for _ in range(5):
        _fail(connection, 0)
    connection.up(0)
    assert _fail(connection, LASTED_NS) <= 1 * S


def test_connection_that_flaps_waits_longer_each_time() -> None:
    connection, waits_ns = _connection(), []
    for _ in range(4):
        connection.up(0)
        waits_ns.append(_fail(connection, LASTED_NS - 1))
    assert waits_ns == sorted(set(waits_ns))


def test_alarm_tries_at_once_whatever_the_backoff() -> None:
    connection = _connection()
    for _ in range(8):
        _fail(connection, 0)
    connection.down(100 * S)
    connection.hurry(101 * S)
    assert connection.tick(101 * S) is Do.CONNECT


def test_alarms_in_fear_try_once_a_second_and_none_of_them_waits_for_the_backoff() -> None:
    connection = _connection()
    for _ in range(8):
        _fail(connection, 0)
    connection.down(100 * S)
    connection.hurry(101 * S)
    connection.tick(101 * S)
    connection.down(101 * S)
    connection.hurry(101 * S + HURRY_NS // 2)
    assert connection.due_ns() == 101 * S + HURRY_NS


def test_alarm_during_a_try_has_another_at_once_after_it() -> None:
    connection = _connection()
    for _ in range(8):
        _fail(connection, 0)
    connection.hurry(50 * S)
    assert connection.due_ns() is None
    connection.down(55 * S)
    assert connection.tick(55 * S) is Do.CONNECT
    connection.down(55 * S + 1)
    due_ns = connection.due_ns()
    assert due_ns is not None
    assert due_ns > 56 * S


def test_alarm_never_makes_a_wait_longer() -> None:
    connection = _connection()
    connection.hurry(0)
    connection.down(0)
    connection.tick(0)
    connection.down(0)
    due_ns = connection.due_ns()
    connection.hurry(0)
    connection.hurry(0)
    assert connection.due_ns() == min(due_ns or 0, HURRY_NS)


def test_alarm_on_a_connection_hurries_nothing() -> None:
    connection = _connection()
    connection.up(0)
    connection.hurry(1 * S)
    assert _fail(connection, 5 * S) > 0


def test_less_preferred_broker_probes_the_first_and_goes_back() -> None:
    connection = _connection(2, lambda: 0.0)
    _fail(connection, 0)
    assert connection.broker == 1
    connection.up(0)
    assert connection.due_ns() == PROBE_NS // 2
    assert connection.tick(PROBE_NS // 2) is Do.PROBE
    assert connection.probed(0, well=False) is None
    assert connection.due_ns() == PROBE_NS
    assert connection.tick(PROBE_NS) is Do.PROBE
    assert connection.probed(0, well=True) is Do.GO_BACK
    assert not connection.is_up
    assert connection.due_ns() is None
    connection.down(PROBE_NS)
    assert connection.broker == 0
    assert connection.tick(PROBE_NS) is Do.CONNECT


def test_first_broker_is_not_left_and_not_probed() -> None:
    connection = _connection(2)
    connection.up(0)
    assert connection.due_ns() is None
    assert connection.probed(0, well=True) is None


def test_broker_that_is_given_up_is_followed_by_the_next() -> None:
    connection = _connection(2)
    connection.up(0)
    connection.give_up()
    assert not connection.is_up
    assert _fail(connection, 99 * S) == 0
    assert connection.broker == 1
