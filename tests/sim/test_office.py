"""The certificates of a simulated store: real ones, from the operator's own program."""

import ssl
import stat
from pathlib import Path
from queue import SimpleQueue

import pytest

from device.config.load import load
from device.credentials import Credentials
from sim import office as sim_office
from sim.board.lines import Order, Seen
from sim.broker.brokers import Broker
from sim.broker.embedded import EmbeddedBroker
from sim.control_room.room import Arrival
from sim.control_room.room import Seen as RoomSeen
from sim.errors import OfficeError
from sim.office import CONTROL_ROOM, TrialOffice
from sim.site import BUTTON, DEVICE, make_site
from sim.stage import Stage
from tests.fixtures_broker import installed_mosquitto

PATIENCE_S = 30


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> TrialOffice:
    return TrialOffice(tmp_path_factory.mktemp("trial"), DEVICE)


def _embedded(office: TrialOffice) -> Broker:
    return EmbeddedBroker(tls=office.tls, control_room=CONTROL_ROOM)


def _mosquitto(office: TrialOffice) -> Broker:
    return office.open_broker(installed_mosquitto())


@pytest.mark.parametrize("make_broker", [_embedded, _mosquitto])
def test_alarm_arrives_over_tls_with_certificates_on_both_sides(
    office: TrialOffice, tmp_path: Path, make_broker: object
) -> None:
    assert callable(make_broker)
    board: SimpleQueue[Seen] = SimpleQueue()
    room: SimpleQueue[RoomSeen] = SimpleQueue()

    with Stage(tmp_path, broker=make_broker(office), office=office, on_board=board.put, on_room=room.put) as stage:
        stage.board.power_on()
        while board.get(timeout=PATIENCE_S).kind != "up":
            pass
        stage.board.order(Order(BUTTON, "press", 200))
        while not (isinstance(seen := room.get(timeout=PATIENCE_S), Arrival) and seen.event.is_alarm):
            pass

    assert seen.event.subject == BUTTON
    assert "mqtts://" in stage.site.config.read_text(encoding="utf-8")


def test_keys_stay_with_those_who_made_them(office: TrialOffice) -> None:
    ours = office.identity_of(DEVICE)
    keys = [*ours.glob("*.key"), *ours.with_name(CONTROL_ROOM).glob("*.key")]

    assert len(keys) == 2
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    secrets = [key.read_bytes() for key in keys]
    files = [path for path in office.device_keys.parent.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if path.read_bytes() in secrets] == []


def test_agent_takes_the_identity(office: TrialOffice, tmp_path: Path) -> None:
    site = make_site(tmp_path, [8883], office=office)

    credentials = Credentials(load(site.config))

    assert credentials.in_force.tls is not None
    assert credentials.in_force.tls.verify_mode is ssl.CERT_REQUIRED


def test_office_that_is_there_already_is_one_line(office: TrialOffice) -> None:
    folder = office.identity_of(DEVICE).parent

    with pytest.raises(OfficeError) as caught:
        sim_office._run("trial", "--office", str(folder / "office"))

    assert str(caught.value).startswith("ansim-provision trial: ")
    assert "\n" not in str(caught.value)


def test_program_that_cannot_be_run_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))

    with pytest.raises(OfficeError, match=r"ansim-provision trial: .*No such file"):
        TrialOffice(tmp_path / "trial", DEVICE)
