from device.logic.lane import WINDOW, Lane, Pending
from drivers.ports import Place
from tests.device.logic.outbox import EPOCHS, event


def _place(seq: int) -> Place:
    return Place(EPOCHS[0], seq)


def _lane(seqs: range, *, urgent: bool = False, behind: bool = False) -> Lane:
    lane = Lane(urgent=urgent, behind=behind)
    for seq in seqs:
        lane.add(Pending(event(_place(seq), urgent=urgent), 0, 0, saved=True))
    return lane


def _seqs(lane: Lane) -> list[int]:
    return [pending.record.place.seq for pending in lane.sendable()]


def test_oldest_events_may_be_sent_in_their_order() -> None:
    lane = _lane(range(50, 0, -1))
    assert _seqs(lane) == list(range(1, WINDOW + 1))
    oldest = lane.oldest()
    assert oldest is not None
    assert oldest.record.place == _place(1)


def test_alarms_that_were_never_sent_may_be_sent_however_many_wait_before_them() -> None:
    lane = _lane(range(1, 51), urgent=True)
    sent = lane.get(_place(40))
    assert sent is not None
    sent.sent = 1
    assert _seqs(lane) == [*range(1, 40), *range(41, 51)]


def test_events_wait_for_older_ones_on_the_disk() -> None:
    lane = _lane(range(10, 20), behind=True)
    assert _seqs(lane) == []
    assert lane.wants_load()
    assert lane.load_from() is None
    assert not lane.wants_load()
    for record in lane.loaded((event(_place(1), urgent=False),), more=True):
        lane.add(Pending(record, 0, 0, saved=True))
    assert _seqs(lane) == [1]
    assert lane.load_from() == _place(1)
    assert lane.loaded((event(_place(10), urgent=False),), more=False) == []
    assert _seqs(lane) == [1, *range(10, 20)]
    assert not lane.wants_load()


def test_event_outside_the_window_is_left_to_the_disk_and_fetched_behind_what_stays() -> None:
    lane = _lane(range(1, WINDOW + 2))
    lane.make_room(_place(1), may_send=False)
    lane.make_room(_place(WINDOW + 1), may_send=False)
    assert _seqs(lane) == list(range(1, WINDOW + 1))
    assert not lane.wants_load()
    for seq in range(1, WINDOW // 2 + 1):
        lane.remove(_place(seq))
    assert lane.wants_load()
    assert lane.load_from() == _place(WINDOW)


def test_event_that_the_disk_does_not_have_or_that_is_in_flight_stays() -> None:
    lane = _lane(range(1, WINDOW + 3))
    for seq, field in ((WINDOW + 1, "saved"), (WINDOW + 2, "token")):
        pending = lane.get(_place(seq))
        assert pending is not None
        setattr(pending, field, field == "token")
        lane.make_room(_place(seq), may_send=False)
    lane.make_room(_place(99), may_send=False)
    assert len(lane) == WINDOW + 2


def test_alarm_that_may_be_sent_now_stays_until_it_is() -> None:
    lane = _lane(range(1, WINDOW + 2), urgent=True)
    lane.make_room(_place(WINDOW + 1), may_send=True)
    assert len(lane) == WINDOW + 1
    lane.make_room(_place(WINDOW + 1), may_send=False)
    assert len(lane) == WINDOW


def test_failing_disk_is_neither_asked_nor_relied_on() -> None:
    lane = _lane(range(1, WINDOW + 2), behind=True)
    lane.store_failed()
    assert not lane.wants_load()
    lane.make_room(_place(WINDOW + 1), may_send=False)
    assert _seqs(lane) == list(range(1, WINDOW + 1))
    lane.try_again()
    assert lane.wants_load()
    lane.store_well()
    assert lane.behind


def test_removing_what_is_not_there_does_nothing() -> None:
    lane = _lane(range(1, 3))
    assert lane.remove(_place(9)) is None
    assert [pending.record.place.seq for pending in lane.all()] == [1, 2]
