"""A whole office at once."""

import shutil
import stat

import pytest

from tests.conftest import external
from tests.provisioning.authority.offices import openssl
from tests.provisioning.commands.counter import Bad, Counter, check_refused


def _twice(counter: Counter) -> None:
    counter.lay_request("store-0001")
    counter.lay_request("store-0001", "again")


REFUSED = (
    Bad("trial", 78, "office: is an office already; allowed is another folder"),
    Bad("trial --office {here}/passphrase", 78, "passphrase: cannot be made: File exists"),
    Bad("trial --office {here}/new {here}/none.csr", 65, "none.csr: cannot be read"),
    Bad("trial --office {here}/new {here}/r", 65, "r: not a certificate request", lambda at: at.lay("r", b"\xff" * 99)),
    Bad("trial --office {here}/new {here}/store-0001.csr {here}/again.csr", 65, "store-0001: two requests", _twice),
    Bad("trial --office {here}/new --port 0", 64, "--port: '0'; allowed are 1–65535"),
    Bad("trial --office {here}/new --host a_b", 65, "server name 'a_b'; allowed are IP addresses"),
    Bad("trial --office {here}/new --host local%host", 65, "server name 'local%host'"),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_is_not_allowed_is_one_line_and_makes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)

    assert not (counter.folder / "new").exists()


def test_requests_are_answered_at_once(counter: Counter) -> None:
    for name in ("store-0001", "store-0002", "control-room"):
        counter.lay_request(name, folder=name)
    requests = [f"{{here}}/{name}/{name}.csr" for name in ("store-0001", "store-0002", "control-room")]

    answer = counter.type(("trial", *requests, "--office", "{here}/new"))

    new = counter.folder / "new"
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"{new}: an office for trials; devices: store-0001, store-0002\n"
    assert stat.S_IMODE((new / "passphrase").stat().st_mode) == 0o600
    external(shutil.which("openssl"), "apt install openssl")
    for name in ("store-0001", "store-0002", "control-room"):
        certificate = counter.folder / name / f"{name}.crt"
        assert openssl("verify", "-x509_strict", "-CAfile", new / "ca.crt", certificate).returncode == 0
    server = new / "broker" / "server.crt"
    assert openssl("verify", "-purpose", "sslserver", "-CAfile", new / "ca.crt", server).returncode == 0


def test_a_trial_goes_on_as_any_office_does(counter: Counter) -> None:
    made = counter.type("trial --office {here}/new --host ::1 --port 18883 --json")

    crl = counter.type("crl --office {here}/new --passphrase-file {here}/new/passphrase --json")
    assert isinstance(made.value, dict)
    assert made.value["devices"] == []
    assert len(made.value["fingerprint"]) == 64
    # The broker has never been started: it is named, and that is all.
    assert crl.status == 69
    assert isinstance(crl.value, dict)
    assert list(crl.value["brokers"]) == ["::1:18883"]
