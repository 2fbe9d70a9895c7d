from pathlib import Path

import pytest

from provisioning.broker.config import Setup, config_text
from provisioning.errors import RefusedError

FOLDER = Path("/srv/broker a")


def make_setup(**changes: object) -> Setup:
    values: dict[str, object] = {"folder": FOLDER, "names": ("broker-a.example",)}
    return Setup(**(values | changes))  # type: ignore[arg-type]  # the wrong values are the point


def lines(setup: Setup) -> list[str]:
    return config_text(setup).splitlines()


def test_only_who_has_a_certificate_is_let_in() -> None:
    found = lines(make_setup())

    for line in (
        "allow_anonymous false",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "tls_version tlsv1.3",
        "crlfile /srv/broker a/crl.pem",
    ):
        assert line in found


def test_there_is_one_listener() -> None:
    assert [line for line in lines(make_setup()) if line.startswith("listener")] == ["listener 8883"]


def test_it_can_listen_on_one_address() -> None:
    assert "listener 8884 192.0.2.7" in lines(make_setup(port=8884, bind="192.0.2.7"))


def test_sessions_and_process_id_can_be_kept_elsewhere() -> None:
    text = config_text(make_setup(), Path("/run/trial"))

    assert "persistence_location /run/trial/data/" in text
    assert "pid_file /run/trial/data/mosquitto.pid" in text
    assert "acl_file /srv/broker a/acl" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"folder": Path("broker")}, "folder = 'broker'; allowed is an absolute path"),
        ({"folder": Path("/srv/a\nallow_anonymous true")}, "folder = "),
        ({"names": ()}, "0 names; allowed are 1"),
        ({"names": ("*.example",)}, "server name '*.example'"),
        ({"port": 0}, "port = 0; allowed are 1–65535"),
        ({"bind": "broker.example"}, "bind = 'broker.example'; allowed is one IP address"),
        ({"bind": "fe80::1%eth0"}, "bind = "),
        ({"control_room": "#"}, "control room = '#'; allowed are"),
        ({"user": "root\nlistener 1883"}, "user = "),
        ({"max_connections": 0}, "max_connections = 0; allowed are"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_one_line(changes: dict[str, object], said: str) -> None:
    with pytest.raises(RefusedError) as refused:
        make_setup(**changes)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
