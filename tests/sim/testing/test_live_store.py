"""Live stores and brokers, and what they say."""

from pathlib import Path

import pytest

from sim.board.lines import Seen
from sim.clock import ManualClock
from sim.testing.live_broker import LiveBroker
from sim.testing.live_log import LiveLog
from sim.testing.live_store import LiveStore

ID = "0000000100000000-1"


def _log(*said: tuple[object, ...]) -> LiveLog:
    log = LiveLog(ManualClock())
    for kind, *values in said:
        log.note(Seen(str(kind), 0, *values))
    return log


_TOLD = ("event", ID, "alarm.holdup", "raised", "counter-button", 0, "the digest")


def test_alarm_that_leaves_before_it_is_told_is_sent() -> None:
    log = _log(("sent", "alarm", 1, "the digest"), _TOLD)

    assert log.events()[0].steps == {"told", "sent"}


def test_event_goes_its_way_step_by_step() -> None:
    log = _log(_TOLD, ("saved", ID), ("sent", "alarm", 1, "the digest"), ("answered", ID, "received"), ("received", ID))

    assert log.events()[0].steps == {"told", "saved", "sent", "received"}


def test_rejected_event_is_not_received() -> None:
    log = _log(_TOLD, ("answered", ID, "rejected"), ("received", ID))

    assert log.events()[0].steps == {"told", "rejected"}


def test_board_without_power_is_dark_and_not_connected() -> None:
    log = _log(("armed",), ("up", 0), ("standing", {"counter-led": "received"}, {}, [], 0))
    assert (log.is_armed, log.is_connected, log.lamp) == (True, True, "received")

    log.off()

    assert (log.is_armed, log.is_connected, log.lamp) == (False, False, "dark")


def test_waiting_in_vain_shows_the_last_words() -> None:
    log = _log(_TOLD)

    with pytest.raises(AssertionError, match=r"(?s)waited 0 s in vain for rain.*alarm.holdup  raised"):
        log.wait("rain", lambda: False, 0.0)


def test_live_store_lives_through_a_day(tmp_path: Path) -> None:
    with LiveBroker() as broker, LiveStore(tmp_path / "store", broker.port) as store:
        assert broker.url == f"mqtt://127.0.0.1:{broker.port}"

        store.unplug()
        assert store.wait_for("told", "trouble.mains").subject == "mains"

        store.network("refused")
        store.wait_disconnected()
        store.hold("panic-bell")
        alarm = store.wait_for("saved")
        store.power_off()
        assert (store.is_on, store.lamp) == (False, "dark")

        store.network("up")
        store.power_on()
        store.wait_connected()
        # What was held is held still: an alarm of the new start, which may leave before the old one is loaded.
        assert alarm.id in [store.wait_for("sent").id, store.wait_for("sent").id]
        assert store.wait_for("told").id == alarm.id
        assert store.wait_for("told").subject == "panic-bell"

        store.restart()
        assert store.wait_for("told", "system.stopped").subject == "agent"
