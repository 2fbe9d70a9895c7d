import pytest

from device.logic.delivery import (
    ACK_NS,
    ALARM_RESEND_S,
    GIVE_UP_EVENTS,
    MEMORY_EVENTS,
    SILENCE_NS,
    STORE_RETRY_NS,
    Delivery,
    GivenUp,
)
from device.logic.effects import Effect, Load, Note, Publish, Save, Settle
from device.logic.envelope import Refused
from device.logic.lane import WINDOW
from device.logic.receipt import Answer, Receipt
from device.logic.units import MS, S
from drivers.ports import Beginning, Loaded, Place, Record
from tests.device.logic.outbox import EPOCHS, WINDOWS, Faults, event, receipt_for, world

FRESH = Beginning(EPOCHS[1], None, 0, 0, same_boot=True, orderly=True)


def _delivery(beginning: Beginning = FRESH) -> Delivery:
    return Delivery(beginning, 0, lambda record: record.urgency.value, lambda: 0.0)


def _event(seq: int, *, urgent: bool = True, epoch: str = EPOCHS[1]) -> Record:
    return event(Place(epoch, seq), urgent=urgent)


def _sent(effects: list[Effect]) -> list[str]:
    return [effect.message.payload.decode().rpartition("-")[2] for effect in effects if isinstance(effect, Publish)]


def _tokens(effects: list[Effect]) -> list[int]:
    return [effect.token for effect in effects if isinstance(effect, Publish)]


def test_event_leaves_at_once_and_the_same_bytes_go_again_until_the_receipt() -> None:
    delivery, record = _delivery(), _event(1)
    delivery.up(20, 0)
    first = delivery.add(record, 0)
    delivery.published(1, None)
    assert delivery.due_ns() == ALARM_RESEND_S[0] * S
    again = delivery.tick(2 * S)
    assert [each.message.payload for each in first + again if isinstance(each, Publish)] == [record.envelope] * 2
    delivery.published(2, None)
    assert delivery.due_ns() == 6 * S
    assert delivery.knows(receipt_for(record))
    assert delivery.answer(receipt_for(record), 3 * S) == [Settle(record.place, "received")]
    assert delivery.due_ns() is None
    assert delivery.depth == 0


