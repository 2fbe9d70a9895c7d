"""The configuration of a device, from what the registry knows."""

import tomllib

import pytest

from device.config.load import parse
from device.errors import ConfigError
from provisioning.agent_config import Wiring, agent_config, read_wiring, store_wiring
from provisioning.errors import RefusedError
from provisioning.model import Broker, Site

_EST = "https://enrol.example:8443"
_SITE = Site("store-0001", "한빛편의점 마포", "월드컵로 1", "마포구", 37.566, 126.902, "김 점장 +82-2-1")
_BROKERS = (Broker("broker.example", 8883, "/srv/a", ""), Broker("2001:db8::1", 8884, "/srv/b", ""))


def _config(wiring: Wiring, site: Site = _SITE) -> str:
    return agent_config("store-0001", site, _EST, _BROKERS, wiring)


def test_a_store_is_configured_whole() -> None:
    text = _config(store_wiring())

    config = parse(text, "agent.toml")
    assert config.device.id == "store-0001"
    assert [(broker.host, broker.port, broker.tls) for broker in config.mqtt.brokers] == [
        ("broker.example", 8883, True),
        ("2001:db8::1", 8884, True),
    ]
    assert {zone.name for zone in config.zones} >= {"counter-button", "phone", "lid"}


def test_who_is_to_be_called_never_leaves_the_office() -> None:
    assert "점장" not in _config(store_wiring())


def test_what_the_list_does_not_say_is_left_out() -> None:
    said = tomllib.loads(_config(store_wiring(), Site("store-0001", "x")))

    assert said["device"]["site"] == {"name": "x"}


@pytest.mark.parametrize("name", ['24" Store', "back\\slash", "'''", '"""', "# no comment", "]", "편의점 = 1"])
def test_no_name_breaks_out_of_its_string(name: str) -> None:
    said = tomllib.loads(_config(store_wiring(), Site("store-0001", name, name, name)))

    assert said["device"]["site"] == {"name": name, "address": name, "district": name}


def test_a_device_without_a_broker_is_refused() -> None:
    with pytest.raises(RefusedError, match="store-0001: no broker yet; ansim-provision broker writes one"):
        agent_config("store-0001", _SITE, _EST, [], store_wiring())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[zone]\n", "w.toml: line 1, column 7: not TOML"),
        ("\n\n[[zone]]\nname = \n", "w.toml: line 4, column 8: not TOML"),
        ("keepalive_s = 60\n", "w.toml: keepalive_s = 60: unknown key"),
        ('[mqtt]\nca = "/tmp/mine"\n', "w.toml: line"),
        ('device.id = "other"\n', "w.toml: line"),
        ("[secret]\n", "w.toml: secret"),
    ],
)
def test_a_wiring_with_a_fault_is_named_with_its_own_lines(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        _config(Wiring(text, "w.toml"))

    assert raised.value.faults[0].startswith(says)


def test_labels_read_the_same_wiring() -> None:
    assert read_wiring(store_wiring()).zones == parse(_config(store_wiring()), "agent.toml").zones
