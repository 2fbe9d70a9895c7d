import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.authority.authority import Authority
from provisioning.broker import reload
from provisioning.broker.reload import reload_broker
from provisioning.errors import ReachError
from provisioning.model import Broker
from tests.provisioning.broker.office import make_authority, make_folder, make_setup, now, revoked
from tests.provisioning.broker.running import RunningBroker, Wallet, running


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path / "office")


@pytest.fixture
def wallet(tmp_path: Path, authority: Authority) -> Wallet:
    return Wallet(tmp_path / "wallet", authority)


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[RunningBroker]:
    setup = make_setup(tmp_path / "broker")
    make_folder(setup, authority)
    with running(setup) as found:
        yield found


def at(folder: Path, command: str = "") -> Broker:
    return Broker("broker-a.example", 8883, str(folder), command)


def write_pid(folder: Path, text: str) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "mosquitto.pid").write_text(text)


def python(program: str) -> str:
    return shlex.join([sys.executable, "-c", program])


def test_a_reload_ends_no_connection(broker: RunningBroker, wallet: Wallet) -> None:
    stores = [wallet.make(f"store-{n}").identity for n in range(3)]
    clients = [wallet.connect(broker.setup, store) for store in stores]
    for store, client in zip(stores, clients, strict=True):
        assert client.greeted().reason == "Success"
        client.subscribe(f"ansim/v1/{store.name}/receipt")

    reload_broker(at(broker.setup.folder))
    broker.wait_for("Reloading config")

    with wallet.connect(broker.setup, wallet.make("control-room").identity) as room:
        room.greeted()
        for store in stores:
            room.publish(f"ansim/v1/{store.name}/receipt", b"still there")
    for client in clients:
        assert client.next().payload == b"still there"
        assert client.lost.empty()
        client.close()


def test_after_a_reload_the_new_list_holds(broker: RunningBroker, wallet: Wallet, authority: Authority) -> None:
    thief = wallet.make("store-1")
    (broker.setup.folder / "crl.pem").write_bytes(authority.revocation_list([revoked(thief.certificate)], 2, now()))

    reload_broker(at(broker.setup.folder))
    broker.wait_for("Reloading config")

    with wallet.connect(broker.setup, thief.identity) as client:
        assert client.lost.get(timeout=10)
        assert client.greetings.empty()


def test_a_command_is_run_in_its_own_words(tmp_path: Path) -> None:
    mark = tmp_path / "a mark; touch b"

    reload_broker(at(tmp_path, python("import sys, pathlib; pathlib.Path(sys.argv[1]).touch()") + f" '{mark}'"))

    assert [path.name for path in tmp_path.iterdir()] == [mark.name]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("absent-program --reload", "broker-a.example:8883: ['absent-program'] cannot be run: "),
        ("reload 'open", "broker-a.example:8883: reload command"),
        (python("print('one'); print('no such\\x1b[31m unit'); exit(3)"), r"status 3: no such\x1b[31m unit"),
        (python("exit(4)"), ": status 4"),
        ("''", "[''] cannot be run"),
    ],
)
def test_a_command_that_fails_is_one_line(tmp_path: Path, command: str, said: str) -> None:
    with pytest.raises(ReachError) as failed:
        reload_broker(at(tmp_path, command))

    assert said in str(failed.value)
    assert str(failed.value).isprintable()


def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "RELOAD_LIMIT_S", 0.2)
    child = "import time; time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"

    with pytest.raises(ReachError, match=r"no end within 0\.2 s"):
        reload_broker(at(tmp_path, python(parent)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "not running here: .*mosquitto.pid: No such file"),
        ("", "'' is no process id"),
        ("-1", "'-1' is no process id"),
        ("1", "'1' is no process id"),
        ("9" * 500, "is no process id"),
        (str(2**22), "names process 4194304, which is gone"),
    ],
)
def test_a_process_that_is_not_there_is_one_line(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        write_pid(tmp_path, text)

    with pytest.raises(ReachError, match=said):
        reload_broker(at(tmp_path))


def test_another_program_is_never_sent_a_signal(tmp_path: Path) -> None:
    parent = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[1]
    write_pid(tmp_path, f"{parent}\n")

    with pytest.raises(ReachError, match="not mosquitto"):
        reload_broker(at(tmp_path))
