"""What every `Store` does when its disk is full, broken or corrupt."""

from drivers.ports import (
    Place,
    Saved,
    StoreFailed,
    StoreFault,
    StoreWell,
    Thinned,
    Urgency,
)
from drivers.store.keeper import RETRY_NS
from tests.contract.store_benches import (
    BOOT,
    EPOCH,
    RANDOM,
    StoreBench,
    event,
    fact_of,
    large,
    load,
    save,
    settle,
)

ALARM, NORMAL, TELEMETRY = Urgency.ALARM, Urgency.NORMAL, Urgency.TELEMETRY


# ---------------------------------------------------------------- a full disk


def test_full_disk_names_what_it_gave_up_and_goes_on_when_there_is_room(bench: StoreBench) -> None:
    bench.open()
    save(bench, large(1), large(2))
    bench.fill()

    bench.store.save(large(3))
    failed = fact_of(bench, StoreFailed)
    settle(bench, Place(EPOCH, 1))
    bench.store.save(large(3))

    assert (failed.fault, failed.places) == (StoreFault.FULL, (Place(EPOCH, 3),))
    assert fact_of(bench, StoreWell).kept_aside is None
    assert fact_of(bench, Saved).places == (Place(EPOCH, 3),)


def test_note_that_fits_proves_that_there_is_room_again(bench: StoreBench) -> None:
    """All that failed may have been answered from memory: then there is no event to try the disk with."""
    bench.open()
    save(bench, large(1, TELEMETRY), large(2, NORMAL))
    bench.fill()
    bench.store.save(large(3, TELEMETRY))
    fact_of(bench, StoreFailed)

    settle(bench, Place(EPOCH, 1))
    settle(bench, Place(EPOCH, 2))
    bench.store.note("there is room")

    fact_of(bench, StoreWell)


def test_on_a_full_disk_an_alarm_takes_the_place_of_telemetry(bench: StoreBench) -> None:
    bench.open()
    save(bench, large(1, TELEMETRY), large(2, TELEMETRY), large(3, ALARM))
    bench.fill()

    bench.store.save(large(4, ALARM))

    assert fact_of(bench, Thinned).count == 2
    assert fact_of(bench, Saved).places == (Place(EPOCH, 4),)


def test_on_a_full_disk_telemetry_displaces_nothing(bench: StoreBench) -> None:
    bench.open()
    save(bench, large(1, TELEMETRY), large(2, NORMAL))
    bench.fill()

    bench.store.save(large(3, TELEMETRY))

    assert fact_of(bench, StoreFailed).places == (Place(EPOCH, 3),)
    assert load(bench, urgent=False).records == (large(1, TELEMETRY), large(2))


# ---------------------------------------------------------------- a broken disk


def test_broken_disk_names_every_save_and_ends_a_load(bench: StoreBench) -> None:
    bench.open()
    bench.break_disk()

    bench.store.save(event(1))
    bench.store.settle(Place(EPOCH, 9), "received")
    named: set[Place] = set()
    while len(named) < 2:
        named.update(fact_of(bench, StoreFailed).places)
    bench.store.load(urgent=True, after=None, limit=1)
    ended = fact_of(bench, StoreFailed)

    assert named == {Place(EPOCH, 1), Place(EPOCH, 9)}
    assert (ended.fault, ended.places) == (StoreFault.FAILED, ())
    bench.mend_disk()


def test_broken_disk_is_tried_again_after_ten_seconds(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1))
    bench.break_disk()
    bench.store.save(event(2))
    fact_of(bench, StoreFailed)
    bench.mend_disk()

    bench.store.save(event(2))
    assert fact_of(bench, StoreFailed).places == (Place(EPOCH, 2),)
    bench.time.run_for(RETRY_NS)
    bench.store.save(event(2))

    fact_of(bench, StoreWell)
    assert fact_of(bench, Saved).places == (Place(EPOCH, 2),)
    assert load(bench, urgent=False).records == (event(1), event(2))


def test_start_without_a_disk_gives_an_epoch_that_no_other_start_has(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1))
    bench.close(orderly=True)
    bench.break_disk()

    beginning = bench.open()
    fact_of(bench, StoreFailed)
    bench.mend_disk()
    bench.time.run_for(RETRY_NS)
    lonely = event(1, ALARM, beginning.epoch)
    bench.store.save(lonely)
    fact_of(bench, StoreWell)
    fact_of(bench, Saved)
    following = bench.crash()

    assert beginning.epoch == f"ffffffff{RANDOM}"
    assert beginning.prev is None
    assert following.epoch == f"00000002{RANDOM}"
    assert following.prev == lonely.digest
    assert following.unanswered_urgent == 1


# ---------------------------------------------------------------- a corrupt store


def test_corrupt_store_is_kept_aside_at_start_and_epochs_go_on(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1))
    bench.close(orderly=True)
    bench.corrupt()

    beginning = bench.open()

    assert fact_of(bench, StoreWell).kept_aside == "events.db.corrupt-1"
    assert beginning.epoch == f"00000002{RANDOM}"
    assert (beginning.unanswered, beginning.prev, beginning.orderly) == (0, None, False)
    save(bench, event(1, epoch=beginning.epoch))


def test_store_that_becomes_corrupt_is_kept_aside_and_the_event_is_saved(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1))
    bench.corrupt()

    bench.store.save(event(2))

    assert fact_of(bench, StoreWell).kept_aside == "events.db.corrupt-1"
    assert fact_of(bench, Saved).places == (Place(EPOCH, 2),)
    beginning = bench.crash()
    assert (beginning.epoch[:8], beginning.prev, beginning.same_boot) == ("00000002", event(2).digest, True)


def test_new_store_still_knows_the_last_event_of_the_corrupt_one(bench: StoreBench) -> None:
    bench.open()
    save(bench, event(1))
    bench.corrupt()
    bench.store.load(urgent=False, after=None, limit=1)
    fact_of(bench, StoreWell)
    bench.fact()

    assert bench.crash().prev == event(1).digest


def test_each_corrupt_store_gets_a_name_of_its_own(bench: StoreBench) -> None:
    names = []
    for _ in range(3):
        bench.open(BOOT)
        bench.close(orderly=True)
        bench.corrupt()
        bench.open()
        names.append(fact_of(bench, StoreWell).kept_aside)
        bench.close(orderly=True)

    assert names == ["events.db.corrupt-1", "events.db.corrupt-2", "events.db.corrupt-3"]