def test_resend_slows_down_to_its_limit() -> None:
    delivery = _delivery()
    delivery.up(20, 0)
    delivery.add(_event(1), 0)
    waits, now_ns = [], 0
    for token in range(1, 9):
        delivery.published(token, None)
        due_ns = delivery.due_ns()
        assert due_ns is not None
        waits.append((due_ns - now_ns) // S)
        now_ns = due_ns
        assert _sent(delivery.tick(now_ns)) == ["1"]
    assert waits == [2, 4, 8, 16, 30, 30, 30, 30]
    assert delivery.unanswered_tries() == 9


def test_receipt_for_what_was_never_sent_means_nothing() -> None:
    delivery, record = _delivery(), _event(1)
    delivery.add(record, 0)
    assert not delivery.knows(receipt_for(record))


def test_receipt_with_another_digest_is_refused() -> None:
    delivery, record = _delivery(), _event(1)
    delivery.up(20, 0)
    delivery.add(record, 0)
    with pytest.raises(Refused, match="digest"):
        delivery.knows(Receipt(record.place, "x" * 43, Answer.RECEIVED))
    assert delivery.depth == 1


def test_second_receipt_does_nothing() -> None:
    delivery, record = _delivery(), _event(1)
    delivery.up(20, 0)
    delivery.add(record, 0)
    delivery.answer(receipt_for(record), 1)
    assert delivery.knows(receipt_for(record))
    assert delivery.answer(receipt_for(record), 2) == []


def test_event_that_the_disk_reads_before_it_learns_of_the_receipt_does_not_come_back() -> None:
    delivery, record = _delivery(Beginning(EPOCHS[1], None, 1, 1, same_boot=True, orderly=True)), _event(1)
    assert delivery.tick(0) == [Load(True, None, WINDOW)]
    delivery.up(20, 0)
    delivery.add(record, 0)
    delivery.saved((record.place,))
    delivery.published(1, None)
    delivery.answer(receipt_for(record), 1)
    delivery.loaded(Loaded(2, True, (record,), more=False), 2)
    assert _sent(delivery.tick(60 * S)) == []
    delivery.loaded(Loaded(3, True, (), more=False), 3)
    assert delivery.depth == 0


def test_unacknowledged_message_is_not_sent_again_on_the_same_connection_and_is_missed_in_time() -> None:
    delivery = _delivery()
    delivery.up(20, 0)
    delivery.add(_event(1), 0)
    assert delivery.due_ns() == ACK_NS
    assert not delivery.waits_for_broker(ACK_NS - 1)
    assert delivery.waits_for_broker(ACK_NS)
    assert _sent(delivery.tick(60 * S)) == []


def test_new_connection_sends_all_that_is_not_answered_in_order() -> None:
    delivery = _delivery()
    delivery.up(20, 0)
    for seq in range(1, 8):
        delivery.add(_event(seq), 0)
    delivery.down()
    assert delivery.due_ns() is None
    assert _sent(delivery.up(20, 1)) == ["1", "2", "3", "4", "5", "6", "7"]


def test_refused_message_waits_for_its_resend() -> None:
    delivery = _delivery()
    delivery.up(20, 0)
    delivery.add(_event(1), 0)
    delivery.published(1, "quota exceeded")
    assert delivery.refused == 1
    assert _sent(delivery.tick(1 * S)) == []
    assert _sent(delivery.tick(2 * S)) == ["1"]


def test_places_in_flight_are_kept_for_alarms() -> None:
    delivery = _delivery()
    delivery.up(20, 0)
    effects = [effect for seq in range(1, 31) for effect in delivery.add(_event(seq, urgent=False), 0)]
    assert len(_sent(effects)) == 15
    effects = [effect for seq in range(31, 61) for effect in delivery.add(_event(seq), 0)]
    assert _sent(effects) == ["31", "32", "33", "34"]


def test_alarms_overtake_events_after_an_outage() -> None:
    delivery = _delivery()
    for seq in range(1, 5):
        delivery.add(_event(seq, urgent=seq > 2), 0)
    assert _sent(delivery.up(20, 1)) == ["3", "4", "1", "2"]


def test_new_alarm_does_not_wait_for_a_disk_that_hangs_and_goes_again_on_the_next_connection() -> None:
    delivery = _delivery(Beginning(EPOCHS[1], None, 9, 9, same_boot=True, orderly=True))
    delivery.up(20, 0)
    assert _sent(delivery.add(_event(1), 0)) == ["1"]
    delivery.down()
    assert _sent(delivery.up(20, 1)) == ["1"]


def test_receipt_after_a_silence_hastens_what_has_been_sent_in_vain() -> None:
    delivery = _delivery()
    delivery.up(20, 0)
    records = [_event(seq) for seq in (1, 2)]
    for record in records:
        delivery.add(record, 0)
    for token, now_ns in ((1, 0), (2, 0), (3, 2 * S), (4, 2 * S), (5, 6 * S), (6, 6 * S)):
        delivery.tick(now_ns)
        delivery.published(token, None)
    delivery.answer(receipt_for(records[0]), SILENCE_NS)
    assert _sent(delivery.tick(SILENCE_NS)) == ["2"]


def test_first_receipt_in_a_quiet_night_sends_nothing_twice() -> None:
    delivery = _delivery()
    delivery.up(20, 0)
    records = [_event(seq) for seq in (1, 2)]
    for record in records:
        delivery.add(record, 3_600 * S)
    delivery.published(1, None)
    delivery.published(2, None)
    delivery.answer(receipt_for(records[0]), 3_600 * S + 15 * MS)
    assert _sent(delivery.tick(3_600 * S + 15 * MS)) == []


def test_failing_disk_is_tried_again_and_gets_what_it_missed() -> None:
    delivery, records = _delivery(), [_event(1), _event(2, urgent=False)]
    for record in records:
        delivery.add(record, 0)
    delivery.store_failed((), 0)
    assert delivery.due_ns() == STORE_RETRY_NS
    assert delivery.tick(STORE_RETRY_NS) == [Save(records[0])]
    assert delivery.store_well(STORE_RETRY_NS) == [Save(record) for record in records]
    assert delivery.due_ns() is None


def test_failing_disk_without_anything_to_save_is_tried_and_read() -> None:
    delivery = _delivery(Beginning(EPOCHS[1], None, 1, 1, same_boot=True, orderly=True))
    delivery.tick(0)
    delivery.store_failed((), 0)
    assert delivery.tick(1) == []
    retried = delivery.tick(STORE_RETRY_NS)
    assert [type(effect) for effect in retried] == [Note, Load]


def test_disk_owes_an_answer_from_the_oldest_save_until_each_is_answered() -> None:
    delivery, records = _delivery(), [_event(1), _event(2, urgent=False), _event(3)]
    assert delivery.asked_ns is None
    for now_ns, record in enumerate(records, 5):
        delivery.add(record, now_ns)
    assert delivery.asked_ns == 5
    delivery.saved((records[1].place,))
    assert delivery.asked_ns == 5
    delivery.saved((records[0].place, _event(99).place))
    assert delivery.asked_ns == 7
    delivery.store_failed((records[2].place,), 8)
    assert delivery.asked_ns is None


def test_disk_that_fails_at_something_else_still_owes_its_answer() -> None:
    delivery = _delivery()
    delivery.add(_event(1), 5)
    delivery.store_failed((_event(2).place,), 6)
    assert delivery.asked_ns == 5


def test_receipt_does_not_answer_for_the_disk() -> None:
    delivery, record = _delivery(), _event(1)
    delivery.up(20, 0)
    delivery.add(record, 5)
    delivery.answer(receipt_for(record), 6)
    assert delivery.asked_ns == 5
    delivery.saved((record.place,))
    assert delivery.asked_ns is None


def test_disk_that_is_well_is_asked_anew_for_what_it_missed() -> None:
    delivery, record = _delivery(), _event(1)
    delivery.add(record, 5)
    delivery.store_failed((record.place,), 6)
    delivery.tick(STORE_RETRY_NS + 6)
    delivery.store_well(STORE_RETRY_NS + 7)
    assert delivery.asked_ns == STORE_RETRY_NS + 7
    delivery.saved((record.place,))
    assert delivery.asked_ns is None


def test_full_memory_gives_up_the_oldest_events_and_says_so() -> None:
    delivery = _delivery()
    delivery.store_failed((), 0)
    for seq in range(1, MEMORY_EVENTS + 2):
        delivery.add(_event(seq, urgent=seq > 200), 0)
    assert delivery.take_given_up() == GivenUp(GIVE_UP_EVENTS, Place(EPOCHS[1], 1), Place(EPOCHS[1], GIVE_UP_EVENTS))
    assert delivery.take_given_up() is None
    assert delivery.depth == MEMORY_EVENTS + 1 - GIVE_UP_EVENTS


def test_full_memory_of_alarms_gives_up_the_oldest_of_them_last() -> None:
    delivery = _delivery()
    for seq in range(1, MEMORY_EVENTS + 2):
        delivery.add(_event(seq), 0)
    given_up = delivery.take_given_up()
    assert given_up is not None
    assert given_up.first == Place(EPOCHS[1], 1)


def test_disk_owes_nothing_for_what_memory_has_given_up() -> None:
    delivery = _delivery()
    for seq in range(1, MEMORY_EVENTS + 2):
        delivery.add(_event(seq), seq)
    assert delivery.asked_ns == GIVE_UP_EVENTS + 1


def test_thinned_events_count_no_more() -> None:
    delivery = _delivery(Beginning(EPOCHS[1], None, 2, 50, same_boot=True, orderly=True))
    delivery.thinned(10)
    assert delivery.depth == 40
    assert delivery.oldest_s(7 * S) == 7


def test_age_is_that_of_the_oldest_event() -> None:
    delivery = _delivery()
    assert delivery.oldest_s(9 * S) == 0
    delivery.add(_event(1), 2 * S)
    delivery.add(_event(2, urgent=False), 1 * S)
    assert delivery.oldest_s(9 * S) == 8


@pytest.mark.parametrize("urgent", [True, False])
@pytest.mark.parametrize("events", [20, WINDOW, WINDOW + 1, 100, 2_000])
def test_outage_ends_with_every_event_once_and_in_order(events: int, urgent: bool) -> None:
    model = world()
    made = []
    for _ in range(events):
        made.append(model.add(urgent=urgent).place)
        model.serve()
        model.tick()
    assert model.delivery.depth == events
    model.until_empty()
    assert model.heard == made
    assert model.largest <= WINDOWS


def test_power_cut_after_a_long_outage_loses_nothing_that_was_saved() -> None:
    model = world()
    made = [model.add(urgent=seq % 3 > 0).place for seq in range(300)]
    model.serve()
    model.restart()
    assert model.delivery.depth == 300
    model.until_empty()
    assert sorted(model.heard) == made


_FAULTS = {
    "drops": Faults(drop=0.1, unacked=0.2),
    "deaf control room": Faults(unanswered=0.7, twice=0.2),
    "refusing broker": Faults(refused=0.5, twice=0.2),
    "failing disk": Faults(failing=0.05, drop=0.02),
    "slow disk": Faults(slow_store=0.6, drop=0.05, twice=0.1),
    "everything": Faults(drop=0.05, unacked=0.1, unanswered=0.3, twice=0.1, refused=0.1, failing=0.02, slow_store=0.2),
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", _FAULTS)
def test_every_event_arrives_whatever_fails(name: str, seed: int) -> None:
    model = world(_FAULTS[name], seed=seed, receive_maximum=(20, 2, 65_535)[seed % 3])
    for turn in range(200):
        for _ in range(model.random.randrange(4)):
            model.add(urgent=model.random.random() < 0.5)
        model.turn()
        if turn in (60, 120):
            model.restart()
    model.until_empty()
    assert model.delivery.depth == 0
    assert set(model.heard) >= set(model.made)
    # Alarms that may be sent wait in memory for a place in flight, so a narrow link keeps more there.
    if not _FAULTS[name].failing and not _FAULTS[name].slow_store and model.receive_maximum > 2:
        assert model.largest <= WINDOWS + IN_ONE_TURN


IN_ONE_TURN = 25
"""Events that the disk has not answered yet, or that are in flight, are in memory besides the windows."""
