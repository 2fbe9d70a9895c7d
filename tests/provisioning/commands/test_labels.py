"""What an installer takes along: labels, a configuration, a card."""

import stat
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from device.config.load import parse
from device.enrol.label import parse_label
from provisioning.agent_config import bank_wiring
from provisioning.model import Broker
from provisioning.tokens import matches
from tests.provisioning.commands.counter import EST, Bad, Counter, check_refused
from tests.provisioning.seoul import seoul_csv

_BROKER = Broker("broker.example", 8883, "/srv/broker", "")
_WHEEL = "ansim_edge-0.3.0-py3-none-any.whl"
_ZONE = '[[zone]]\nname = "door"\ntype = "hotline"\npin = "GPIO5"\n'


def _wired(text: str | bytes, status: int, says: str) -> Bad:
    def lay(counter: Counter) -> None:
        counter.lay("w.toml", text)

    return Bad("labels --all --out {here}/out --wiring {here}/w.toml", status, says, lay)


def _card(words: str, status: int, says: str) -> Bad:
    def prepare(counter: Counter) -> None:
        counter.add_broker(_BROKER)
        counter.lay(_WHEEL, b"PK")
        counter.type("enroll store-0001")

    return Bad(f"card store-0001 --wheel {{here}}/{_WHEEL} --out {{here}}/out {words}", status, says, prepare)


def _revoke_both(counter: Counter) -> None:
    counter.revoke("store-0002")
    counter.revoke("store-0002-b")


REFUSED = (
    Bad("labels --out {here}/out", 65, "labels: no site is named; allowed are sites of the registry, or --all"),
    Bad("labels store-9999 --out {here}/out", 65, "store-9999: no such site in the registry"),
    Bad("labels store-0001 store-9999 --visit --out {here}/out", 65, "store-9999: no such site"),
    Bad("labels Store! --out {here}/out", 64, "'Store!'; allowed are 3–40 characters"),
    Bad("labels store-0002 --out {here}/out", 65, "store-0002: all of its devices are shut out", _revoke_both),
    Bad("labels --all --visit --hours 0 --out {here}/out", 64, "--hours: '0'; allowed are 1–2160"),
    Bad("labels --all --out {here}/passphrase", 78, "passphrase: cannot be made: File exists"),
    Bad("labels --all --out {here}/passphrase/in", 78, "in: cannot be made: Not a directory"),
    Bad(("labels", "--all", "--out", "{here}/out", "--call", "a\x1b[2J"), 64, "only printable characters are allowed"),
    Bad("labels --all --out {here}/out --wiring {here}/none", 65, "none: cannot be read"),
    Bad("labels --all --out {here}/out --wiring /dev/zero", 65, "/dev/zero: too big; at most 262144 bytes"),
    _wired(b"\xff\xfe", 65, "w.toml: not UTF-8; TOML is written in UTF-8"),
    _wired("[[zone]\n", 78, "w.toml: line 1, column 7: not TOML"),
    _wired('# one\n# two\nname = "door\n', 78, "w.toml: line 3, column 13: not TOML"),
    _wired('[[zone]]\nname = "door"\ntype = "nothing"\npin = "GPIO5"\n', 78, 'w.toml: zone[1] "door".type = "nothing"'),
    _wired("keepalive_s = 60\n" + _ZONE, 78, "w.toml: keepalive_s = 60: unknown key"),
    _wired('[device]\nid = "other"\n', 78, "w.toml: line"),
    Bad("config", 64, "required: DEVICE"),
    Bad("config store-0001 --bank --wiring {here}/w.toml", 64, "not allowed with argument --bank"),
    Bad("config store-9999", 65, "store-9999: no such device in the registry"),
    Bad("config store-0001", 65, "store-0001: no broker yet; ansim-provision broker writes one"),
    Bad("card store-0001 --out {here}/out --wheel {here}/w", 65, "store-0001: no broker yet"),
    _card("--wheel {here}/none.whl", 65, "none.whl: allowed is the wheel of ansim-edge"),
    _card(f"--wheel {{here}}/no/{_WHEEL}", 65, "cannot be read: No such file"),
    _card("--lock {here}/none.lock", 65, "none.lock: cannot be read"),
    _card("--kernel-line", 65, "cmdline.txt: missing; allowed is the mounted boot partition"),
    _card("--out {here}/passphrase", 78, "passphrase: cannot be written: Not a directory"),
    _card("--hours 2161", 64, "allowed are 1–2160"),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: ascii(bad.name)[:90])
def test_what_is_not_allowed_is_one_line_and_changes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)

    assert not (counter.folder / "out").exists()


def test_each_site_has_a_sheet_that_only_its_owner_can_read(counter: Counter) -> None:
    answer = counter.type("labels --all --out {here}/out")

    sheets = sorted((counter.folder / "out").iterdir())
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"3 sheets in {counter.folder}/out; print them at 100 %\n"
    assert [path.name for path in sheets] == ["store-0001.svg", "store-0002.svg", "store-0003.svg"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in sheets} == {0o600}
    assert "한빛편의점" in "".join(ElementTree.parse(sheets[0]).getroot().itertext())


