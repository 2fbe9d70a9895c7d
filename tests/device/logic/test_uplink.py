from device.logic.connection import ALARM_BACKOFF_MAX_S, LASTED_NS, PROBE_NS
from device.logic.delivery import ACK_NS, Delivery
from device.logic.effects import Connect, Drop, Effect, Leave, Probe, Publish
from device.logic.units import S
from device.logic.uplink import SWITCH_NS, Uplink
from drivers.ports import Beginning, LinkDown, LinkUp, Message, Place, Probed, Published
from tests.device.logic.outbox import EPOCHS, event


def _will(connection: int, now_ns: int) -> Message:
    return Message("status", f"{connection} {now_ns}".encode())


def _uplink(brokers: int = 2) -> Uplink:
    beginning = Beginning(EPOCHS[0], None, 0, 0, same_boot=True, orderly=True)
    delivery = Delivery(beginning, 0, lambda record: record.urgency.value, lambda: 0.0)
    return Uplink(brokers, delivery, _will, 0, lambda: 0.0)


def _kinds(effects: list[Effect]) -> list[type]:
    return [type(effect) for effect in effects]


def _up(uplink: Uplink, now_ns: int) -> None:
    for effect in uplink.tick(now_ns):
        if isinstance(effect, Connect):
            uplink.take(LinkUp(now_ns, effect.broker, 20))


def test_every_try_has_its_own_numbered_will() -> None:
    uplink = _uplink()
    assert uplink.tick(7) == [Connect(0, Message("status", b"1 7"))]
    uplink.take(LinkDown(8, 0, "refused"))
    assert uplink.tick(8) == [Connect(1, Message("status", b"2 8"))]
    assert uplink.connections == 2
    assert uplink.broker == 1


def test_down_time_counts_from_the_first_failure() -> None:
    uplink = _uplink(1)
    assert uplink.down_ns == 0
    uplink.tick(0)
    uplink.take(LinkDown(5 * S, 0, "refused"))
    assert uplink.down_ns == 0
    _up(uplink, 9 * S)
    assert uplink.is_up
    assert uplink.due_ns() == 9 * S + LASTED_NS
    uplink.tick(9 * S + LASTED_NS - 1)
    assert uplink.down_ns == 0
    uplink.tick(9 * S + LASTED_NS)
    assert uplink.down_ns is None
    assert uplink.due_ns() is None
    uplink.take(LinkDown(50 * S, 0, "reset"))
    assert uplink.down_ns == 50 * S


def test_connections_that_do_not_last_are_none() -> None:
    uplink, now_ns = _uplink(1), 0
    for _ in range(5):
        _up(uplink, now_ns)
        assert uplink.is_up
        now_ns += LASTED_NS - 1
        uplink.tick(now_ns)
        uplink.take(LinkDown(now_ns, 0, "reset"))
        assert uplink.down_ns == 0
        now_ns = uplink.due_ns() or 0
    _up(uplink, now_ns)
    uplink.tick(now_ns + LASTED_NS)
    assert uplink.down_ns is None


def test_broker_that_is_left_for_another_has_to_last_again() -> None:
    uplink = _uplink()
    _up(uplink, 0)
    uplink.tick(LASTED_NS)
    uplink.add(event(Place(EPOCHS[0], 1), urgent=True), LASTED_NS)
    assert _kinds(uplink.tick(LASTED_NS + ACK_NS)) == [Drop]
    assert uplink.due_ns() is None
    uplink.take(LinkDown(LASTED_NS + ACK_NS, 0, "dropped"))
    _up(uplink, LASTED_NS + ACK_NS)
    assert uplink.down_ns == LASTED_NS + ACK_NS


def test_broker_that_swallows_an_alarm_is_dropped_once_and_the_next_is_tried() -> None:
    uplink = _uplink()
    _up(uplink, 0)
    uplink.add(event(Place(EPOCHS[0], 1), urgent=True), 1 * S)
    assert uplink.due_ns() == 1 * S + ACK_NS
    assert _kinds(uplink.tick(1 * S + ACK_NS)) == [Drop]
    assert uplink.due_ns() is None
    assert uplink.tick(90 * S) == []
    uplink.take(LinkDown(90 * S, 0, "dropped"))
    assert _kinds(uplink.tick(90 * S)) == [Connect]
    assert uplink.broker == 1
    assert _kinds(uplink.take(LinkUp(91 * S, 1, 20))) == [Publish]


