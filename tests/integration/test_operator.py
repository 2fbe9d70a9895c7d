"""An operator begins with an empty folder, and ends with devices that are heard: only the real programs do anything."""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from device.enrol.label import Label, parse_label
from sim.board.lines import Order
from sim.board.remote import RemoteBoard
from sim.control_room.room import Arrival
from tests.integration.operator_bench import ROOM, Desk, Said, agent
from tests.integration.test_access import DOWN, NOT_AUTHORIZED, UP, heard_until
from tests.integration.witness import Witness
from tests.mqtt_client import TIMEOUT_S, V5, TestClient, client_context
from tests.pki import Identity
from tests.provisioning.broker.running import RunningBroker, running
from tests.provisioning.seoul import Spoilt, spoilt_csv

SITES, BAD = 938, 20
# Some sites have two.
DEVICES = 1009
BY_NETWORK = ("store-0001", "store-0002", "store-0010-b")
BY_STICK = "store-0003"
ENROLLED = (*BY_NETWORK, BY_STICK)
FIRST, SECOND = "store-0001", "store-0002"


class Opened:
    """What was typed on the first day, and what came of it. No program of it runs any more."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.rejects = folder / "rejects.csv"
        self.desk.init()
        self.spoilt, self.first_import, self.second_import = self._import()
        self.desk.write_broker()
        for device in ENROLLED:
            self.desk.set_up(device)
        with self.desk.serve():
            self.enrolled = [self._enrol(label, device) for device, label in self.desk.invite(*BY_NETWORK).items()]
        self.by_stick = self._enrol_by_stick()

    def _import(self) -> tuple[tuple[Spoilt, ...], Said, Said]:
        data, spoilt = spoilt_csv(SITES, BAD, seed=3)
        sites = self.desk.folder / "sites.csv"
        sites.write_bytes(data)
        words = ("import", sites, "--bad", self.rejects)
        return spoilt, self.desk.provision(*words, status=65), self.desk.provision(*words, status=65)

    def _enrol(self, label: str, device: str) -> Said:
        return agent("enroll", "--config", self.desk.config(device), label)

    def _enrol_by_stick(self) -> list[Said]:
        desk, stick = self.desk, self.desk.folder / "stick"
        stick.mkdir()
        known = parse_label(next(iter(desk.invite(FIRST).values())))
        words = ("enroll", "--config", desk.config(BY_STICK), "--usb", stick)
        label = str(Label(BY_STICK, known.est, known.fingerprint))
        asked = agent(*words, label)
        desk.provision("sign", stick / f"{BY_STICK}.csr", desk.request_for_room())
        return [asked, agent(*words, label)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return Opened(tmp_path_factory.mktemp("operator"))


@pytest.fixture
def broker(opened: Opened) -> Iterator[RunningBroker]:
    with running(opened.desk.broker) as broker:
        yield broker


@pytest.fixture
def clients(opened: Opened, broker: RunningBroker) -> Iterator[dict[str, TestClient]]:
    """Two devices and the control room, connected with what the office gave them."""
    with ExitStack() as undo:
        found = {name: undo.enter_context(connect(opened.desk, name)) for name in (FIRST, SECOND, ROOM)}
        for client in found.values():
            client.greeted()
        for kind in ("alarm", "event"):
            found[ROOM].subscribe(f"ansim/v1/+/{kind}")
        yield found


def connect(desk: Desk, name: str, *, claimed: str | None = None) -> TestClient:
    """With the certificate of `name`, in its own name or in another one."""
    place, stem = (desk.room_folder, ROOM) if name == ROOM else (desk.identity(name), "device")
    key = place / ("room.key" if name == ROOM else "device.key")
    tls = client_context(place / "ca.crt", Identity(name, key, place / f"{stem}.crt"))
    asked = claimed or name
    return TestClient(desk.broker.port, asked, version=V5, tls=tls, user=asked, keepalive_s=5)


# ---------------------------------------------------------------- the list of sites


def test_each_bad_line_is_named_with_its_reason(opened: Opened) -> None:
    lines = opened.first_import.err.splitlines()

    assert len(lines) == BAD
    for line, spoilt in zip(lines, opened.spoilt, strict=True):
        assert line.startswith(f"{opened.desk.folder / 'sites.csv'}: line {spoilt.number}: ")
        assert spoilt.reason in line


def test_good_lines_are_in_and_the_bad_ones_are_kept_for_whoever_wrote_them(opened: Opened) -> None:
    with opened.rejects.open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.reader(file))

    assert opened.first_import.out == f"{SITES - BAD} new, 0 changed, 0 the same, {BAD} bad\n"
    assert len(rejected) == 1 + BAD
    assert rejected[0][-1] == "reason"


def test_the_same_list_a_second_time_changes_nothing(opened: Opened) -> None:
    assert opened.second_import.out == f"0 new, 0 changed, {SITES - BAD} the same, {BAD} bad\n"
    assert opened.second_import.err == opened.first_import.err


# ---------------------------------------------------------------- what the office knows


def test_devices_enrol_by_network_and_by_stick(opened: Opened) -> None:
    assert [said.status for said in (*opened.enrolled, *opened.by_stick)] == [0] * 5
    assert [said.err for said in (*opened.enrolled, *opened.by_stick)] == [""] * 5
    for device, said in zip(ENROLLED, (*opened.enrolled, opened.by_stick[-1]), strict=True):
        assert said.out.startswith(f"{device}: enrolled until ")
        assert "write est" not in said.out  # the configuration says so already


def test_each_configuration_is_good(opened: Opened) -> None:
    said = [agent("check", "--config", opened.desk.config(device)) for device in ENROLLED]

    assert [each.out for each in said] == [f"{device}: good; 3 zones, 2 indicators\n" for device in ENROLLED]


def test_status_says_who_is_there_and_who_is_not_yet(opened: Opened) -> None:
    told = opened.desk.provision("status", "--json", "--all").value

    assert {name: count for name, count in told["counts"].items() if count} == {"fine": 4, "planned": DEVICES - 4}
    assert {each["device"] for each in told["devices"] if each["is"] == "fine"} == set(ENROLLED)


def test_log_says_who_was_given_what(opened: Opened) -> None:
    acts = opened.desk.log()

    assert {act["who"] for act in acts} == {opened.desk.broker.user}
    assert Counter(act["did"] for act in acts) >= Counter(
        {"founded": 1, "planned": SITES - BAD, "invited": 4, "enrolled": 3, "signed": 1, "issued": 2, "put broker": 1}
    )
    given = [(act["did"], act["to"]) for act in acts if act["did"] in {"enrolled", "signed"}]
    assert given == [*(("enrolled", device) for device in BY_NETWORK), ("signed", BY_STICK)]
    assert not any(act["did"] == "refused" for act in acts)


# ---------------------------------------------------------------- alarms, and what none may do


def test_an_alarm_of_each_device_is_verified_and_answered(opened: Opened, broker: RunningBroker) -> None:
    room, boards = Witness(), {device: Witness() for device in ENROLLED}
    with opened.desk.open_room(room.room), ExitStack() as undo:
        for device, witness in boards.items():
            board = RemoteBoard(opened.desk.config(device), witness.board)
            undo.callback(board.close)
            board.power_on()
            board.order(Order("counter-button", "press"))
        for witness in boards.values():
            wait_receipt(witness)

    assert {arrival.event.device for arrival in alarms(room)} == set(ENROLLED)


def wait_receipt(witness: Witness) -> None:
    """The lamp may say that the alarm has been received."""
    witness.wait("a receipt", lambda: bool(witness.ids("alarm.holdup") & witness.received))


def alarms(room: Witness) -> list[Arrival]:
    return [arrival for arrival in room.arrivals if arrival.event.type == "ansim.alarm.holdup"]


def test_no_device_writes_what_is_anothers(clients: dict[str, TestClient]) -> None:
    own, other = clients[FIRST], clients[SECOND]
    reasons = {own.publish(f"ansim/v1/{SECOND}/{kind}", b"") for kind in (*UP, *DOWN)}
    reasons |= {own.publish(f"ansim/v1/{FIRST}/{kind}", b"") for kind in DOWN}

    other.publish(f"ansim/v1/{SECOND}/event", b"")
    assert reasons == {NOT_AUTHORIZED}
    assert heard_until(clients[ROOM], f"ansim/v1/{SECOND}/event") == []


@pytest.mark.parametrize("topic_filter", [f"ansim/v1/{SECOND}/receipt", "ansim/v1/+/+", "#", "$share/g/ansim/v1/#"])
def test_no_device_reads_what_is_anothers(clients: dict[str, TestClient], topic_filter: str) -> None:
    spy = clients[FIRST]
    spy.subscribe(topic_filter)

    for kind in DOWN:
        clients[ROOM].publish(f"ansim/v1/{SECOND}/{kind}", b"for another")
    clients[SECOND].publish(f"ansim/v1/{SECOND}/event", b"of another")
    assert spy.publish(f"ansim/v1/{FIRST}/event", b"") == "Success"

    assert spy.heard.empty()


@pytest.mark.parametrize("claimed", [SECOND, ROOM])
def test_no_device_connects_as_another(opened: Opened, clients: dict[str, TestClient], claimed: str) -> None:
    with connect(opened.desk, FIRST, claimed=claimed) as liar:
        liar.greeted()
        # Whatever it says: its session is that of its certificate.
        assert clients[FIRST].lost.get(timeout=TIMEOUT_S)

        assert liar.publish(f"ansim/v1/{SECOND}/event", b"a lie") == NOT_AUTHORIZED
        assert clients[claimed].lost.empty()
