"""Writes the folder that a Mosquitto is started with.

Written again, it keeps key and certificate while they are good.
"""

import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from drivers.files import Files
from drivers.jwk import PrivateKey, PublicKey
from drivers.key_making import Algorithm, key_pem, make_key
from drivers.mqtt.access_list import access_list
from provisioning.authority.authority import Authority
from provisioning.broker.config import (
    ACL_FILE,
    CA_FILE,
    CERTIFICATE_FILE,
    CONFIG_FILE,
    CRL_FILE,
    DATA_FOLDER,
    KEY_FILE,
    Setup,
    config_text,
)
from provisioning.broker.server_files import certificate_faults, read_chain, read_public_half
from provisioning.errors import OfficeError
from provisioning.model import Certificate, Purpose

RENEW_BEFORE = timedelta(days=60)
"""A server certificate that ends sooner is replaced."""

Register = Callable[[Certificate], None]


def write_folder(
    setup: Setup,
    authority: Authority,
    crl: bytes,
    register: Register,
    now: datetime,
    *,
    public_key: PublicKey | None = None,
    files: Files | None = None,
) -> Certificate | None:
    """The server's certificate if a new one was made, None if the old one is kept. OfficeError, RefusedError.

    crl: the office's, in PEM. register: is given a new certificate before it is used anywhere.
    public_key: of the request of a broker that keeps its key to itself; then no key is written.
    """
    files = files or Files()
    try:
        _make_folders(setup)
        made = None if _is_good(setup, authority, public_key, now) else _issue(setup, authority, public_key, now)
        if made is not None:
            register(made[0])
            _write_identity(setup, authority, *made, files)
        _write_rest(setup, authority, crl, files)
    except OfficeError:
        raise
    except OSError as error:
        raise OfficeError(f"{setup.folder}: cannot be written: {error.strerror}") from None
    return None if made is None else made[0]


def _make_folders(setup: Setup) -> None:
    setup.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    data = setup.folder / DATA_FOLDER
    data.mkdir(mode=0o700, exist_ok=True)
    _give(data, setup.user)


def _is_good(setup: Setup, authority: Authority, public_key: PublicKey | None, now: datetime) -> bool:
    try:
        key = public_key or read_public_half(setup.folder / KEY_FILE)
        chain = read_chain(setup.folder / CERTIFICATE_FILE)
    except OfficeError:
        return False
    return not certificate_faults(chain, authority.issuing, key, setup.names, now, RENEW_BEFORE)


def _issue(
    setup: Setup, authority: Authority, public_key: PublicKey | None, now: datetime
) -> tuple[Certificate, PrivateKey | None]:
    key = None
    if public_key is None:
        key = make_key(Algorithm.P256)
        public_key = key.public_key()
    return authority.issue(public_key, setup.names[0], Purpose.SERVER, now, names=setup.names), key


def _write_identity(
    setup: Setup, authority: Authority, certificate: Certificate, key: PrivateKey | None, files: Files
) -> None:
    """Cut off between the two, they do not fit, and the next writing makes both anew."""
    if key is not None:
        pem = key_pem(key)
        files.write(setup.folder / KEY_FILE, pem, 0o600)
        _give(setup.folder / KEY_FILE, setup.user)
    files.write(setup.folder / CERTIFICATE_FILE, authority.chain_pem(certificate).encode("ascii"), 0o644)


def _write_rest(setup: Setup, authority: Authority, crl: bytes, files: Files) -> None:
    files.write(setup.folder / CA_FILE, authority.ca_pem.encode("ascii"), 0o644)
    files.write(setup.folder / CRL_FILE, crl, 0o644)
    # Later versions of Mosquitto refuse an access list that others can read.
    files.write(setup.folder / ACL_FILE, access_list(setup.control_room).encode("ascii"), 0o600)
    _give(setup.folder / ACL_FILE, setup.user)
    files.write(setup.folder / CONFIG_FILE, config_text(setup).encode("utf-8"), 0o644)


def _give(path: Path, user: str) -> None:
    """To the broker, which has left root behind when it reads; who is not root starts it as himself."""
    if os.geteuid() != 0:
        return
    try:
        shutil.chown(path, user)
    except LookupError:
        raise OfficeError(f"{path}: no user {user!r} on this machine to give it to") from None