def test_a_bank_whose_wiring_is_handed_in_has_it_on_a_label_of_its_own(counter: Counter) -> None:
    bank = Path("docs/examples/bank.toml").read_text(encoding="utf-8")
    counter.lay("bank.toml", bank[bank.index("[bank]") :])

    answer = counter.type("labels store-0003 --wiring {here}/bank.toml --out {here}/out")

    said = list(ElementTree.parse(counter.folder / "out" / "store-0003.svg").getroot().itertext())
    assert (answer.status, answer.err) == (0, "")
    assert "cabinet NC" in said[said.index("Ansim 안심 · 배선 Wiring") :]


def test_a_site_that_is_named_twice_gets_one_sheet_and_one_token(counter: Counter) -> None:
    answer = counter.type("labels store-0001 store-0001 --visit --json --out {here}/out")

    assert answer.value == [f"{counter.folder}/out/store-0001.svg"]
    with counter.open() as office:
        assert [act.subject for act in office.registry.acts() if act.verb == "invited"] == ["store-0001"]


def test_a_device_that_is_shut_out_gets_no_label_and_keeps_nobody_from_theirs(counter: Counter) -> None:
    counter.revoke("store-0001")
    counter.revoke("store-0002")

    answer = counter.type("labels --all --visit --out {here}/out --json")

    assert answer.status == 0
    assert isinstance(answer.value, list)
    assert [Path(name).name for name in answer.value] == ["store-0002.svg", "store-0003.svg"]
    assert "store-0002-b" in (counter.folder / "out" / "store-0002.svg").read_text()


def test_labels_for_all_stores_are_printed_in_one_go(counter: Counter) -> None:
    counter.lay("list.csv", seoul_csv(150, 0, seed=3))
    counter.type("trial --office {here}/city")
    counter.type("import {here}/list.csv --office {here}/city")

    answer = counter.type("labels --all --office {here}/city --json --out {here}/out")

    assert isinstance(answer.value, list)
    assert len(answer.value) == 150
    assert answer.err == ""


def test_a_configuration_is_what_the_agent_reads(counter: Counter) -> None:
    counter.add_broker(_BROKER)

    answer = counter.type("config store-0003")

    config = parse(answer.out, "agent.toml")
    assert answer.status == 0
    assert (config.device.id, config.mqtt.brokers[0].host) == ("store-0003", "broker.example")
    assert config.identity.est == EST
    assert tomllib.loads(answer.out)["device"]["site"] == {
        "name": "새벽24 종로",
        "district": "종로구",
        "latitude": 37.573,
        "longitude": 126.979,
    }


def test_a_bank_is_printed_as_an_example_with_its_own_name_place_and_brokers(counter: Counter) -> None:
    counter.add_broker(_BROKER)

    answer = counter.type("config store-0003 --bank")

    config = parse(answer.out, "agent.toml")
    assert answer.status == 0
    assert (config.device.id, config.mqtt.brokers[0].host) == ("store-0003", "broker.example")
    assert config.bank is not None
    assert "put in the doors, ports, chips and pins of yours" in answer.out
    assert answer.out.endswith(bank_wiring().text)


def test_a_store_says_how_a_bank_is_printed(counter: Counter) -> None:
    counter.add_broker(_BROKER)

    assert "# A store. A locker bank: ansim-provision config --bank.\n" in counter.type("config store-0003").out


def test_a_configuration_for_machines_is_the_same_text(counter: Counter) -> None:
    counter.add_broker(_BROKER)
    counter.lay("w.toml", _ZONE)

    answer = counter.type("config store-0001 --wiring {here}/w.toml --json")

    assert isinstance(answer.value, dict)
    assert answer.value["device"] == "store-0001"
    assert answer.value["config"].endswith(_ZONE)


def test_a_card_has_the_token_that_counts(counter: Counter) -> None:
    counter.add_broker(_BROKER)
    counter.lay(_WHEEL, b"PK")

    answer = counter.type(f"card store-0001 --wheel {{here}}/{_WHEEL} --out {{here}}/card --hours 5")

    label = parse_label((counter.folder / "card" / "ansim" / "label.txt").read_text())
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"{counter.folder}/card: a card for store-0001; it enrols within 5 hours, or needs a new one\n"
    with counter.open() as office:
        token = office.registry.token("store-0001")
    assert token is not None
    assert label.token is not None
    assert matches(label.token, token.digest)


def test_a_device_that_is_shut_out_gets_no_card(counter: Counter) -> None:
    counter.add_broker(_BROKER)
    counter.revoke("store-0001")
    counter.lay(_WHEEL, b"PK")

    answer = counter.type(f"card store-0001 --wheel {{here}}/{_WHEEL} --out {{here}}/card")

    assert answer.status == 65
    assert answer.err == (
        "ansim-provision: store-0001: the device is revoked; allowed is planned or enrolled: ansim-provision replan\n"
    )
    assert not (counter.folder / "card").exists()
