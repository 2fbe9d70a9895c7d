"""The faulty link, with plain sockets at both ends."""

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from sim.broker.embedded import EmbeddedBroker
from sim.network.network import FaultyLink
from sim.network.pipe import Conduct
from tests.mqtt_client import TestClient

TIMEOUT_S = 10.0
# Long enough for loopback to have delivered what it was going to deliver.
NOTHING_COMES_S = 0.1


@pytest.fixture
def far() -> Iterator[socket.socket]:
    """Where the broker listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(TIMEOUT_S)
        yield listening


@pytest.fixture
def link(far: socket.socket) -> Iterator[FaultyLink]:
    with FaultyLink(far.getsockname()[1], seed=7) as running:
        yield running


@pytest.fixture
def pair(link: FaultyLink, far: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    """The device's and the broker's end of one connection."""
    with dial(link) as device, accept(far) as broker:
        yield device, broker


def dial(link: FaultyLink) -> socket.socket:
    return socket.create_connection(("127.0.0.1", link.port), timeout=TIMEOUT_S)


def accept(far: socket.socket) -> socket.socket:
    found, _ = far.accept()
    found.settimeout(TIMEOUT_S)
    return found


def hears_nothing(end: socket.socket) -> bool:
    end.settimeout(NOTHING_COMES_S)
    try:
        end.recv(1)
    except TimeoutError:
        return True
    finally:
        end.settimeout(TIMEOUT_S)
    return False


def read(end: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count and (piece := end.recv(count - len(found))):
        found += piece
    return found


Pair = tuple[socket.socket, socket.socket]


def test_bytes_pass_in_both_directions_and_are_counted(link: FaultyLink, pair: Pair) -> None:
    device, broker = pair

    device.sendall(b"alarm")
    assert read(broker, 5) == b"alarm"
    broker.sendall(b"ok")
    assert read(device, 2) == b"ok"

    seen = link.counters()
    assert (seen.connections, seen.open_now, seen.bytes_up, seen.bytes_down) == (1, 1, 5, 2)


def test_a_closed_end_closes_the_other_after_the_last_byte(link: FaultyLink, pair: Pair) -> None:
    device, broker = pair
    device.sendall(b"last words")
    device.close()

    assert read(broker, 100) == b"last words"
    assert link.counters().open_now == 0


def test_refuse_resets_what_is_open_and_refuses_what_comes(link: FaultyLink, pair: Pair, far: socket.socket) -> None:
    device, broker = pair

    link.refuse()

    for end in (device, broker):
        with pytest.raises(ConnectionResetError):
            end.recv(1)
    with pytest.raises(ConnectionRefusedError):
        dial(link)
    assert link.counters().open_now == 0


def test_up_after_refuse_listens_on_the_same_port(link: FaultyLink, far: socket.socket) -> None:
    port = link.port
    for _ in range(20):
        link.refuse()
        link.up()

    assert link.port == port
    with dial(link) as device, accept(far) as broker:
        device.sendall(b"x")
        assert read(broker, 1) == b"x"


def test_nobody_else_gets_the_port_of_a_refusing_link(link: FaultyLink) -> None:
    link.refuse()

    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", link.port))


def test_in_the_dark_nothing_passes_and_nobody_is_told(link: FaultyLink, pair: Pair) -> None:
    device, broker = pair

    link.black()
    device.sendall(b"up")
    broker.sendall(b"down")

    assert hears_nothing(broker)
    assert hears_nothing(device)
    assert link.counters().bytes_up == 0


def test_what_was_sent_in_the_dark_arrives_late(link: FaultyLink, pair: Pair) -> None:
    device, broker = pair
    link.black()
    device.sendall(b"up")
    broker.sendall(b"down")

    link.up()

    assert read(broker, 2) == b"up"
    assert read(device, 4) == b"down"


def test_who_hung_up_in_the_dark_is_missed_only_afterwards(link: FaultyLink, pair: Pair) -> None:
    device, broker = pair
    link.black()
    device.close()
    assert hears_nothing(broker)

    link.up()

    assert broker.recv(1) == b""


def test_a_connection_made_in_the_dark_reaches_the_broker_afterwards(link: FaultyLink, far: socket.socket) -> None:
    link.black()
    with dial(link) as device:
        device.sendall(b"hello")
        far.settimeout(NOTHING_COMES_S)
        with pytest.raises(TimeoutError):
            far.accept()
        far.settimeout(TIMEOUT_S)

        link.up()

        with accept(far) as broker:
            assert read(broker, 5) == b"hello"


@pytest.mark.parametrize("passes_up", [True, False])
def test_a_half_open_link_passes_one_direction(link: FaultyLink, pair: Pair, passes_up: bool) -> None:
    device, broker = pair

    link.half_open(passes_up=passes_up)
    device.sendall(b"x")
    broker.sendall(b"y")

    heard, deaf = (broker, device) if passes_up else (device, broker)
    assert read(heard, 1)
    assert hears_nothing(deaf)


def test_a_slow_link_delays_and_keeps_order(link: FaultyLink, pair: Pair) -> None:
    device, broker = pair
    link.slow(50, jitter_ms=50)
    sent = b"".join(b"%03d" % number for number in range(200))

    began_s = time.monotonic()
    for start in range(0, len(sent), 3):
        device.sendall(sent[start : start + 3])

    assert read(broker, len(sent)) == sent
    assert time.monotonic() - began_s >= 0.05


def test_reset_ends_open_connections_and_takes_new_ones(link: FaultyLink, pair: Pair, far: socket.socket) -> None:
    device, broker = pair

    link.reset()

    for end in (device, broker):
        with pytest.raises(ConnectionResetError):
            end.recv(1)
    with dial(link), accept(far):
        assert link.counters().connections == 2


def test_a_connection_reset_in_the_dark_was_never_seen_by_the_broker(link: FaultyLink, far: socket.socket) -> None:
    link.black()
    with dial(link) as device:
        device.sendall(b"hello")
        wait_until_open(link, 1)

        link.reset()

        with pytest.raises(ConnectionResetError):
            device.recv(1)
    link.up()
    assert link.counters().open_now == 0


def test_a_reset_before_the_broker_was_dialled_does_not_hang(link: FaultyLink) -> None:
    async def light_and_reset() -> None:
        await link._switch(Conduct())
        await link._reset()

    link.black()
    with dial(link) as device:
        wait_until_open(link, 1)

        link._thread.call(light_and_reset())

        with pytest.raises(ConnectionResetError):
            device.recv(1)


def test_a_flapping_link_comes_and_goes(link: FaultyLink) -> None:
    link.flap(0.02)

    seen: set[bool] = set()
    deadline_s = time.monotonic() + TIMEOUT_S
    while seen != {True, False} and time.monotonic() < deadline_s:
        try:
            dial(link).close()
        except ConnectionError:
            seen.add(False)
        else:
            seen.add(True)
    link.up()

    assert seen == {True, False}
    dial(link).close()


def test_with_the_broker_down_a_connection_is_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    # The reset may come before the kernel has told us that we are connected.
    with FaultyLink(port) as link, pytest.raises(ConnectionResetError), dial(link) as device:
        device.recv(1)


def test_a_reader_that_is_slow_slows_the_writer_and_loses_nothing(pair: Pair) -> None:
    device, broker = pair
    device.settimeout(NOTHING_COMES_S)
    sent = 0
    with contextlib.suppress(TimeoutError):
        while True:
            sent += device.send(b"x" * 65536)

    assert len(read(broker, sent)) == sent


def test_closing_a_link_ends_everything_whatever_its_state(far: socket.socket) -> None:
    for fault in ("up", "refuse", "black", "reset"):
        link = FaultyLink(far.getsockname()[1])
        with dial(link):
            getattr(link, fault)()
            link.close()


def test_an_mqtt_client_lives_through_the_link() -> None:
    with EmbeddedBroker() as broker, FaultyLink(broker.port) as link, TestClient(link.port, "store-1") as store:
        assert store.greeted().reason == "Success"
        store.subscribe("a")
        store.send("a", b"through")

        assert store.next().payload == b"through"


def wait_until_open(link: FaultyLink, count: int) -> None:
    """The kernel accepts before the link does."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while link.counters().open_now != count:
        assert time.monotonic() < deadline_s
