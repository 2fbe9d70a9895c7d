"""The enrolment service, as a process that a service manager starts and ends."""

import http.client
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.provisioning.commands.counter import Bad, Counter, check_refused

_PATIENCE_S = 20.0

REFUSED = (
    Bad("serve --port 65536", 64, "--port: '65536'; allowed are 0–65535"),
    Bad("serve --port https", 64, "--port: 'https'; allowed are 0–65535"),
    Bad("serve --passphrase-file {here}/none", 78, "none: missing"),
    Bad("serve --passphrase-file {here}/s", 78, "issuing.p12: not the right pass", lambda at: at.lay("s", "x" * 20)),
    Bad("serve --office {here}/none", 78, "none: no office"),
    Bad("serve --port 0", 78, "issuing.p12: missing", lambda at: (at.office / "issuing.p12").unlink()),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_is_not_allowed_is_one_line_and_changes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)


def test_devices_reach_it_until_it_is_told_to_end(counter: Counter) -> None:
    with _serving(counter, "--host", "127.0.0.1", "--port", "0") as service:
        line = _line(service)
        status = _healthz(counter, int(line.rpartition(" ")[2]))
        service.terminate()
        out, _ = service.communicate(timeout=_PATIENCE_S)

    assert line.startswith("devices enrol at https://enrol.example:8443; listening on port ")
    assert (status, service.returncode, out) == (200, 0, "")


def test_a_port_that_is_taken_is_one_line(counter: Counter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with _serving(counter, "--host", "127.0.0.1", "--port", str(port)) as service:
            out, err = service.communicate(timeout=_PATIENCE_S)

    assert (service.returncode, out) == (69, "")
    assert err.startswith(f"ansim-provision: cannot listen on '127.0.0.1', port {port}: Address already in use")
    assert err.count("\n") == 1


def test_an_address_of_another_machine_is_one_line(counter: Counter) -> None:
    with _serving(counter, "--host", "192.0.2.1", "--port", "0") as service:
        _, err = service.communicate(timeout=_PATIENCE_S)

    assert service.returncode == 69
    assert err.startswith("ansim-provision: cannot listen on '192.0.2.1', port 0: Cannot assign requested address")
    assert err.count("\n") == 1


@contextmanager
def _serving(counter: Counter, *words: str) -> Iterator[subprocess.Popen[str]]:
    files = ["--office", str(counter.office), "--passphrase-file", str(counter.folder / "passphrase")]
    service = subprocess.Popen(
        [sys.executable, "-m", "provisioning", "serve", *files, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    with service:
        try:
            yield service
        finally:
            service.kill()


def _line(service: subprocess.Popen[str]) -> str:
    assert service.stdout is not None
    return service.stdout.readline().strip()


def _healthz(counter: Counter, port: int) -> int:
    context = ssl.create_default_context(cafile=counter.office / "ca.crt")
    with (
        socket.create_connection(("127.0.0.1", port), _PATIENCE_S) as tcp,
        context.wrap_socket(tcp, server_hostname="enrol.example") as tls,
    ):
        tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: enrol.example\r\nConnection: close\r\n\r\n")
        with http.client.HTTPResponse(tls) as response:
            response.begin()
            response.read()
            return response.status
