"""Proves a broker's folder before anybody relies on it.

Each fault is one line: the file, what is wrong with it, what is allowed.
"""

import stat
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from drivers.mqtt.access_list import access_list
from provisioning.broker.config import (
    ACL_FILE,
    CA_FILE,
    CERTIFICATE_FILE,
    CONFIG_FILE,
    CRL_FILE,
    KEY_FILE,
    Setup,
    config_text,
)
from provisioning.broker.server_files import (
    certificate_faults,
    crl_faults,
    read_chain,
    read_crl,
    read_file,
    read_public_half,
)
from provisioning.broker.trial import try_folder
from provisioning.errors import OfficeError

CERTIFICATE_SPARE = timedelta(days=30)
CRL_SPARE = timedelta(days=7)
"""What has less time left than this is a fault: someone has to act while there is time."""

_OTHERS = 0o077


def folder_faults(setup: Setup, ca_pem: str, crl: bytes, now: datetime, program: Path | None) -> list[str]:
    """None: all is well. ca_pem, crl: the office's own. program: a Mosquitto to try the folder with.

    A broker that keeps its key to itself is not tried here.
    """
    issuing = x509.load_pem_x509_certificates(ca_pem.encode("ascii"))[0]
    has_key = (setup.folder / KEY_FILE).exists()
    faults = [
        *_content_faults(setup.folder / CONFIG_FILE, config_text(setup).encode("utf-8")),
        *_content_faults(setup.folder / ACL_FILE, access_list(setup.control_room).encode("ascii")),
        *_content_faults(setup.folder / CA_FILE, ca_pem.encode("ascii")),
        *_content_faults(setup.folder / CRL_FILE, crl),
        *_identity_faults(setup, issuing, now, has_key=has_key),
        *_list_faults(setup.folder / CRL_FILE, issuing, now),
        *(_mode_faults(setup.folder / KEY_FILE) if has_key else ()),
    ]
    if not faults and has_key and program is not None:
        fault = try_folder(setup, program)
        faults += [] if fault is None else [f"{setup.folder / CONFIG_FILE}: {fault}"]
    return faults


def _content_faults(path: Path, expected: bytes) -> Iterator[str]:
    try:
        found = read_file(path)
    except OfficeError as error:
        yield str(error)
        return
    if found != expected:
        yield f"{path}: not what the office has; write the folder again"


def _identity_faults(setup: Setup, issuing: x509.Certificate, now: datetime, *, has_key: bool) -> Iterator[str]:
    path = setup.folder / CERTIFICATE_FILE
    try:
        chain = read_chain(path)
        key = read_public_half(setup.folder / KEY_FILE) if has_key else None
    except OfficeError as error:
        yield str(error)
        return
    yield from _of(path, certificate_faults(chain, issuing, key, setup.names, now, CERTIFICATE_SPARE))


def _list_faults(path: Path, issuing: x509.Certificate, now: datetime) -> Iterator[str]:
    try:
        crl = read_crl(path)
    except OfficeError as error:
        yield str(error)
        return
    yield from _of(path, crl_faults(crl, issuing, now, CRL_SPARE))


def _mode_faults(path: Path) -> Iterator[str]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        yield f"{path}: others can read or change it: mode {mode:04o}, allowed is {mode & ~_OTHERS:04o}"


def _of(path: Path, faults: Iterable[str]) -> Iterator[str]:
    return (f"{path}: {fault}" for fault in faults)
