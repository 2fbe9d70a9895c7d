import re
from pathlib import Path

import pytest

from drivers.pkcs11.uri import TokenUri, parse_uri

QUERY = "?module-path=/usr/lib/m.so&pin-source=file:/etc/ansim/pin"
WHOLE = f"pkcs11:token=ansim;object=device{QUERY}"


def test_a_uri_names_token_key_module_and_the_file_of_the_pin() -> None:
    uri = parse_uri(WHOLE)

    assert uri == TokenUri("ansim", None, "device", None, Path("/usr/lib/m.so"), Path("/etc/ansim/pin"))


def test_order_is_free_and_values_are_decoded() -> None:
    uri = parse_uri(
        "pkcs11:type=private;id=%01%ff;serial=42;token=Store%200042%3b"
        "?pin-source=file:/run/a%26b&module-path=/usr/lib/m%2Eso"
    )

    assert uri == TokenUri("Store 0042;", "42", None, b"\x01\xff", Path("/usr/lib/m.so"), Path("/run/a&b"))


def test_for_people_it_is_short_and_holds_no_path() -> None:
    assert str(parse_uri(f"pkcs11:token=ansim;serial=7;object=device;id=%0a{QUERY}")) == (
        "pkcs11:token=ansim;serial=7;object=device;id=0a"
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("/etc/ansim/device.key", 'does not begin with "pkcs11:"'),
        ("PKCS11:token=a", 'does not begin with "pkcs11:"'),
        (f"pkcs11:object=device{QUERY}", '"token" is missing'),
        (f"pkcs11:token=ansim{QUERY}", 'neither "object" nor "id" is named'),
        (f"pkcs11:{QUERY}", 'neither "object" nor "id" is named'),
        (f"pkcs11:token=ansim;object=device;type=public{QUERY}", '"type" is not "private"'),
        (f"pkcs11:token=ansim;token=ansim;object=device{QUERY}", '"token" stands twice'),
        (f"pkcs11:token=;object=device{QUERY}", '"token" is empty or holds a character that has to be written as %XX'),
        (f"pkcs11:token=a b;object=device{QUERY}", '"token" is empty or holds a character'),
        (f"pkcs11:token=a%2;object=device{QUERY}", '"token" is empty or holds a character'),
        (f"pkcs11:token=%ff;object=device{QUERY}", '"token" is not UTF-8'),
        (f"pkcs11:token=a%0a;object=device{QUERY}", '"token" is not printable'),
        (f"pkcs11:token=ansim;slot-id=0{QUERY}", "an attribute that is not one of token, serial, object, id, type"),
        (f"pkcs11:token=ansim;object=device;{QUERY}", "an attribute that is not one of token"),
        (f"{WHOLE}&module-name=m", "an attribute that is not one of module-path, pin-source"),
        ("pkcs11:token=ansim;object=device?pin-source=file:/pin", '"module-path" is missing'),
        ("pkcs11:token=ansim;object=device?module-path=/m.so", '"pin-source" is missing'),
        ("pkcs11:token=ansim;object=device", '"module-path" is missing'),
        (WHOLE.replace("/usr", "usr"), '"module-path" is not /… (an absolute path)'),
        (WHOLE.replace("file:/", "/"), '"pin-source" is not file:/… (an absolute path)'),
        (WHOLE.replace("file:", "file:x"), '"pin-source" is not file:/… (an absolute path)'),
        (WHOLE.replace("file:", "%7cfile:"), '"pin-source" is not file:/… (an absolute path)'),
        (WHOLE + "/" * 4096, "longer than 4096 characters"),
    ],
)
def test_every_fault_is_one_clear_line(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(fault)}"):
        parse_uri(text)


@pytest.mark.parametrize("text", [f"{WHOLE}&pin-value=271828", f"pkcs11:pin-value=271828;token=a;object=b{QUERY}"])
def test_a_pin_in_the_uri_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match='"pin-value" puts the PIN into the configuration') as caught:
        parse_uri(text)

    assert "271828" not in str(caught.value)
