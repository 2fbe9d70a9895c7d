"""`ansim-agent` as somebody types it, or as systemd starts it."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.site import make_bench_site
from device.cli import main
from device.config.examples import BANK
from sim.broker.embedded import EmbeddedBroker
from sim.site import Site, make_site
from tests.pki import Pki
from tests.ports import deaf_port


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The program sets logging up for its whole process, which here is that of all tests."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A store whose broker is away: the agent must arm all the same."""
    return make_site(tmp_path / "store", [deaf_port()])


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


def test_check_says_what_it_found(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", str(site.config)]) == 0
    assert capsys.readouterr().out == "store-0042: good; 6 zones, 2 indicators\n"


def test_check_speaks_json_to_machines(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", "--config", str(site.config)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "ok": True,
        "device": "store-0042",
        "zones": 6,
        "indicators": 2,
        "doors": 0,
    }


@pytest.mark.parametrize("command", ["check", "run"])
def test_bad_configuration_is_one_line_and_status_78(
    command: str, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    text = site.config.read_text().replace('pin = "GPIO5"', 'pin = "GPIO99"')
    site.config.write_text(text)

    assert main([command, "--config", str(site.config)]) == 78

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert f'{site.config}: zone[2] "panic-bell".pin = "GPIO99"' in captured.err


def test_faults_are_in_the_json_too(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.config.write_text(site.config.read_text().replace('type = "panic"', 'type = "panik"'))

    assert main(["check", "--json", "--config", str(site.config)]) == 78

    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"ok": False, "faults": captured.err.splitlines()}


def test_of_files_that_are_missing_each_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "agent.toml"
    config.write_text(BANK.replace("/var/lib/ansim", str(tmp_path)))

    assert main(["check", "--config", str(config)]) == 78

    said = capsys.readouterr().err.splitlines()
    names = ("bank-map.toml", "identity/device.key", "identity/device.crt", "identity/ca.crt")
    missing = [str(tmp_path / name) for name in (*names, "identity/control-room.jwks.json")]
    assert [line.partition(":")[0] for line in said] == missing


def test_key_that_others_can_read_is_refused(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    key = site.config.parent / "device.key"
    key.chmod(0o640)

    assert main(["run", "--config", str(site.config)]) == 78

    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert str(key) in captured.err


def test_wrong_usage_is_one_line_and_status_64(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fly"])

    assert ended.value.code == 64
    assert capsys.readouterr().err.count("\n") == 1


def test_agent_arms_without_a_network_and_ends_in_good_order(site: Site) -> None:
    with _agent(site) as process:
        _wait_for_line(process, "is armed")
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=20)

    assert process.returncode == 0, rest
    assert "Traceback" not in rest


def test_agent_connects_to_a_broker(tmp_path: Path, broker: EmbeddedBroker) -> None:
    with _agent(make_site(tmp_path / "store", [broker.port])) as process:
        _wait_for_line(process, "connected to broker 1")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)

    assert process.returncode == 0


def test_agent_that_has_read_its_identity_has_loaded_nothing_of_enrolment(tmp_path: Path) -> None:
    config = make_bench_site(tmp_path / "store", Pki(tmp_path), "mqtts://127.0.0.1:8883", zones=1).config
    code = "import sys; from device.cli import main; main(); print(*sys.modules)"
    command = [sys.executable, "-c", code, "check", "--config", str(config)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)

    loaded = set(found.stdout.split())
    assert "drivers.leaf" in loaded
    unwanted = {"device.enrol", "drivers.authorities", "drivers.https", "drivers.est_client", "cryptography.x509"}
    assert not loaded & unwanted


def test_pin_back_end_that_is_missing_is_one_line_and_status_69(site: Site) -> None:
    with _agent(site, factory="nosuch") as process:
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 69
    assert errors.count("\n") == 1


def test_second_agent_with_the_same_state_dir_is_one_line_and_status_69(site: Site) -> None:
    with _agent(site) as first:
        try:
            _wait_for_line(first, "is armed")
            with _agent(site) as second:
                try:
                    _, errors = second.communicate(timeout=20)
                finally:
                    second.kill()
        finally:
            first.terminate()
            first.communicate(timeout=20)

    assert (first.returncode, second.returncode) == (0, 69)
    assert errors == f"{site.config.parent}/state: another agent works with this state_dir; stop it first\n"


def test_agent_whose_state_dir_cannot_be_made_arms_all_the_same(site: Site) -> None:
    (site.config.parent / "state").write_text("no folder")

    with _agent(site) as process:
        _wait_for_line(process, "is armed")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert process.returncode == 0


def _agent(site: Site, factory: str = "mock") -> "subprocess.Popen[str]":
    environ = {**os.environ, "GPIOZERO_PIN_FACTORY": factory}
    command = [sys.executable, "-m", "device", "run", "--config", str(site.config)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)


def _wait_for_line(process: "subprocess.Popen[str]", text: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    pytest.fail(f"the agent ended without saying {text!r}")
