"""A folder that a Mosquitto is started with."""

import getpass
import os
from pathlib import Path

import pytest
from cryptography import x509

from tests.provisioning.commands.counter import Bad, Counter, check_refused

_BROKER = "broker {here}/broker --host broker.example"


def _lay_damaged_crl(counter: Counter) -> None:
    counter.lay("office/crl.pem", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")


REFUSED = (
    Bad("broker --host broker.example", 64, "required: DIR"),
    Bad("broker {here}/broker", 64, "required: --host"),
    Bad(f"{_BROKER} --port 0", 64, "--port: '0'; allowed are 1–65535"),
    Bad(f"{_BROKER} --port 65536", 64, "--port: '65536'; allowed are 1–65535"),
    Bad(f"{_BROKER} --port mqtt", 64, "--port: 'mqtt'; allowed are 1–65535"),
    Bad("broker {here}/broker --host Broker.Example", 65, "server name 'Broker.Example'; allowed are IP addresses"),
    Bad(("broker", "{here}/broker", "--host", ""), 65, "server name ''"),
    Bad(f"{_BROKER} --bind somewhere", 65, "bind = 'somewhere'; allowed is one IP address"),
    Bad((*_BROKER.split(), "--user", "Kim J"), 65, "user = 'Kim J'; allowed is the name of a user"),
    Bad((*_BROKER.split(), "--reload", "true\nfalse"), 64, "only printable characters are allowed"),
    Bad((*_BROKER.split(), "--reload", "\udcff"), 64, "only printable characters are allowed"),
    Bad(("broker", "{here}/a\nb", "--host", "broker.example"), 65, "allowed is an absolute path of printable text"),
    Bad(f"{_BROKER} --passphrase-file {{here}}/none", 78, "none: missing"),
    Bad(f"{_BROKER} --passphrase-file {{here}}/s", 78, "not the right pass phrase", lambda at: at.lay("s", "x" * 20)),
    Bad(f"{_BROKER} --request {{here}}/none", 65, "none: cannot be read"),
    Bad(f"{_BROKER} --request {{here}}/r", 65, "r: not a certificate request", lambda at: at.lay("r", b"\xff" * 64)),
    Bad("broker {here}/passphrase --host b.example", 78, "passphrase: cannot be written: File exists"),
    Bad("broker {here}/passphrase/b --host b.example", 78, "cannot be written: Not a directory"),
    Bad(_BROKER, 78, "issuing.p12: damaged", lambda at: at.lay("office/issuing.p12", b"\xff" * 900)),
    Bad(_BROKER, 78, "issuing.p12: missing", lambda at: (at.office / "issuing.p12").unlink()),
    Bad(_BROKER, 78, "issuing.p12: others can read", lambda at: (at.office / "issuing.p12").chmod(0o644)),
    Bad(_BROKER, 78, "ca.crt: missing", lambda at: (at.office / "ca.crt").unlink()),
    Bad(_BROKER, 78, "ca.crt: damaged", lambda at: at.lay("office/ca.crt", b"\xff", 0o644)),
    Bad(f"{_BROKER} --check", 78, "ca.crt: No such file", lambda at: (at.office / "ca.crt").unlink()),
    Bad(f"{_BROKER} --check", 78, "ca.crt: damaged", lambda at: at.lay("office/ca.crt", b"\xff", 0o644)),
    Bad(_BROKER, 78, "crl.pem: No such file", lambda at: (at.office / "crl.pem").unlink()),
    Bad(_BROKER, 78, "crl.pem: damaged; allowed is a revocation list", _lay_damaged_crl),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: ascii(bad.name)[:90])
def test_what_is_not_allowed_is_one_line_and_changes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)

    assert not (counter.folder / "broker").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to another user")
def test_a_user_that_this_machine_has_not_is_one_line(counter: Counter) -> None:
    answer = counter.type(f"{_BROKER} --user no-such-user")

    with counter.open() as office:
        brokers = office.registry.brokers()
    assert answer.status == 78
    assert answer.err.endswith("no user 'no-such-user' on this machine to give it to\n")
    assert brokers == []


def test_a_folder_is_written_and_proved(counter: Counter) -> None:
    answer = counter.type(f"{_BROKER} --host 127.0.0.1 --port 18883 --user {getpass.getuser()}")

    folder = counter.folder / "broker"
    with counter.open() as office:
        (broker,) = office.registry.brokers()
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"{folder}: good; start it with mosquitto -c {folder}/mosquitto.conf\n"
    assert (broker.host, broker.port, broker.folder) == ("broker.example", 18883, str(folder))
    assert (folder / "crl.pem").read_bytes() == (counter.office / "crl.pem").read_bytes()
    assert (folder / "ca.crt").read_bytes() == (counter.office / "ca.crt").read_bytes()


def test_a_look_at_a_folder_writes_nothing_and_needs_no_pass_phrase(counter: Counter) -> None:
    counter.type(f"{_BROKER} --user {getpass.getuser()}")
    (counter.folder / "broker" / "acl").write_text("topic readwrite #\n")
    before = counter.snapshot()

    answer = counter.type(f"{_BROKER} --user {getpass.getuser()} --check --json --passphrase-file {{here}}/none")

    acl = f"{counter.folder}/broker/acl: not what the office has; write the folder again"
    assert answer.status == 78
    assert answer.value == {"folder": f"{counter.folder}/broker", "faults": [acl]}
    assert answer.err == f"{acl}\n"
    assert counter.snapshot() == before


def test_a_broker_that_has_made_its_own_key_is_given_a_certificate_only(counter: Counter) -> None:
    key = counter.lay_request("broker-7")

    answer = counter.type(f"{_BROKER} --user {getpass.getuser()} --request {{here}}/broker-7.csr")

    folder = counter.folder / "broker"
    assert answer.status == 0
    assert not (folder / "server.key").exists()
    assert _public(folder / "server.crt") == key.public_key()


def test_a_reload_command_that_fails_is_one_line(counter: Counter) -> None:
    answer = counter.type((*_BROKER.split(), "--user", getpass.getuser(), "--reload", "sh -c 'echo no; exit 3'"))

    assert (answer.status, answer.out) == (69, "")
    assert answer.err == "ansim-provision: broker.example:8883: sh: status 3: no\n"


def _public(path: Path) -> object:
    return x509.load_pem_x509_certificate(path.read_bytes()).public_key()
