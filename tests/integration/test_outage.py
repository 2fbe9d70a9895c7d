"""The outages that other edge agents were measured with (a peer lost 20 of 20 edges, and 16 of 16): none is lost here.

Ten presses while connections are refused, eight while a router swallows everything; and the same with the power cut.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from device.logic.event import Phase
from drivers.ports import Place
from sim.board.lines import Order
from sim.broker.brokers import Broker
from sim.broker.embedded import EmbeddedBroker
from sim.broker.mosquitto import Mosquitto
from sim.control_room.chain import examine
from sim.control_room.ledger import Ledger
from sim.site import BUTTON
from sim.stage import LEDGER_NAME, Stage
from tests.fixtures_broker import installed_mosquitto
from tests.integration.witness import Witness

PRESS_EVERY_S = 1.0
PRESS_MS = 200
ALARM = "alarm.holdup"
RAISED, RESTORED = Phase.RAISED, Phase.RESTORED


class Outage:
    """One stage, and a hand that presses once a second while the network is away."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self.witness = Witness()
        self.folder = folder
        # Clean contacts: a hand that hurries and a contact that bounces are told from chatter elsewhere.
        self.stage = Stage(folder, broker=broker, on_board=self.witness.board, on_room=self.witness.room)

    def begin(self) -> None:
        self.stage.board.power_on()
        self.witness.wait_start()

    def press(self, times: int, every_s: float = PRESS_EVERY_S) -> None:
        """Returns when every press is believed, and safe on the disk."""
        before = len(self.witness.ids(ALARM))
        clock = Event()  # never set: it is what a hand presses by
        for _ in range(times):
            self.stage.board.order(Order(BUTTON, "press", PRESS_MS))
            clock.wait(every_s)
        self.witness.wait_events(ALARM, before + 2 * times)

    def cut_and_restore_power(self) -> None:
        starts = len(self.witness.lines("armed"))
        self.stage.board.cut_power()
        self.stage.board.power_on()
        self.witness.wait_for("armed", starts + 1)
        # The lines at start say where the contacts are; a press before that is one event, "pressed at start".
        self.witness.wait_events("system.started", starts + 1)

    def check(self, edges: int) -> None:
        """Every event once, alarms in the order in which they happened, nothing missing, the zone at rest."""
        witness = self.witness
        events = {seen.values[0] for seen in witness.lines("event")}
        witness.wait("every event to be received", lambda: events <= witness.received)
        self.stage.board.close()
        device = self.stage.site.device
        with Ledger(self.folder / LEDGER_NAME) as ledger:
            stored = ledger.events(device)
            report = examine(ledger.links(device), ledger.spans(device))
            zones = ledger.zones(device)

        alarms = [event.place for event in stored if event.type == f"ansim.{ALARM}"]
        assert len(alarms) == edges
        assert {str(place) for place in alarms} == witness.ids(ALARM)
        assert alarms == sorted(alarms)
        assert [_place(id_) for id_ in witness.arrived(ALARM)] == alarms
        assert [event.phase for event in stored if event.place in alarms] == [RAISED, RESTORED] * (edges // 2)
        assert report.is_whole
        # Told by its last restoral, or by a later start.
        assert {zone.state for zone in zones if zone.zone == BUTTON} <= {"restored", "normal"}


def _place(id_: str) -> Place:
    epoch, _, seq = id_.rpartition("-")
    return Place(epoch, int(seq))


def _mosquitto() -> Broker:
    return Mosquitto(binary=installed_mosquitto())


@pytest.fixture(params=[_mosquitto, EmbeddedBroker], ids=["mosquitto", "embedded"])
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    make: Callable[[], Broker] = request.param
    outage = Outage(tmp_path, make())
    with outage.stage:
        outage.begin()
        yield outage


@pytest.fixture
def long_outage(tmp_path: Path) -> Iterator[Outage]:
    outage = Outage(tmp_path, _mosquitto())
    with outage.stage:
        outage.begin()
        yield outage


def test_ten_presses_while_connections_are_refused_for_ten_seconds_arrive_once_in_order(long_outage: Outage) -> None:
    long_outage.stage.network.refuse()
    long_outage.press(10)
    long_outage.stage.network.up()
    long_outage.check(edges=20)


def test_eight_presses_while_the_line_swallows_everything_for_eight_seconds_arrive_once_in_order(
    long_outage: Outage,
) -> None:
    long_outage.stage.network.black()
    long_outage.press(8)
    long_outage.stage.network.reset()
    long_outage.stage.network.up()
    long_outage.check(edges=16)


@pytest.mark.parametrize("fault", ["refuse", "black"])
def test_power_cut_in_an_outage_loses_no_press_that_was_saved(outage: Outage, fault: str) -> None:
    {"refuse": outage.stage.network.refuse, "black": outage.stage.network.black}[fault]()
    outage.press(5, every_s=0.3)
    outage.cut_and_restore_power()
    outage.press(5, every_s=0.3)
    outage.cut_and_restore_power()
    outage.stage.network.reset()
    outage.stage.network.up()
    outage.check(edges=20)
