"""The agent itself, in a process of its own, with its key in a token."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.keystore import load_signer
from sim.broker.mosquitto import Mosquitto
from sim.broker.server_tls import ServerTls
from sim.site import make_site
from tests.fixtures_broker import installed_mosquitto
from tests.pki import Pki

STORE = "store-0042"
_TIMEOUT_S = 60


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def certificate(pki: Pki, uri: str, process_tokens: None, tmp_path: Path) -> Path:
    return pki.certify(STORE, load_signer(uri).public_key, tmp_path)  # type: ignore[arg-type]  # of a token: P-256


def configured(folder: Path, pki: Pki, certificate: Path, uri: str, port: int) -> Path:
    """The configuration of a store that shows the certificate to a broker on this port."""
    site = make_site(folder / "store", [port])
    text = site.config.read_text()
    text = re.sub(r"^key = .*$", f'key = "{uri}"\ncertificate = "{certificate}"', text, count=1, flags=re.MULTILINE)
    text = re.sub(
        r"^brokers = .*$", f'ca = "{pki.ca}"\nbrokers = ["mqtts://localhost:{port}"]', text, flags=re.MULTILINE
    )
    site.config.write_text(text)
    return site.config


def agent(command: str, config: Path) -> list[str]:
    return [sys.executable, "-m", "device", command, "--config", str(config)]


def test_it_connects_and_ends_in_good_order(pki: Pki, uri: str, certificate: Path, tmp_path: Path) -> None:
    tls = ServerTls(pki.ca, pki.server.certificate, pki.server.key, pki.crl)
    environ = {**os.environ, "GPIOZERO_PIN_FACTORY": "mock"}
    with Mosquitto(binary=installed_mosquitto(), plain=False, tls=tls, control_room="control-room") as broker:
        command = agent("run", configured(tmp_path, pki, certificate, uri, broker.tls_port))
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ) as process:
            assert process.stderr is not None
            connected = any("connected to broker 1" in line for line in process.stderr)
            process.send_signal(signal.SIGTERM)
            _, rest = process.communicate(timeout=_TIMEOUT_S)

    assert connected
    assert process.returncode == 0, rest


def test_a_token_that_is_away_is_one_line_and_status_78(pki: Pki, uri: str, certificate: Path, tmp_path: Path) -> None:
    config = configured(tmp_path, pki, certificate, uri.replace("token=ansim", "token=elsewhere"), 8883)

    ran = subprocess.run(agent("check", config), capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)

    assert ran.returncode == 78
    assert ran.stderr.count("\n") == 1
    assert "pkcs11:token=elsewhere;object=device: no such token; is it plugged in, and may this user" in ran.stderr


def test_who_has_no_token_has_loaded_nothing_for_one(tmp_path: Path) -> None:
    config = make_site(tmp_path / "store", [8883]).config
    code = "import sys; from device.cli import main; main(); print(*sys.modules)"

    command = [sys.executable, "-c", code, "check", "--config", str(config)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S)

    loaded = set(ran.stdout.split())
    assert "drivers.keystore" in loaded
    assert not {name for name in loaded if name == "ctypes" or name.startswith("drivers.pkcs11")}
