"""Who is shut out, and how brokers hear of it."""

import getpass
import json

import pytest
from cryptography import x509

from provisioning.broker.config import Setup
from provisioning.commands import shut
from provisioning.model import Broker, State
from tests.ports import deaf_port
from tests.provisioning.broker.running import running
from tests.provisioning.commands.counter import SECRET, Bad, Counter, check_refused

REFUSED = (
    Bad("revoke", 64, "required: DEVICE"),
    Bad("revoke store-0001 --reason boredom", 64, "(choose from 'stolen', 'lost', 'replaced')"),
    Bad("revoke Store", 64, "'Store'; allowed are 3–40 characters"),
    Bad(("revoke", "\udcff\udcff\udcff"), 64, "allowed are 3–40 characters"),
    Bad("revoke store-9999", 65, "store-9999'"),
    Bad("retire store-9999", 65, "store-9999'"),
    Bad("replan store-9999", 65, "store-9999"),
    Bad("replan store-0001", 65, "store-0001: is planned; allowed are revoked and retired devices"),
    Bad("revoke store-0001 --passphrase-file {here}/s", 78, "issuing.p12: not the", lambda at: at.lay("s", "x" * 20)),
    Bad("revoke store-0001 --passphrase-file {here}/s", 78, "pass phrase: too", lambda at: at.lay("s", "short")),
    Bad("revoke store-0001 --passphrase-file {here}/s", 78, "mode 0640", lambda at: at.lay("s", SECRET, 0o640)),
    Bad("crl --passphrase-file {here}/none", 78, "none: missing"),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: ascii(bad.name))
def test_what_is_not_allowed_is_one_line_and_changes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)


def test_a_device_is_shut_out_at_once_where_there_is_no_broker(counter: Counter) -> None:
    counter.lay_request("store-0001")
    counter.type("sign {here}/store-0001.csr")

    answer = counter.type("revoke store-0001")

    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "store-0001: 1 certificate revoked; in force at no broker\n"
    assert _state(counter, "store-0001") is State.REVOKED
    (key,) = json.loads((counter.office / "devices.jwks.json").read_bytes())["keys"]
    assert key["revoked"]["reason"] == "keyCompromise"
    assert len(list(x509.load_pem_x509_crl((counter.office / "crl.pem").read_bytes()))) == 2


@pytest.mark.parametrize("command", ["revoke store-0001 --no-wait", "crl"])
def test_a_broker_that_is_away_is_named_and_the_rest_is_done(counter: Counter, command: str) -> None:
    (counter.folder / "far").mkdir()
    counter.add_broker(Broker("far.example", 8883, str(counter.folder / "far"), ""))

    answer = counter.type(f"{command} --json")

    assert answer.status == 69
    assert answer.err.startswith("far.example:8883: not running here: ")
    assert answer.err.endswith("; repeat the command when it is back\n")
    assert isinstance(answer.value, dict)
    assert list(answer.value["brokers"]) == ["far.example:8883"]
    assert (counter.folder / "far" / "crl.pem").read_bytes() == (counter.office / "crl.pem").read_bytes()


def test_silent_connections_are_ended_after_a_while(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shut, "LATE_AFTER_S", 1)
    port = deaf_port()
    user = getpass.getuser()
    counter.type(f"broker {{here}}/broker --host localhost --bind 127.0.0.1 --port {port} --user {user}")

    with running(Setup(counter.folder / "broker", ("localhost",), port, "127.0.0.1", user=user)):
        answer = counter.type("revoke store-0001")

    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        f"store-0001: 0 certificates revoked; in force at localhost:{port}",
        "a connection that was opened before and is still silent is ended in 1 s",
    ]


def test_a_box_is_taken_down_and_replaced(counter: Counter) -> None:
    retired = counter.type("retire store-0001 --json")
    again = counter.type("retire store-0001")
    assert _state(counter, "store-0001") is State.RETIRED
    planned = counter.type("replan store-0001")

    assert retired.value == {"device": "store-0001", "certificates": 0, "brokers": {}}
    assert again.status == 0
    assert planned.out == "store-0001: planned; ansim-provision enroll invites it\n"
    assert _state(counter, "store-0001") is State.PLANNED


def test_who_is_shut_out_cannot_be_retired(counter: Counter) -> None:
    counter.revoke("store-0001")

    answer = counter.type("retire store-0001")

    assert (answer.status, answer.out) == (65, "")
    assert answer.err.startswith("ansim-provision: store-0001: is revoked; allowed are ")
    assert _state(counter, "store-0001") is State.REVOKED


def test_a_fresh_list_is_made(counter: Counter) -> None:
    before = (counter.office / "crl.pem").read_bytes()

    answer = counter.type("crl")

    assert (answer.status, answer.out) == (0, "a new revocation list; in force at no broker\n")
    assert (counter.office / "crl.pem").read_bytes() != before


def test_a_list_that_cannot_be_written_is_one_line(counter: Counter) -> None:
    (counter.office / "crl.pem.part").mkdir()

    answer = counter.type("crl")

    assert (answer.status, answer.out) == (78, "")
    assert answer.err == f"ansim-provision: {counter.office}/crl.pem: cannot be written: Is a directory\n"


def _state(counter: Counter, device: str) -> State | None:
    with counter.open() as office:
        found = office.registry.device(device)
    return None if found is None else found.state
