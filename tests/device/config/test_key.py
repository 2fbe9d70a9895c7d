import pytest

from device.config.load import parse
from tests.device.config.store import faults_in, spoil

KEY = '"/etc/ansim/device.key"'
URI = "pkcs11:token=ansim;object=device?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/ansim/pin"
ALLOWED = (
    '"pkcs11:token=…;object=…?module-path=/…&pin-source=file:/…" '
    "(RFC 7512; serial and id may be named too, the PIN itself never) is allowed"
)


def test_a_key_may_be_in_a_token() -> None:
    assert parse(spoil(KEY, f'"{URI}"'), "store.toml").identity.key == URI


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("pkcs11:", 'neither "object" nor "id" is named'),
        (URI.replace("token=ansim;", ""), '"token" is missing'),
        (f"{URI}&pin-value=271828", '"pin-value" puts the PIN into the configuration; allowed is "pin-source=file:/…"'),
    ],
)
def test_a_uri_that_names_no_key_is_one_line_that_does_not_repeat_it(written: str, fault: str) -> None:
    faults = faults_in(spoil(KEY, f'"{written}"'))

    assert faults == (f'store.toml: identity.key = "pkcs11:…": {fault}; {ALLOWED}',)


def test_no_other_file_may_be_in_a_token() -> None:
    faults = faults_in(spoil('"/etc/ansim/device.crt"', f'"{URI}"'))

    assert faults[0].endswith(": an absolute path is allowed")
