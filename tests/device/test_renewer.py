"""The errand as a process, and what becomes of what it brings: real files, real processes."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from device.config.load import load
from device.credentials import Credentials
from device.renewer import ChildRenewer
from drivers.clock import SystemClock
from drivers.identity_files import IdentityFiles
from drivers.keystore import KeySigner, jwk_of
from drivers.ports import ErrandDone, Fact, Promoted
from tests.builders import make_signer
from tests.pki import Pki

PATIENCE_S = 30
_CONFIG = """\
[device]
id = "store-0042"
state_dir = "{folder}"
[identity]
key = "{folder}/device.key"
certificate = "{folder}/device.crt"
control_room_keys = "{folder}/keys.json"
[mqtt]
brokers = ["mqtts://127.0.0.1:1"]
ca = "{ca}"
[[zone]]
name = "button"
type = "holdup"
pin = "GPIO17"
"""


class _Device:
    """A device with an identity in force, and whatever an errand shall leave behind."""

    def __init__(self, folder: Path, pki: Pki) -> None:
        self.folder = folder
        self._pki = pki
        self.files = IdentityFiles(folder / "device.key", folder / "device.crt")
        self._put("device.key", "device.crt", pki)
        self.trust(make_signer(owner="room"))
        config = folder / "agent.toml"
        config.write_text(_CONFIG.format(folder=folder, ca=pki.ca), encoding="utf-8")
        self.credentials = Credentials(load(config))
        self.facts: SimpleQueue[Fact] = SimpleQueue()
        self.shown: list[object] = []
        self._renewer: ChildRenewer | None = None

    def _put(self, key: str, certificate: str, pki: Pki) -> None:
        made = pki.make_device("store-0042")
        made.key.rename(self.folder / key)
        made.certificate.rename(self.folder / certificate)

    def stage(self) -> None:
        self._put("device.key.next", "device.crt.next", self._pki)

    def trust(self, room: KeySigner) -> None:

        path = self.folder / "keys.json"
        path.write_text(json.dumps({"keys": [jwk_of(room)]}), encoding="utf-8")
        path.chmod(0o644)

    def renewer(self, program: str) -> ChildRenewer:
        """program: what the child does, in Python."""
        command = (sys.executable, "-c", program)
        self._renewer = ChildRenewer(
            self.credentials,
            command,
            self.shown.append,
            self.facts.put,
            SystemClock(),
            self.credentials.load_staged(),
        )
        return self._renewer

    def errand(self, program: str) -> ErrandDone:
        self.renewer(program).run_errand()
        return self.done()

    def done(self) -> ErrandDone:
        fact = self.facts.get(timeout=PATIENCE_S)
        assert isinstance(fact, ErrandDone)
        return fact

    def promoted(self) -> Promoted:
        fact = self.facts.get(timeout=PATIENCE_S)
        assert isinstance(fact, Promoted)
        return fact

    def close(self) -> None:
        if self._renewer is not None:
            self._renewer.close()


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def device(tmp_path: Path, pki: Pki) -> Iterator[_Device]:
    device = _Device(tmp_path, pki)
    yield device
    device.close()


def test_errand_that_brings_nothing_is_done_and_tells_the_keys(device: _Device) -> None:
    done = device.errand("pass")

    assert (done.failed, done.staged) == (None, None)
    assert done.keys is not None


def test_next_connection_trusts_the_authorities_that_the_errand_has_brought(device: _Device) -> None:
    before = device.credentials.in_force.tls

    device.errand("pass")

    (after,) = device.shown
    assert after is not None
    assert after is not before


def test_errand_during_a_trial_leaves_the_trial_alone(device: _Device) -> None:
    device.stage()
    renewer = device.renewer("pass")
    renewer.present(staged=True)

    renewer.run_errand()
    device.done()

    assert len(device.shown) == 1


def test_errand_that_fails_is_told_with_its_last_line(device: _Device) -> None:
    done = device.errand("import sys; print('warning', file=sys.stderr); sys.exit('the office is not reached')")

    assert done.failed == "the office is not reached"


def test_errand_that_says_nothing_is_told_with_its_exit_status(device: _Device) -> None:
    assert device.errand("raise SystemExit(7)").failed == "exit status 7"


def test_what_an_errand_says_is_bounded_and_printable(device: _Device) -> None:
    done = device.errand("import sys; sys.exit('\\x1b[31m' + 'x' * 10_000)")

    assert done.failed is not None
    assert len(done.failed) <= 300
    assert done.failed.isprintable()


def test_program_that_is_missing_is_an_errand_that_failed(device: _Device) -> None:
    renewer = ChildRenewer(
        device.credentials, ["/nonexistent/program"], device.shown.append, device.facts.put, SystemClock()
    )

    renewer.run_errand()
    done = device.done()
    renewer.close()

    assert done.failed is not None
    assert "No such file" in done.failed


def test_staged_identity_is_found_shown_and_put_in_force(device: _Device) -> None:
    renewer = device.renewer("pass")
    device.stage()
    renewer.run_errand()
    done = device.done()
    assert done.staged is not None

    renewer.present(staged=True)
    renewer.promote()

    assert device.promoted().failed is None
    assert (device.files.staged(), len(device.shown)) == (None, 2)
    assert Credentials(load(device.folder / "agent.toml")).in_force.identity.signer.kid == done.staged.signer.kid


def test_identity_that_is_not_proved_is_hidden_again(device: _Device) -> None:
    device.stage()
    renewer = device.renewer("pass")

    renewer.present(staged=True)
    renewer.present(staged=False)

    assert device.shown[1] is device.credentials.in_force.tls
    assert device.shown[0] is not device.shown[1]


def test_what_was_not_proved_is_not_put_in_force_in_place_of_what_was(device: _Device) -> None:
    device.stage()
    renewer = device.renewer("pass")
    renewer.present(staged=True)
    device.stage()
    renewer.run_errand()
    device.done()

    renewer.promote()

    failed = device.promoted().failed
    assert failed is not None
    assert "another identity was staged" in failed
    assert device.files.staged() is not None


def test_identity_that_cannot_be_written_is_told(device: _Device, monkeypatch: pytest.MonkeyPatch) -> None:
    device.stage()
    renewer = device.renewer("pass")
    renewer.present(staged=True)

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(device.credentials, "promote", full)
    renewer.promote()

    assert device.promoted().failed == "[Errno 28] No space left on device"


def test_keys_that_cannot_be_used_are_a_failure_and_no_keys(device: _Device) -> None:
    (device.folder / "keys.json").write_text("{}", encoding="utf-8")

    done = device.errand("pass")

    assert done.keys is None
    assert done.failed is not None
    assert "keys.json" in done.failed


def test_agent_that_ends_takes_its_errand_with_it(device: _Device) -> None:
    ready = device.folder / "ready"
    renewer = device.renewer(f"import os, signal; os.mkfifo({str(ready)!r}); open({str(ready)!r}, 'w'); signal.pause()")
    renewer.run_errand()
    _wait_for_writer(ready)

    renewer.close()

    done = device.done()
    assert done.failed == "exit status -15"


def _wait_for_writer(fifo: Path) -> None:

    while not fifo.exists():
        os.sched_yield()
    with fifo.open("rb") as reader:
        reader.read()
