"""Who is invited and who is signed for; and that a refusal costs nobody anything."""

import shutil
from pathlib import Path

import pytest

from device.enrol.label import parse_label
from provisioning.model import State
from tests.conftest import external
from tests.provisioning.authority.offices import openssl
from tests.provisioning.commands.counter import EST, Bad, Counter, check_refused, request_of
from tests.provisioning.est.desk import new_key


def _revoked_with_request(counter: Counter) -> None:
    counter.revoke("store-0003")
    counter.lay_request("store-0003")


def _two(counter: Counter) -> None:
    counter.lay_request("store-0001")
    counter.lay_request("store-9999")


REFUSED = (
    Bad("enroll", 64, "DEVICE"),
    Bad("enroll Store-1", 64, "'Store-1'; allowed are 3–40 characters a–z"),
    Bad(("enroll", "\udcff\udcfe"), 64, "allowed are 3–40 characters"),
    Bad(("enroll", "a\nb"), 64, r"'a\nb'"),
    Bad("enroll store-0001 --hours 0", 64, "--hours: '0'; allowed are 1–2160"),
    Bad("enroll store-0001 --hours -1", 64, "--hours: '-1'; allowed are 1–2160"),
    Bad("enroll store-0001 --hours 1000000000", 64, "allowed are 1–2160"),
    Bad(f"enroll store-0001 --hours {'9' * 5000}", 64, "allowed are 1–2160"),
    Bad("enroll store-0001 --hours 1.5", 64, "'1.5'; allowed are 1–2160"),
    Bad("enroll store-0001 --hours ٣", 64, "allowed are 1–2160"),
    Bad("enroll store-9999", 65, "store-9999: no such device in the registry"),
    Bad("enroll store-0001 store-9999", 65, "store-9999: no such device"),
    Bad("enroll store-0001 store-0003", 65, "store-0003: the device is revoked", lambda at: at.revoke("store-0003")),
    Bad("sign", 64, "FILE"),
    Bad("sign {here}/none.csr", 65, "none.csr: cannot be read: No such file or directory"),
    Bad("sign {here}", 65, "cannot be read: Is a directory"),
    Bad("sign /dev/zero", 65, "/dev/zero: too big; at most 16384 bytes"),
    Bad("sign {here}/b", 65, "b: not a certificate request", lambda at: at.lay("b", bytes(range(256)))),
    Bad("sign {here}/e", 65, "e: not a certificate request", lambda at: at.lay("e", b"")),
    Bad("sign {here}/Shop.csr", 65, "CN = 'Shop'", lambda at: at.lay_request("Shop")),
    Bad("sign {here}/store-9999.csr", 65, "store-9999: no such device", lambda at: at.lay_request("store-9999")),
    Bad("sign {here}/store-0003.csr", 65, "the device is revoked", _revoked_with_request),
    Bad("sign {here}/store-0001.csr {here}/store-9999.csr", 65, "store-9999: no such", _two),
    Bad("sign {here}/store-0001.csr --passphrase-file {here}/no", 78, "no: missing", _two),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: ascii(bad.name)[:60])
def test_what_is_not_allowed_is_one_line_and_changes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)


def test_an_invitation_is_a_command_to_type_at_the_device(counter: Counter) -> None:
    answer = counter.type("enroll store-0001 --hours 24")

    command, until = answer.out.splitlines()
    label = parse_label(command.split("'")[1])
    assert answer.status == 0
    assert command.startswith("sudo -u ansim ansim-agent enroll --config /etc/ansim/agent.toml 'ansim:store-0001?")
    assert (label.device, label.est) == ("store-0001", EST)
    assert label.token is not None
    assert until.startswith("good until ")
    assert until.endswith(" UTC")


def test_a_device_that_will_come_with_a_stick_needs_no_token(counter: Counter) -> None:
    answer = counter.type("enroll store-0001 --usb")

    (command,) = answer.out.splitlines()
    assert answer.status == 0
    assert " --usb /media/stick 'ansim:store-0001?" in command
    assert parse_label(command.split("'")[1]).token is None
    with counter.open() as office:
        assert office.registry.token("store-0001") is None


def test_a_device_that_is_named_twice_is_invited_once(counter: Counter) -> None:
    answer = counter.type("enroll store-0001 store-0001 store-0003 --json")

    assert answer.status == 0
    assert isinstance(answer.value, dict)
    assert list(answer.value["labels"]) == ["store-0001", "store-0003"]
    with counter.open() as office:
        assert [act.subject for act in office.registry.acts() if act.verb == "invited"] == ["store-0003", "store-0001"]


def test_a_refused_invitation_leaves_the_earlier_token_good(counter: Counter) -> None:
    counter.type("enroll store-0001")
    with counter.open() as office:
        before = office.registry.token("store-0001")

    counter.type("enroll store-0001 store-9999")

    with counter.open() as office:
        assert office.registry.token("store-0001") == before


def test_a_request_from_a_stick_is_answered_beside_it(counter: Counter) -> None:
    counter.lay_request("store-0001", folder="stick")

    answer = counter.type("sign {here}/stick/store-0001.csr")

    stick = counter.folder / "stick"
    assert answer.status == 0
    assert answer.out.startswith("store-0001: signed until 2")
    assert sorted(path.name for path in stick.iterdir()) == [
        "ca.crt",
        "control-room.jwks.json",
        "store-0001.crt",
        "store-0001.csr",
    ]
    assert _verified(stick / "ca.crt", stick / "store-0001.crt")
    with counter.open() as office:
        device = office.registry.device("store-0001")
    assert device is not None
    assert device.state is State.ENROLLED


def test_the_control_room_is_signed_for_as_a_client(counter: Counter) -> None:
    counter.lay("room.csr", request_of(new_key(), "control-room"))

    answer = counter.type("sign {here}/room.csr --json")

    assert isinstance(answer.value, list)
    assert [each["subject"] for each in answer.value] == ["control-room"]
    assert _verified(counter.folder / "ca.crt", counter.folder / "control-room.crt")


def test_an_answer_that_cannot_be_put_there_is_one_line_and_can_be_repeated(counter: Counter) -> None:
    counter.lay_request("store-0001", folder="stick")
    (counter.folder / "stick" / "store-0001.crt").mkdir()

    answer = counter.type("sign {here}/stick/store-0001.csr")

    assert (answer.status, answer.out) == (78, "")
    assert answer.err == f"ansim-provision: {counter.folder}/stick: cannot be written: Is a directory\n"
    (counter.folder / "stick" / "store-0001.crt").rmdir()
    assert counter.type("sign {here}/stick/store-0001.csr").status == 0


def _verified(ca: Path, certificate: Path) -> bool:
    external(shutil.which("openssl"), "apt install openssl")
    return openssl("verify", "-x509_strict", "-CAfile", ca, certificate).returncode == 0
