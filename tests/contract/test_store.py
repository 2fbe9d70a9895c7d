"""What every `Store` does, on real files and in memory."""

import pytest

from drivers.ports import (
    Place,
    Saved,
    Thinned,
    Urgency,
)
from tests.contract.store_benches import (
    EPOCH,
    RANDOM,
    StoreBench,
    event,
    fact_of,
    load,
    places_of,
    save,
    settle,
)

ALARM, NORMAL, TELEMETRY = Urgency.ALARM, Urgency.NORMAL, Urgency.TELEMETRY


# ---------------------------------------------------------------- starts


def test_first_start_knows_nothing(bench: StoreBench) -> None:
    beginning = bench.open()

    assert beginning.epoch == EPOCH
    assert beginning.prev is None
    assert (beginning.unanswered_urgent, beginning.unanswered) == (0, 0)
    assert not beginning.same_boot
    assert not beginning.orderly


def test_orderly_end_is_known_to_the_next_start_only(bench: StoreBench) -> None:
    bench.open()
    bench.close(orderly=True)

    second = bench.open()
    third = bench.crash()
    bench.close(orderly=False)
    fourth = bench.open()

    assert [second.orderly, third.orderly, fourth.orderly] == [True, False, False]
    assert [b.epoch[:8] for b in (second, third, fourth)] == ["00000002", "00000003", "00000004"]


def test_another_boot_is_noticed(bench: StoreBench) -> None:
    bench.open(boot="first")
    bench.close(orderly=True)
    same = bench.open(boot="first")
    bench.close(orderly=True)

    other = bench.open(boot="second")

    assert (same.same_boot, other.same_boot) == (True, False)


def test_counts_of_unanswered_events_are_told_at_start(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1, ALARM), event(2, NORMAL), event(3, TELEMETRY), event(4, ALARM))
    settle(bench, Place(EPOCH, 4))

    beginning = bench.crash()

    assert (beginning.unanswered_urgent, beginning.unanswered) == (1, 3)


# ---------------------------------------------------------------- prev


def test_prev_is_the_last_event_even_when_it_was_settled(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1), event(2))
    settle(bench, Place(EPOCH, 1))
    settle(bench, Place(EPOCH, 2))

    first = bench.crash()
    second = bench.crash()

    assert [first.prev, second.prev] == [event(2).digest] * 2


def test_event_saved_late_does_not_become_prev(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(2))
    save(bench, event(1), event(9, epoch=f"ffffffff{RANDOM}"))

    assert bench.crash().prev == event(2).digest


# ---------------------------------------------------------------- saving, loading, settling


def test_saved_events_survive_a_crash_byte_for_byte(bench: StoreBench) -> None:
    bench.open()
    records = (event(1), event(2, TELEMETRY), event(3))
    save(bench, *records)

    bench.crash()

    assert load(bench, urgent=False).records == records


def test_event_saved_twice_is_kept_once(bench: StoreBench) -> None:
    bench.open()

    save(bench, event(1), event(1))

    assert load(bench, urgent=False).records == (event(1),)


def test_alarms_are_loaded_apart_from_others(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1, TELEMETRY), event(2, ALARM), event(3, NORMAL), event(4, ALARM))

    alarms, others = load(bench, urgent=True), load(bench, urgent=False)

    assert [record.place.seq for record in alarms.records] == [2, 4]
    assert [record.place.seq for record in others.records] == [1, 3]
    assert (alarms.urgent, others.urgent) == (True, False)


@pytest.mark.parametrize("urgency", [ALARM, NORMAL])
def test_events_are_loaded_in_order_of_epoch_and_number(bench: StoreBench, urgency: Urgency) -> None:
    bench.open()
    old, new = f"00000000{RANDOM}", EPOCH
    save(bench, *(event(seq, urgency, epoch) for epoch, seq in ((new, 2), (old, 10), (new, 1), (old, 9))))
    urgent = urgency is ALARM

    first = load(bench, urgent, limit=3)
    second = load(bench, urgent, after=first.records[-1].place, limit=3)

    assert [record.place for record in first.records] == [Place(old, 9), Place(old, 10), Place(new, 1)]
    assert [record.place for record in second.records] == [Place(new, 2)]
    assert (first.more, second.more) == (True, False)


def test_load_of_exactly_all_says_that_there_is_no_more(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1), event(2))

    assert not load(bench, urgent=False, limit=2).more


def test_settled_events_are_not_loaded_again(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1), event(2), event(3))

    settle(bench, Place(EPOCH, 1), "received")
    settle(bench, Place(EPOCH, 2), "rejected")

    assert load(bench, urgent=False).records == (event(3),)
    bench.crash()
    assert load(bench, urgent=False).records == (event(3),)


def test_settling_what_is_not_there_is_answered(bench: StoreBench) -> None:
    bench.open()

    settle(bench, Place(EPOCH, 7))
    settle(bench, Place(EPOCH, 7), "rejected")


def test_answers_come_in_the_order_of_asking(bench: StoreBench) -> None:
    bench.open()
    bench.store.save(event(1))
    bench.store.load(urgent=False, after=None, limit=10)
    bench.store.settle(Place(EPOCH, 1), "received")
    bench.store.load(urgent=False, after=None, limit=10)

    facts = [bench.fact() for _ in range(4)]

    assert [type(fact).__name__ for fact in facts] == ["Saved", "Loaded", "Settled", "Loaded"]
    assert [len(fact.records) for fact in facts if hasattr(fact, "records")] == [1, 0]


def test_closing_finishes_what_was_asked_for(bench: StoreBench) -> None:
    bench.open()
    for seq in range(1, 101):
        bench.store.save(event(seq))

    bench.close(orderly=True)

    assert len(places_of(bench, Saved, 100)) == 100
    assert bench.open().unanswered == 100


# ---------------------------------------------------------------- bounds


def test_telemetry_is_thinned_first_then_normal_never_alarms(bench: StoreBench) -> None:
    bench.open(capacity=4)
    save(bench, event(1, ALARM), event(2, NORMAL), event(3, TELEMETRY), event(4, NORMAL))

    for seq in (5, 6, 7, 8):
        save(bench, event(seq, ALARM))
        if seq < 8:
            assert fact_of(bench, Thinned).count == 1

    assert load(bench, urgent=False).records == ()
    assert [record.place.seq for record in load(bench, urgent=True).records] == [1, 5, 6, 7, 8]


def test_thinning_takes_the_oldest_many_at_once_and_says_which(bench: StoreBench) -> None:
    bench.open(capacity=40)
    save(bench, *(event(seq, TELEMETRY) for seq in range(1, 41)))

    save(bench, event(41, NORMAL))
    thinned = fact_of(bench, Thinned)

    assert (thinned.count, thinned.first, thinned.last) == (4, Place(EPOCH, 1), Place(EPOCH, 4))
    save(bench, event(42), event(43), event(44))
    assert len(load(bench, urgent=False).records) == 40


def test_settled_events_leave_room(bench: StoreBench) -> None:
    bench.open(capacity=2)
    save(bench, event(1), event(2))
    settle(bench, Place(EPOCH, 1))

    save(bench, event(3))

    assert load(bench, urgent=False).records == (event(2), event(3))
