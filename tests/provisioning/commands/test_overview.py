"""How things stand, as a table that a person reads."""

from datetime import timedelta

import pytest

from provisioning.clock import now_utc
from provisioning.commands import overview
from provisioning.commands.desk import table
from tests.provisioning.commands.counter import SECRET, Bad, Counter, check_refused


@pytest.fixture(autouse=True)
def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that days that are left do not hang on a second."""
    monkeypatch.setattr(overview, "now_utc", lambda: now_utc() + timedelta(hours=1))


def _cut_registry(counter: Counter) -> None:
    data = (counter.office / "registry.db").read_bytes()
    counter.lay("office/registry.db", data[: len(data) // 2])


def _registry_is_folder(counter: Counter) -> None:
    (counter.office / "registry.db").unlink()
    (counter.office / "registry.db").mkdir()


REFUSED = (
    Bad("status --office {here}/none", 78, "none: no office; ansim-provision init makes one, --office names another"),
    Bad("status --office {here}/passphrase", 78, "passphrase: no office"),
    Bad(f"status --office {{here}}/{'x' * 300}", 78, "File name too long"),
    Bad("status", 78, "crl.pem: No such file or directory", lambda at: (at.office / "crl.pem").unlink()),
    Bad("status", 78, "crl.pem: damaged; allowed is a revocation list", lambda at: at.lay("office/crl.pem", b"\xff")),
    Bad("status", 74, "registry.db: not a registry", lambda at: at.lay("office/registry.db", b"\xff" * 9999)),
    Bad("status", 74, "registry.db: not a registry", lambda at: at.lay("office/registry.db", b"")),
    Bad("status", 74, "registry.db: ", _cut_registry),
    Bad("status", 78, "no office", _registry_is_folder),
    Bad("log --limit 0", 64, "--limit: '0'; allowed are 1–1000000"),
    Bad("log --limit -5", 64, "--limit: '-5'; allowed are 1–1000000"),
    Bad("log --limit 99999999999999999999", 64, "allowed are 1–1000000"),
    Bad("log --limit all", 64, "--limit: 'all'; allowed are 1–1000000"),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_cannot_be_read_is_one_line_and_changes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)


def test_korean_names_stand_in_columns(counter: Counter) -> None:
    answer = counter.type("status --all")

    assert answer.out.splitlines() == [
        "device        site                   district  is       days left",
        "store-0001    한빛편의점 마포 1호점  마포구    planned",
        "store-0002    Short                  중구      planned",
        "store-0002-b  Short                  중구      planned",
        "store-0003    새벽24 종로            종로구    planned",
        "devices: 4 planned",
        "days left of the revocation list: 29",
    ]


def test_letters_of_a_syllable_that_a_mac_wrote_one_by_one_are_one_syllable() -> None:
    apart = "\u1112\u1161\u11ab"

    assert list(table(("a", "b"), [(apart, "x"), ("한", "y")])) == ["a   b", f"{apart}  x", "한  y"]


def test_only_those_who_need_somebody_are_shown(counter: Counter) -> None:
    answer = counter.type("status")

    assert answer.out == "devices: 4 planned\ndays left of the revocation list: 29\n"


def test_an_office_without_devices_says_so(counter: Counter) -> None:
    counter.type("trial --office {here}/empty")

    answer = counter.type("status --all --office {here}/empty")

    assert answer.out == "devices: none\ndays left of the revocation list: 29\n"


def test_machines_are_told_of_every_device(counter: Counter) -> None:
    counter.lay_request("store-0001")
    counter.type("sign {here}/store-0001.csr")
    counter.type("enroll store-0003")

    answer = counter.type("status --json")

    assert isinstance(answer.value, dict)
    devices = {each["device"]: each for each in answer.value["devices"]}
    assert (devices["store-0001"]["is"], devices["store-0001"]["days_left"]) == ("fine", 364)
    assert devices["store-0003"]["invited_until"] is not None
    assert answer.value["counts"]["invited"] == 1
    assert answer.value["revocation_list_days"] == 29


@pytest.mark.parametrize(
    ("left_days", "says"), [(-2, "has ended, and locks everybody out"), (3, "ends soon, and would lock everybody out")]
)
def test_a_revocation_list_that_runs_out_is_said_aloud(counter: Counter, left_days: int, says: str) -> None:
    with counter.open() as office:
        made = now_utc() if left_days > 0 else now_utc() - timedelta(seconds=1)
        crl = office.unlock(SECRET).revocation_list([], 9, made, timedelta(days=left_days, hours=2))
    counter.lay("office/crl.pem", crl)

    answer = counter.type("status")

    assert answer.status == 0
    assert answer.err == f"the revocation list {says}: ansim-provision crl\n"


def test_the_log_names_who_did_what(counter: Counter) -> None:
    counter.type("enroll store-0001")

    answer = counter.type("log --limit 1")

    head, act = answer.out.splitlines()
    assert head.split() == ["at", "who", "did", "to", "what"]
    assert act.split()[2:4] == ["invited", "store-0001"]


def test_the_log_for_machines_is_a_list(counter: Counter) -> None:
    answer = counter.type("log --json")

    assert isinstance(answer.value, list)
    assert {tuple(each) for each in answer.value} == {("at", "who", "did", "to", "what")}
