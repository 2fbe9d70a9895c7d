import socket
from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from drivers.mqtt.packet_guard import PacketGuard
from drivers.mqtt.wire import Wire


@pytest.fixture
def ends() -> Iterator[tuple[Wire, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    ours.setblocking(False)
    theirs.settimeout(5)
    wire = Wire(ours, PacketGuard(1000, trim=True), SystemClock())
    yield wire, theirs
    wire.close()
    theirs.close()


def _recv(wire: Wire, sock: socket.socket, data: bytes) -> bytes:
    """What the wire reads of `data`, one byte first."""
    sock.sendall(data)
    got = b""
    while len(got) < len(data):
        try:
            got += wire.recv(1 if not got else 100)
        except BlockingIOError:
            continue
    return got


def _send_for_ever(wire: Wire, data: bytes) -> None:
    while True:
        wire.send(data)


def test_bytes_come_in_pieces_of_any_size(ends: tuple[Wire, socket.socket]) -> None:
    wire, theirs = ends
    before_ns = wire.last_in_ns

    assert _recv(wire, theirs, b"\xd0\x00\xd0\x00") == b"\xd0\x00\xd0\x00"
    assert not wire.has_input
    assert wire.last_in_ns > before_ns
    with pytest.raises(BlockingIOError):
        wire.recv(1)


def test_end_by_the_peer_is_told(ends: tuple[Wire, socket.socket]) -> None:
    wire, theirs = ends
    theirs.shutdown(socket.SHUT_WR)
    while wire.failure is None:
        try:
            assert wire.recv(1) == b""
        except BlockingIOError:
            continue

    assert (wire.failure, wire.cut_by_peer) == ("closed by the broker", True)


def test_sending_into_a_closed_connection_tells_how_it_ended(ends: tuple[Wire, socket.socket]) -> None:
    wire, theirs = ends
    theirs.close()
    with pytest.raises(OSError, match=r"Broken pipe|reset by peer"):
        _send_for_ever(wire, b"x")

    assert wire.failure in {"closed by the broker", "connection reset by peer", "broken pipe"}
    assert wire.cut_by_peer


def test_full_socket_takes_nothing_and_that_is_no_failure(ends: tuple[Wire, socket.socket]) -> None:
    wire, _ = ends
    with pytest.raises(BlockingIOError):
        _send_for_ever(wire, bytes(1_000_000))

    assert wire.failure is None


def test_abort_resets_and_may_be_repeated(ends: tuple[Wire, socket.socket]) -> None:
    wire, theirs = ends
    wire.abort()
    wire.abort()

    with pytest.raises(ConnectionResetError):
        theirs.recv(1)
