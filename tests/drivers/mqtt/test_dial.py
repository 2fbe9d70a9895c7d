import socket
from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from drivers.mqtt.brokers import Broker
from drivers.mqtt.dial import DialError, dial
from drivers.mqtt.packet_guard import PacketGuard
from drivers.mqtt.patience import Patience
from drivers.mqtt.resolver import Address
from drivers.mqtt.wire import Wire
from drivers.waker import Waker

_BROKER = Broker("broker.example", 1883, tls=False)


@pytest.fixture
def patience() -> Iterator[Patience]:
    waker = Waker()
    yield Patience(waker, 5, lambda: None)
    waker.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def _at(listener: socket.socket) -> Address:
    return Address(socket.AF_INET, listener.getsockname())


def _nobody() -> Address:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        return _at(reserved)


def test_small_packets_leave_at_once_and_nothing_blocks(patience: Patience, listener: socket.socket) -> None:
    with dial(_BROKER, [_at(listener)], None, patience) as sock:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getblocking() is False


def test_next_address_is_tried(patience: Patience, listener: socket.socket) -> None:
    with dial(_BROKER, [_nobody(), _at(listener)], None, patience) as sock:
        assert sock.getpeername() == listener.getsockname()


def test_silent_address_costs_its_share_of_the_time_only(patience: Patience, listener: socket.socket) -> None:
    with socket.socket() as silent, socket.socket() as one, socket.socket() as other:
        # A full backlog: the kernel drops what else would connect, without a word.
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        for filler in (one, other):
            filler.setblocking(False)
            filler.connect_ex(silent.getsockname())
        waker = Waker()

        with dial(_BROKER, [_at(silent), _at(listener)], None, Patience(waker, 0.4, lambda: None)) as sock:
            assert sock.getpeername() == listener.getsockname()
        waker.close()


def test_reason_names_the_broker(patience: Patience) -> None:
    with pytest.raises(DialError, match=r"broker\.example:1883: Connection refused"):
        dial(_BROKER, [_nobody()], None, patience)


def test_kernel_gives_up_on_what_stays_unacknowledged(patience: Patience, listener: socket.socket) -> None:
    with dial(_BROKER, [_at(listener)], None, patience) as sock:
        Wire(sock, PacketGuard(100, trim=False), SystemClock()).allow_silence(15_000)

        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
