"""A device keeps its identity for years: the real office, the real files, the real agent; time is turned by hand."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from device.logic.lamp import Look
from device.logic.units import MS, S
from sim.acts.words import NetworkState
from sim.clock import ManualClock
from sim.control_room.chain import examine
from sim.world.keyring import Keyring
from sim.world.setup import DEVICE, StoreSetup, WorldSetup
from sim.world.world import World
from tests.builders import make_keys, make_signer
from tests.scenarios.night import BUTTON, ZONES
from tests.scenarios.renewing_office import RenewingOffice, utc

DAY_S = 86_400
ROOM = make_signer(owner="control room")


class _Store:
    """One store with its office, powered, and at rest."""

    def __init__(self, folder: Path, lifetime: timedelta) -> None:
        self.clock = ManualClock()
        self.office = RenewingOffice(folder, ROOM, lambda: utc(self.clock.wall()), lifetime)
        known = self.office.known
        keyring = Keyring(
            room=ROOM,
            room_keys=make_keys(ROOM),
            stranger=make_signer(owner="stranger"),
            devices=known.pinned,
            revoked_utc_ns=known.revoked_utc_ns,
            offices={DEVICE: self.office},
            runs_errands=True,
        )
        setup = StoreSetup(zones=ZONES, lamps=False, heartbeat_s=3_600, bounce="clean")
        self.world = World(WorldSetup(stores=(setup,)), keyring, self.clock)
        self.ledger, self.desk, self.verifier = self.world.ledger, self.world.desk, self.world.verifier
        self.device = self.world.stores[DEVICE]
        self.pressed = 0
        self.world.start()
        self.world.run_for(60)

    def press(self, at_s: float = 0.0) -> None:
        contact = self.device.contacts[BUTTON]
        self.device.after(round(at_s * S), contact.press)
        self.device.after(round(at_s * S) + 200 * MS, contact.release)

    def live(self, days: float, presses: int = 1) -> None:
        """So many days pass; each day somebody presses, at another time of the day."""
        for day in range(round(days)):
            for press in range(presses):
                self.press(at_s=(day * 6_827 + press * 11_311) % (DAY_S - 60))
                self.pressed += 1
            self.world.run_for(DAY_S)

    def restart_router(self) -> None:
        """A connection that is up stays up; the next one is asked for its certificate."""
        self.device.link.set_network(0, NetworkState.REFUSED)
        self.device.link.set_network(0, NetworkState.UP)

    def be_refused(self) -> None:
        """The router starts anew, and for three hours no try is let in; somebody presses twice."""
        self.restart_router()
        for at_s in (60, 2 * 3_600):
            self.press(at_s)
            self.pressed += 1
        self.world.run_for(3 * 3_600)

    def alarms(self) -> int:
        return sum(e.type == "ansim.alarm.holdup" and e.phase.value == "raised" for e in self.ledger.events(DEVICE))

    def told(self, what: str) -> int:
        return sum(event.type == f"ansim.{what}" for event in self.ledger.events(DEVICE))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[_Store]:
    """Certificates of 90 days: as the device renews 56 days before the end, every five weeks."""
    store = _Store(tmp_path, timedelta(days=90))
    with store.world:
        yield store
        store.office.close()


def test_year_of_renewals_misses_no_alarm(store: _Store) -> None:
    store.live(365)

    assert store.office.renewals == 10
    assert store.alarms() == store.pressed == 365
    assert store.told("system.renewed") == store.office.renewals
    assert store.told("trouble.certificate") == store.told("trouble.link") == 0
    assert examine(store.ledger.links(DEVICE), store.ledger.spans(DEVICE)).is_whole


def test_office_that_is_away_for_a_month_is_asked_until_it_is_back(store: _Store) -> None:
    store.office.is_away = True
    store.live(60)
    assert store.office.renewals == 0

    store.office.is_away = False
    store.live(2)

    assert store.office.renewals == 1
    assert store.alarms() == store.pressed


def test_office_that_never_comes_back_is_a_warning_four_weeks_ahead(store: _Store) -> None:
    store.office.is_away = True

    store.live(61)
    assert store.told("trouble.certificate") == 0
    store.live(2)

    assert store.told("trouble.certificate") == 1
    assert store.alarms() == store.pressed


def test_expired_device_keeps_its_alarms_until_somebody_enrols_it_again(store: _Store) -> None:
    store.office.is_away = True
    store.live(90)
    store.be_refused()
    assert store.alarms() == store.pressed - 2

    store.office.enrol_again()
    store.device.switch_off()
    store.device.switch_on()
    store.world.run_for(120)

    assert store.alarms() == store.pressed


def test_control_room_changes_its_key_without_a_visit(store: _Store) -> None:
    new = make_signer(owner="control room, its next key")
    store.office.add_room_key(new)
    store.live(2)

    store.desk.signer = new
    store.live(2)

    assert store.alarms() == store.pressed
    assert store.told("trouble.message") == 0


def test_control_room_that_signs_with_a_new_key_too_early_is_believed_within_seconds(store: _Store) -> None:
    new = make_signer(owner="control room, its next key")
    store.live(1)
    store.office.add_room_key(new)
    store.desk.signer = new

    store.press()
    store.world.run_for(2)
    before = store.device.agent.alarm_look
    store.world.run_for(30)

    assert (before, store.device.agent.alarm_look) == (Look.SENDING, Look.RECEIVED)


def test_control_room_that_has_not_heard_of_the_new_key_does_not_lose_the_device(store: _Store) -> None:
    store.office.tells_the_control_room = False
    store.live(36)
    assert store.office.renewals == 0
    assert store.alarms() == store.pressed

    store.office.tells_the_control_room = True
    store.office.publish()
    store.live(1)

    assert store.office.renewals == 1
    assert store.alarms() == store.pressed


def test_broker_that_refuses_the_new_certificate_does_not_lose_the_device(store: _Store) -> None:
    store.office.refuses_new = True

    store.live(36)

    assert store.office.renewals == 0
    assert store.alarms() == store.pressed
    assert store.told("trouble.link") == 0


def test_power_that_fails_during_a_trial_costs_nothing(store: _Store) -> None:
    store.live(33)
    for minutes in range(0, 3 * 24 * 60, 45):
        store.world.run_for(45 * 60)
        if minutes % 180 == 0:
            store.device.switch_off()
            store.device.switch_on()

    store.live(1)

    assert store.office.renewals == 1
    assert store.alarms() == store.pressed


def test_revoked_device_is_heard_no_more_and_gets_no_new_certificate(store: _Store) -> None:
    store.live(1)
    store.office.revoke()
    before = store.alarms()

    store.be_refused()

    assert store.alarms() == before
    assert store.office.renewals == 0
