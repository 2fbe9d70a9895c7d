import pytest

from device.config.load import parse
from tests.device.config.store import GOOD, faults_in, spoil

KEYS = 'control_room_keys = "/etc/ansim/control-room.jwks.json"\n'
ALLOWED = "https://HOST or https://HOST:PORT is allowed"


def test_without_an_enrolment_service_nothing_is_renewed() -> None:
    assert parse(GOOD, "store.toml").identity.est is None


@pytest.mark.parametrize("written", ["https://enrol.example:8443", "https://enrol.example:8443/"])
def test_the_enrolment_service_is_read(written: str) -> None:
    config = parse(spoil(KEYS, f'{KEYS}est = "{written}"\n'), "store.toml")

    assert config.identity.est == "https://enrol.example:8443"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('"http://enrol.example"', '"http://enrol.example"'),
        ('"https://me:pw@enrol.example"', '"https://…@enrol.example"'),
        ("8443", "8443"),
    ],
)
def test_an_address_that_is_none_is_one_line(written: str, shown: str) -> None:
    faults = faults_in(spoil(KEYS, f"{KEYS}est = {written}\n"))

    assert faults == (f"store.toml: identity.est = {shown}: {ALLOWED}",)
