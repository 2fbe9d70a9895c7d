import pytest

from provisioning.authority.server_names import check_server_names
from provisioning.errors import RefusedError


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "broker-a.example",
        "a.b.c.d.example.org",
        "xn--3e0b707e.kr",
        "3com.example",
        "192.0.2.7",
        "2001:db8::7",
        "a" * 62 + ".b",
    ],
)
def test_a_name_or_an_address_is_allowed(name: str) -> None:
    assert check_server_names([name]) == (name,)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "*.example",
        "Broker.example",
        "broker_a.example",
        "-a.example",
        "a-.example",
        "a..example",
        "broker.example.",
        "a" * 64,
        "256.1.1.1",
        "1.2.3",
        "42",
        "fe80::1%eth0",
        "2001:db8::/32",
        "[::1]",
        "broker.example:8883",
        "https://broker.example",
        "안심.kr",
        "a b",
        "a\n",
        "x." * 127 + "ab",
    ],
)
def test_what_no_client_can_check_is_refused(name: str) -> None:
    with pytest.raises(RefusedError) as caught:
        check_server_names(["localhost", name])

    assert str(caught.value).startswith(f"server name {name[:80]!r}; allowed are IP addresses, and DNS names")


def test_a_first_name_that_is_too_long_for_a_cn_is_refused() -> None:
    long = "a" * 40 + "." + "b" * 24

    assert check_server_names(["localhost", long]) == ("localhost", long)
    with pytest.raises(RefusedError, match="the first may have at most 64 characters"):
        check_server_names([long])


def test_no_name_and_too_many_are_refused() -> None:
    for names in ([], [f"a{number}.example" for number in range(33)]):
        with pytest.raises(RefusedError, match=f"^server: {len(names)} names; allowed are 1–32$"):
            check_server_names(names)


def test_a_name_that_is_given_twice_stands_once() -> None:
    assert check_server_names(["b", "a", "b"]) == ("b", "a")
