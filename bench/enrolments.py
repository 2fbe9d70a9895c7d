"""Enrolments per second at the real `ansim-provision serve` on loopback; each has its own full TLS 1.3 handshake."""

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from bench.figure import Figure
from bench.head_office import HOST, SITES, HeadOffice
from bench.helper import Helper
from bench.run import Run
from drivers.key_making import Algorithm, make_key
from provisioning.clock import now_utc
from provisioning.est_files import CERTIFICATE, FOLDER, KEY
from provisioning.invitation import invite
from provisioning.office import CA
from tests.provisioning.est.desk import EST, basic, pkcs10

_AT_A_TIME = 16
_TIMEOUT_S = 60.0
_VALID = timedelta(days=1)


def enrolments(run: Run) -> list[Figure]:
    """One after the other, and sixteen at a time; the last with everybody enrolled: what is published has grown."""
    count = 48 if run.quick else 200
    cases = (
        ("one after the other", 1, False),
        (f"{_AT_A_TIME} at a time", _AT_A_TIME, False),
        (f"{_AT_A_TIME} at a time, {SITES} sites enrolled before", _AT_A_TIME, True),
    )
    return [_rate(run.folder / f"enrolling-{number}", count, *case) for number, case in enumerate(cases)]


def _rate(folder: Path, count: int, how: str, at_a_time: int, all_enrolled: bool) -> Figure:
    with HeadOffice(folder) as office:
        if all_enrolled:
            office.enrol_all()
        asked = [_request(office, device) for device in office.devices[:count]]
        context = ssl.create_default_context(cafile=office.folder / CA)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        ours_s, floor_s = _measured_s(office, context, asked, at_a_time)
    return Figure(f"{count} enrolments, {how}", count / ours_s, "per s", count / floor_s)


def _measured_s(
    office: HeadOffice, context: ssl.SSLContext, asked: Sequence[bytes], at_a_time: int
) -> tuple[float, float]:
    place = office.folder / FOLDER
    with Helper("bench.floor_est", str(place / CERTIFICATE), str(place / KEY)) as floor:
        port = floor.wait_for("port")[1]
        floor_s = _took_s(at_a_time, lambda _: _ask(port, context, b""), asked)
    with office.serving():
        return _took_s(at_a_time, lambda data: _enrol(office.port, context, data), asked), floor_s


def _request(office: HeadOffice, device: str) -> bytes:
    """All that a device sends; Ed25519 is what its key is unless somebody wants another."""
    token = invite(office.registry, device, _VALID, now_utc())
    body = pkcs10(make_key(Algorithm.ED25519), device)
    name, value = basic(device, token)
    head = (
        f"POST {EST}/simpleenroll HTTP/1.1",
        f"Host: {HOST}",
        f"{name}: {value}",
        "Content-Type: application/pkcs10",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def _took_s(at_a_time: int, ask: Callable[[bytes], object], asked: Sequence[bytes]) -> float:
    with ThreadPoolExecutor(at_a_time) as pool:
        begun_s = time.monotonic()
        # To its end: whatever went wrong in a thread is raised here.
        list(pool.map(ask, asked))
        return time.monotonic() - begun_s


def _enrol(port: int, context: ssl.SSLContext, data: bytes) -> None:
    answer = _ask(port, context, data)
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise ValueError(f"the service has refused: {answer[:200]!r}")


def _ask(port: int, context: ssl.SSLContext, data: bytes) -> bytes:
    with socket.create_connection((HOST, port), _TIMEOUT_S) as tcp:
        # As http.client has it on the device; else the request waits 40 ms for the other side's acknowledgement.
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(tcp, server_hostname=HOST) as tls:
            tls.sendall(data)
            return b"".join(iter(lambda: tls.recv(65536), b""))
