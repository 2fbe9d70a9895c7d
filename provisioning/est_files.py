"""The enrolment service's own key and certificate, in the office's folder `est`."""

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from drivers.files import Files
from drivers.key_making import Algorithm, key_pem, make_key
from provisioning.authority.authority import Authority
from provisioning.broker.server_files import certificate_faults, read_chain, read_public_half
from provisioning.errors import OfficeError
from provisioning.model import Purpose
from provisioning.registry.registry import Registry

FOLDER = "est"
KEY = "server.key"
CERTIFICATE = "server.crt"
RENEW_BEFORE = timedelta(days=60)


def certify_est(folder: Path, authority: Authority, registry: Registry, est: str, now: datetime) -> bool:
    """See to it that the service has a certificate that is good for a while; True if a new one was made. OfficeError.

    folder: the office's. est: the address that devices are given; the certificate is made out to its host.
    """
    place = folder / FOLDER
    host = urlsplit(est).hostname or ""
    if _is_good(place, authority, host, now):
        return False
    key = make_key(Algorithm.P256)
    certificate = authority.issue(key.public_key(), host, Purpose.SERVER, now)
    registry.add_certificate(certificate, now)
    pem = key_pem(key)
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        # Cut off between the two, they do not fit, and the next call makes both anew.
        Files().write(place / KEY, pem, 0o600)
        Files().write(place / CERTIFICATE, authority.chain_pem(certificate).encode("ascii"), 0o644)
    except OSError as error:
        raise OfficeError(f"{place}: cannot be written: {error.strerror}") from None
    return True


def _is_good(place: Path, authority: Authority, host: str, now: datetime) -> bool:
    try:
        chain, key = read_chain(place / CERTIFICATE), read_public_half(place / KEY)
    except OfficeError:
        return False
    return not certificate_faults(chain, authority.issuing, key, (host,), now, RENEW_BEFORE)