def test_broker_whose_alarms_nobody_answers_is_left_for_the_next() -> None:
    uplink, now_ns, token = _uplink(), 0, 0
    _up(uplink, 0)
    uplink.add(event(Place(EPOCHS[0], 1), urgent=True), 0)
    while now_ns < 2 * SWITCH_NS:
        token += 1
        uplink.take(Published(now_ns, token))
        now_ns = uplink.due_ns() or 2 * SWITCH_NS
        if Drop in _kinds(uplink.tick(now_ns)):
            break
    assert SWITCH_NS <= now_ns <= SWITCH_NS + 30 * S


def test_only_broker_is_kept_though_nobody_answers() -> None:
    uplink, now_ns, token = _uplink(1), 0, 0
    _up(uplink, 0)
    uplink.add(event(Place(EPOCHS[0], 1), urgent=True), 0)
    while now_ns < 3 * SWITCH_NS:
        token += 1
        uplink.take(Published(now_ns, token))
        now_ns = uplink.due_ns() or 3 * SWITCH_NS
        assert _kinds(uplink.tick(now_ns)) == [Publish]


def test_going_back_to_the_first_broker_leaves_nothing_in_flight_and_does_not_spin() -> None:
    uplink = _uplink()
    uplink.tick(0)
    uplink.take(LinkDown(0, 0, "refused"))
    _up(uplink, 0)
    assert _kinds(uplink.tick(PROBE_NS)) == [Probe]
    alarm = event(Place(EPOCHS[0], 1), urgent=True)
    uplink.add(alarm, PROBE_NS)
    assert uplink.take(Probed(PROBE_NS, 0, well=False)) == []
    assert _kinds(uplink.take(Probed(PROBE_NS, 0, well=True))) == [Leave]
    assert uplink.due_ns() is None
    assert uplink.add(event(Place(EPOCHS[0], 2), urgent=True), PROBE_NS) == []
    uplink.take(LinkDown(PROBE_NS + 1, 1, "left"))
    assert _kinds(uplink.tick(PROBE_NS + 1)) == [Connect]
    again = uplink.take(LinkUp(PROBE_NS + 2, 0, 20))
    assert next(each.message.payload for each in again if isinstance(each, Publish)) == alarm.envelope


def test_alarm_has_a_connection_tried_at_once() -> None:
    uplink, now_ns = _uplink(1), 0
    uplink.tick(0)
    for _ in range(8):
        uplink.take(LinkDown(now_ns, 0, "refused"))
        now_ns = uplink.due_ns() or 0
        uplink.tick(now_ns)
    uplink.take(LinkDown(now_ns, 0, "refused"))
    assert (uplink.due_ns() or 0) > now_ns + 10 * S
    uplink.add(event(Place(EPOCHS[0], 1), urgent=False), now_ns + 1)
    assert uplink.tick(now_ns + 1) == []
    uplink.add(event(Place(EPOCHS[0], 2), urgent=True), now_ns + 1)
    assert _kinds(uplink.tick(now_ns + 1)) == [Connect]


def test_no_wait_is_longer_than_ten_seconds_while_an_alarm_is_unanswered() -> None:
    uplink, now_ns, waits_ns = _uplink(1), 0, []
    uplink.tick(0)
    uplink.add(event(Place(EPOCHS[0], 1), urgent=True), 0)
    for _ in range(12):
        uplink.take(LinkDown(now_ns, 0, "refused"))
        waits_ns.append((uplink.due_ns() or 0) - now_ns)
        now_ns = uplink.due_ns() or 0
        uplink.tick(now_ns)

    assert max(waits_ns) <= ALARM_BACKOFF_MAX_S * S
    assert waits_ns[-1] >= ALARM_BACKOFF_MAX_S * S // 2
