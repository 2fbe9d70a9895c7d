import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from device.logic.event import Phase
from device.logic.receipt import Answer
from device.logic.units import S
from drivers.ports import Place
from sim.control_room.chain import examine
from sim.control_room.ledger import Conflict, Filing, Ledger
from sim.control_room.receipts import Reply
from sim.control_room.values import Presence, Span, VerifiedEvent, ZoneState
from sim.errors import LedgerError
from tests.sim.control_room.scene import (
    EPOCH_1,
    EPOCH_2,
    OTHER,
    STORE,
    make_journal,
    press,
    tell,
    verified,
    verified_status,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


def _file(ledger: Ledger, *events: VerifiedEvent) -> list[Filing]:
    with ledger.transaction():
        return [ledger.file(event, 5 * S) for event in events]


def test_event_is_kept_once(ledger: Ledger) -> None:
    event = verified(press(make_journal()))

    assert _file(ledger, event, event) == [Filing.NEW, Filing.DUPLICATE]

    (stored,) = ledger.events()
    assert (stored.device, stored.place, stored.digest) == (STORE, event.place, event.digest)
    assert (stored.envelope, stored.received_utc_ns) == (event.envelope, 5 * S)
    assert (stored.phase, stored.answer, stored.reason) == (Phase.RAISED, Answer.RECEIVED, None)


def test_what_is_committed_is_there_after_opening_again(tmp_path: Path) -> None:
    event = verified(press(make_journal()))
    with Ledger(tmp_path / "ledger.db") as first:
        _file(first, event)

    with Ledger(tmp_path / "ledger.db") as second:
        assert _file(second, event) == [Filing.DUPLICATE]


def test_second_reader_sees_what_is_committed(ledger: Ledger, tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as reader:
        with ledger.transaction():
            ledger.file(verified(press(make_journal())), 0)
            assert reader.events() == []
        assert len(reader.events()) == 1


def test_same_id_with_other_bytes_is_a_conflict_and_the_first_stands(ledger: Ledger) -> None:
    first = verified(press(make_journal(), at_s=1))
    other = verified(press(make_journal(), at_s=2))

    filings = _file(ledger, first, other, other, first)

    assert filings == [Filing.NEW, Filing.CONFLICT, Filing.CONFLICT, Filing.DUPLICATE]
    assert [stored.digest for stored in ledger.events()] == [first.digest]
    assert ledger.conflicts(STORE) == [Conflict(first.place, other.digest, other.envelope, 5 * S)]


def test_ids_of_two_devices_do_not_meet(ledger: Ledger) -> None:
    mine = verified(press(make_journal()))
    yours = verified(press(make_journal(device_id=OTHER)), device_id=OTHER)

    assert _file(ledger, mine, yours) == [Filing.NEW, Filing.NEW]
    assert [stored.device for stored in ledger.events(OTHER)] == [OTHER]


def test_events_are_listed_as_they_arrived(ledger: Ledger) -> None:
    journal = make_journal()
    records = [press(journal) for _ in range(3)]

    _file(ledger, verified(records[2]), verified(records[0]), verified(records[1]))

    assert [stored.place.seq for stored in ledger.events(STORE)] == [3, 1, 2]
    assert examine(ledger.links(STORE)).is_whole


def test_failed_transaction_leaves_nothing(ledger: Ledger) -> None:
    def fail() -> None:
        with ledger.transaction():
            ledger.file(verified(press(make_journal())), 0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert ledger.events() == []


def test_disposition_is_kept(ledger: Ledger) -> None:
    event = verified(press(make_journal()))
    _file(ledger, event)

    with ledger.transaction():
        ledger.dispose(STORE, event.place, Answer.REJECTED, "not our site")

    stored = ledger.find(STORE, event.place)
    assert stored is not None
    assert (stored.answer, stored.reason) == (Answer.REJECTED, "not our site")
    assert ledger.find(STORE, Place(EPOCH_1, 99)) is None


def test_receipts_are_noted_in_order(ledger: Ledger) -> None:
    replies = [Reply(STORE, Place(EPOCH_1, 1), "d", answer) for answer in (Answer.RECEIVED, Answer.CLOSED)]

    with ledger.transaction():
        for reply in replies:
            ledger.note_receipt(reply, "jti", 7)

    assert ledger.receipts(STORE) == replies
    assert ledger.receipts(OTHER) == []


def test_final_state_follows_the_chain_not_the_arrival(ledger: Ledger) -> None:
    journal = make_journal()
    raised = verified(press(journal))
    restored = verified(tell(journal, "alarm.holdup", "counter-button", Phase.RESTORED))

    _file(ledger, restored, raised)

    assert ledger.zones(STORE) == (ZoneState("counter-button", "restored"),)


def test_start_gives_the_baseline(ledger: Ledger) -> None:
    first, second = make_journal(EPOCH_1), make_journal(EPOCH_2)
    raised = verified(press(first))
    detail = {"zones": {"counter-button": "normal", "mains": "raised"}}
    started = verified(tell(second, "system.started", "agent", Phase.REPORTED, detail), "event")
    mains = verified(tell(second, "trouble.mains", "mains", Phase.RESTORED), "event")

    _file(ledger, mains, started, raised)

    assert ledger.zones(STORE) == (ZoneState("counter-button", "normal"), ZoneState("mains", "restored"))


def test_trouble_with_a_wire_is_not_the_zones_state(ledger: Ledger) -> None:
    journal = make_journal()
    raised = verified(press(journal))
    cut = verified(tell(journal, "trouble.line", "counter-button", Phase.RAISED), "event")

    _file(ledger, raised, cut, verified(tell(journal, "trouble.line", "counter-button", Phase.RESTORED), "event"))

    assert ledger.zones(STORE) == (ZoneState("counter-button", "raised"),)


@pytest.mark.parametrize(
    ("word", "trouble"),
    [("line-open", "trouble.line"), ("chatter", "trouble.chatter"), ("stuck", "trouble.stuck")],
)
def test_trouble_that_a_zone_was_in_at_the_start_is_over_with_its_restoral(
    ledger: Ledger, word: str, trouble: str
) -> None:
    journal = make_journal()
    detail = {"zones": {"hotline": word}}
    started = verified(tell(journal, "system.started", "agent", Phase.REPORTED, detail), "event")
    over = verified(tell(journal, trouble, "hotline", Phase.RESTORED), "event")

    _file(ledger, started)
    assert ledger.zones(STORE) == (ZoneState("hotline", word),)

    _file(ledger, over)
    assert ledger.zones(STORE) == (ZoneState("hotline", "restored"),)


def test_thinning_is_kept_for_the_chain(ledger: Ledger) -> None:
    journal = make_journal()
    first, _, last = press(journal), press(journal), press(journal)
    detail = {"count": 1, "first": f"{EPOCH_1}-2", "last": f"{EPOCH_1}-2"}
    thinned = verified(tell(journal, "system.thinned", "outbox", Phase.REPORTED, detail), "event")

    _file(ledger, verified(first), verified(last), thinned)

    assert ledger.spans(STORE) == [Span(1, Place(EPOCH_1, 2), Place(EPOCH_1, 2))]
    assert examine(ledger.links(STORE), ledger.spans(STORE)).is_whole


def test_newest_status_stands(ledger: Ledger) -> None:
    online, will = verified_status(connection=4), verified_status(connection=3, state="offline")

    with ledger.transaction():
        assert ledger.file_status(online, 1)
        assert not ledger.file_status(will, 2)

    assert ledger.status(STORE) == online
    assert ledger.status(OTHER) is None


def test_will_of_the_present_connection_is_believed(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.file_status(verified_status(), 1)
        assert ledger.file_status(verified_status(state="offline"), 2)

    status = ledger.status(STORE)
    assert status is not None
    assert status.presence is Presence.OFFLINE


def test_run_that_was_replaced_never_comes_back(ledger: Ledger) -> None:
    blind = "ffffffff00000001"

    with ledger.transaction():
        assert ledger.file_status(verified_status(epoch=blind), 1)
        assert ledger.file_status(verified_status(epoch=EPOCH_1), 2)
        assert not ledger.file_status(verified_status(epoch=blind, state="offline"), 3)


def test_file_that_is_no_ledger_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("not a database, but long enough to be taken for one " * 40)

    with pytest.raises(LedgerError, match="file is not a database"):
        Ledger(path)


def test_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="unable to open"):
        Ledger(tmp_path / "nowhere" / "ledger.db")


def test_full_disk_stores_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        with sqlite3.connect(path) as other:
            pages = other.execute("PRAGMA page_count").fetchone()[0]
        other.close()
        ledger._db.execute(f"PRAGMA max_page_count={pages}")
        event = verified(press(make_journal()))
        many = [replace(event, place=Place(EPOCH_1, seq)) for seq in range(1, 200)]

        with pytest.raises(LedgerError, match="full"):
            _file(ledger, *many)

        assert ledger.events() == []


def test_every_commit_is_on_the_disk(ledger: Ledger) -> None:
    assert ledger._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert ledger._db.execute("PRAGMA synchronous").fetchone() == (2,)
