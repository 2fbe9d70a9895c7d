import pytest

from drivers.est_address import parse_est


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://enrol.example:8443", ("enrol.example", 8443)),
        ("https://enrol.example/", ("enrol.example", 443)),
        ("https://192.0.2.7", ("192.0.2.7", 443)),
        ("https://[2001:db8::7]:8443", ("2001:db8::7", 8443)),
    ],
)
def test_an_address_is_host_and_port(url: str, address: tuple[str, int]) -> None:
    assert parse_est(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "enrol.example",
        "http://enrol.example",
        "https://",
        "https://enrol.example:0",
        "https://enrol.example:65536",
        "https://enrol.example:8443/path",
        "https://me:pw@enrol.example",
        "https://enrol.example?x",
        "https://enrol..example",
        "https://enrol example",
        "https://enrol.example\n",
        "https://엔롤.example",
        f"https://{'a' * 64}.example",
        f"https://{'a.' * 200}a",
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(url: str) -> None:
    with pytest.raises(ValueError, match="allowed is https://HOST or https://HOST:PORT"):
        parse_est(url)
