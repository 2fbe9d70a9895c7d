import pytest

from drivers.errors import MqttError
from drivers.mqtt.brokers import Broker, parse_broker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mqtts://broker-a.example:8884", Broker("broker-a.example", 8884, tls=True)),
        ("mqtts://broker-a.example", Broker("broker-a.example", 8883, tls=True)),
        ("mqtts://192.0.2.7", Broker("192.0.2.7", 8883, tls=True)),
        ("mqtts://[2001:DB8::1]:1", Broker("2001:db8::1", 1, tls=True)),
        ("mqtt://127.0.0.1", Broker("127.0.0.1", 1883, tls=False)),
        ("mqtt://127.9.9.9:65535", Broker("127.9.9.9", 65535, tls=False)),
        ("mqtt://[::1]:1883", Broker("::1", 1883, tls=False)),
        ("mqtt://localhost", Broker("localhost", 1883, tls=False)),
    ],
)
def test_address_is_read(text: str, expected: Broker) -> None:
    assert parse_broker(text) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected mqtts://host"),
        ("broker.example", "expected mqtts://host"),
        ("mqtts://", "expected mqtts://host"),
        ("mqtts://broker.example/", "without user, path or query"),
        ("mqtts://broker.example:8883/path", "without user, path or query"),
        ("mqtts://broker.example?x=1", "without user, path or query"),
        ("mqtts://broker.example\n", "expected mqtts://host"),
        (" mqtts://broker.example", "expected mqtts://host"),
        ("mqtts://broker.example:", "expected mqtts://host"),
        ("mqtts://broker.example:123456", "expected mqtts://host"),
        ("mqtts://broker.example:65536", "port 65536, expected 1 to 65535"),
        ("mqtts://broker.example:0", "port 0, expected 1 to 65535"),
        ("mqtts://[::zz]", "expected mqtts://host"),
        ("mqtts://[1::2::3]", "not an IPv6 address"),
        ("https://broker.example", "unknown scheme 'https'"),
        ("MQTTS://broker.example", "expected mqtts://host"),
        ("mqtt://broker.example", "loopback addresses only"),
        ("mqtt://192.0.2.7", "loopback addresses only"),
        ("mqtt://localhost.example", "loopback addresses only"),
        ("mqtt://0.0.0.0", "loopback addresses only"),
    ],
)
def test_address_that_can_never_work_is_refused_in_one_line(text: str, complaint: str) -> None:
    with pytest.raises(MqttError, match=complaint) as refused:
        parse_broker(text)

    assert "\n" not in str(refused.value)


def test_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(MqttError, match="without user") as refused:
        parse_broker("mqtts://store:secret@broker.example")

    assert "secret" not in str(refused.value)


def test_address_reads_as_people_write_it() -> None:
    assert str(parse_broker("mqtts://[::1]")) == "[::1]:8883"
    assert str(parse_broker("mqtts://broker.example:1")) == "broker.example:1"
