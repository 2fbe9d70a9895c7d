"""What only a real Mosquitto can do: be killed, paused, reloaded, and remember."""

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.broker import mosquitto
from sim.broker.mosquitto import Mosquitto, find_mosquitto
from sim.broker.server_tls import ServerTls
from sim.errors import BrokerError
from tests.fixtures_broker import installed_mosquitto
from tests.mqtt_client import TIMEOUT_S, V5, TestClient, client_context
from tests.pki import Pki

TOPIC = "ansim/v1/store-1/status"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    with Mosquitto(binary=installed_mosquitto(), persistence=True) as running:
        yield running


def retained(broker: Mosquitto) -> list[bytes]:
    """What a new subscriber finds, up to a message of its own."""
    found = []
    with TestClient(broker.port, "reader") as reader:
        reader.greeted()
        reader.subscribe("ansim/v1/#")
        reader.send("ansim/v1/end", b"")
        while (heard := reader.next()).topic != "ansim/v1/end":
            found.append(heard.payload)
    return found


def retain(broker: Mosquitto, payload: bytes) -> None:
    with TestClient(broker.port, "writer") as writer:
        writer.greeted()
        writer.publish(TOPIC, payload, retain=True)


def test_a_restart_keeps_the_port_and_what_was_saved(broker: Mosquitto) -> None:
    port = broker.port
    retain(broker, b"saved")

    broker.restart()

    assert broker.port == port
    assert retained(broker) == [b"saved"]


def test_a_kill_loses_what_was_not_saved(broker: Mosquitto) -> None:
    retain(broker, b"acknowledged")

    broker.kill()
    broker.start()

    assert retained(broker) == []


def test_without_persistence_a_restart_forgets() -> None:
    with Mosquitto(binary=installed_mosquitto()) as broker:
        retain(broker, b"gone soon")
        broker.restart()

        assert retained(broker) == []


def test_a_paused_broker_accepts_and_says_nothing_until_it_goes_on(broker: Mosquitto) -> None:
    broker.pause()
    state = Path(f"/proc/{broker.pid}/stat").read_text().rpartition(")")[2].split()[0]
    with TestClient(broker.port, "store-1") as store:
        assert state == "T"
        assert store.greetings.empty()

        broker.resume()

        assert store.greeted().reason == "Success"


def test_a_paused_broker_can_be_stopped(broker: Mosquitto) -> None:
    pid = broker.pid
    broker.pause()

    broker.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)


def test_both_listeners_lead_to_one_broker(pki: Pki) -> None:
    files = ServerTls(pki.ca, pki.server.certificate, pki.server.key)
    with Mosquitto(binary=installed_mosquitto(), tls=files) as broker, TestClient(broker.port, "room") as room:
        room.greeted()
        room.subscribe("ansim/v1/#")
        tls = client_context(pki.ca, pki.make_device("store-1"))
        with TestClient(broker.tls_port, "store-1", version=V5, tls=tls) as store:
            store.greeted()
            store.publish(TOPIC, b"by tls")

        assert room.next().payload == b"by tls"


def test_a_revoked_certificate_is_refused_after_a_reload(pki: Pki) -> None:
    files = ServerTls(pki.ca, pki.server.certificate, pki.server.key, pki.crl)
    device = pki.make_device("store-7")
    with Mosquitto(binary=installed_mosquitto(), plain=False, tls=files) as broker:
        with TestClient(broker.port, "store-7", tls=client_context(pki.ca, device)) as before:
            assert before.greeted().reason == "Success"

        pki.revoke(device)
        broker.reload()

        with TestClient(broker.port, "store-7", tls=client_context(pki.ca, device)) as after:
            assert after.lost.get(timeout=TIMEOUT_S)
            assert after.greetings.empty()


def test_a_port_that_was_taken_meanwhile_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        taken = squatter.getsockname()[1]
        offers = iter([(taken, taken), mosquitto._free_ports()])
        monkeypatch.setattr(mosquitto, "_free_ports", lambda: next(offers))

        with Mosquitto(binary=installed_mosquitto()) as broker:
            assert broker.port != taken


def test_files_in_the_folder_are_not_for_others(tmp_path: Path) -> None:
    with Mosquitto(binary=installed_mosquitto(), folder=tmp_path, control_room="control-room"):
        modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("mosquitto.conf", "acl")}

    assert modes == {"mosquitto.conf": 0o600, "acl": 0o600}


def test_a_temporary_folder_goes_with_the_broker() -> None:
    with Mosquitto(binary=installed_mosquitto()) as broker:
        folder = broker._folder
        assert folder.exists()

    assert not folder.exists()


def test_why_it_did_not_start_is_said_in_one_line(tmp_path: Path, pki: Pki) -> None:
    files = ServerTls(pki.ca, tmp_path / "missing.crt", pki.server.key)

    with pytest.raises(BrokerError, match=r"did not start: .*missing\.crt") as refused:
        Mosquitto(binary=installed_mosquitto(), tls=files).__enter__()

    assert "\n" not in str(refused.value)


def test_a_named_program_is_taken_and_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "my-broker"
    program.touch(0o700)

    monkeypatch.setenv("ANSIM_MOSQUITTO", str(tmp_path / "absent"))
    assert find_mosquitto(program) == program
    with pytest.raises(BrokerError, match=r"absent: not a program"):
        find_mosquitto()


def test_where_none_is_installed_none_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ANSIM_MOSQUITTO", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(mosquitto, "_EXTRA_FOLDERS", ())

    assert find_mosquitto() is None
    with pytest.raises(BrokerError, match="apt install mosquitto"):
        Mosquitto()
