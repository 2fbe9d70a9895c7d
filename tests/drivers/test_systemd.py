import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.systemd import ServiceManager


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket as systemd has it, and its name as the environment has it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        if request.param == "path":
            name = str(tmp_path / "notify")
            sock.bind(name)
        else:
            sock.bind("")  # the kernel chooses a free abstract name
            name = "@" + sock.getsockname()[1:].decode("ascii")
        sock.settimeout(10)
        yield sock, name


def test_what_systemd_hears(manager: tuple[socket.socket, str]) -> None:
    sock, name = manager
    service = ServiceManager({"NOTIFY_SOCKET": name})

    service.status("armed, 3 zones\nbroker-a: 연결됨")
    service.ready()
    service.alive()
    service.stopping()

    heard = [sock.recv(4096).decode() for _ in range(4)]
    assert heard == ["STATUS=armed, 3 zones broker-a: 연결됨", "READY=1", "WATCHDOG=1", "STOPPING=1"]


@pytest.mark.parametrize("name", [None, "", "vsock:2:1234", "relative/path"])
def test_nothing_is_said_where_nobody_listens(name: str | None) -> None:
    service = ServiceManager({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "10000000"} if name is not None else {})

    service.ready()

    assert service.watchdog_s is None


def test_a_socket_that_is_gone_is_no_error(tmp_path: Path) -> None:
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
    ServiceManager({"NOTIFY_SOCKET": "/" + "x" * 200}).ready()


def test_a_service_manager_that_does_not_read_never_blocks(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "notify"))
        service = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify")})

        for _ in range(2000):  # the queue of a datagram socket holds at most 512 by default
            service.alive()


@pytest.mark.parametrize(
    ("environ", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "10000000"}, 10.0),
        ({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": str(os.getpid())}, 1.5),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "me"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_ours_only_if_it_says_so(environ: dict[str, str], watchdog_s: float | None) -> None:
    assert ServiceManager({"NOTIFY_SOCKET": "/run/systemd/notify", **environ}).watchdog_s == watchdog_s
