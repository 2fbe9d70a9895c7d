"""The office's enrolment service as a device asks it (RFC 7030, RFC 8951). Nothing from there is believed too early.

The first question, for the authorities, is asked of whoever answers; only what is below the root with the told
fingerprint is kept. Every other question is asked under TLS against exactly these authorities, host name and all.
"""

import base64
import ssl
from collections.abc import Mapping
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

from drivers.authorities import UNREADABLE, Authorities
from drivers.https import Https
from drivers.identity_files import Pair
from drivers.mqtt.tls import own_context

_EST = "/.well-known/est"
_KEYS = "/.well-known/ansim/control-room.jwks.json"


class EstClient:
    """One thread. Every method raises EstError."""

    def __init__(self, https: Https, now: datetime) -> None:
        self._https = https
        self._now = now

    def fetch_ca(self, root_fingerprint: str) -> Authorities:
        """The first meeting (RFC 7030 §4.1.1): the root with this fingerprint, and the authorities below it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # Whoever answers: the fingerprint says whether it is worth anything, and no secret is sent.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        found = self._authorities(context)
        try:
            believed = found.below(root_fingerprint)
            believed.check_valid(self._now)
        except ValueError as error:
            raise self._https.unbelievable(str(error)) from None
        return believed

    def ca(self, trusted: Authorities) -> Authorities:
        """The authorities as the office names them now."""
        return self._authorities(_verifying(trusted))

    def enrol(self, trusted: Authorities, device_id: str, token: str, request: bytes) -> x509.Certificate:
        """A first certificate. request: PKCS#10, DER."""
        credentials = base64.b64encode(f"{device_id}:{token}".encode()).decode("ascii")
        return self._certificate(
            "simpleenroll", _verifying(trusted), request, {"Authorization": f"Basic {credentials}"}
        )

    def renew(self, trusted: Authorities, pair: Pair, request: bytes) -> x509.Certificate:
        """The next certificate. pair: of the one before; KeyFileError if it cannot be used. request: PKCS#10, DER."""
        context = _verifying(trusted, own_context(pair.certificate, pair.key))
        return self._certificate("simplereenroll", context, request, {})

    def control_room_keys(self, trusted: Authorities) -> bytes:
        """A JWKS, not yet looked at."""
        return self._https.ask(_verifying(trusted), "GET", _KEYS)

    def _authorities(self, context: ssl.SSLContext) -> Authorities:
        certificates = self._certificates(self._https.ask(context, "GET", f"{_EST}/cacerts"))
        try:
            return Authorities(certificates)
        except ValueError as error:
            raise self._https.unbelievable(str(error)) from None

    def _certificate(
        self, operation: str, context: ssl.SSLContext, request: bytes, headers: Mapping[str, str]
    ) -> x509.Certificate:
        kind = {"Content-Type": "application/pkcs10", "Content-Transfer-Encoding": "base64"}
        body = base64.encodebytes(request)
        certificates = self._certificates(
            self._https.ask(context, "POST", f"{_EST}/{operation}", {**kind, **headers}, body)
        )
        if len(certificates) != 1:
            raise self._https.unbelievable(f"answered with {len(certificates)} certificates; one is allowed")
        return certificates[0]

    def _certificates(self, content: bytes) -> list[x509.Certificate]:
        """RFC 8951 §3: base64 of a certs-only PKCS#7."""
        try:
            return load_der_pkcs7_certificates(base64.b64decode(b"".join(content.split()), validate=True))
        except UNREADABLE:
            raise self._https.unbelievable("answered with something that is not certificates") from None


def _verifying(trusted: Authorities, own: ssl.SSLContext | None = None) -> ssl.SSLContext:
    """own: of a client that shows a certificate."""
    context = own or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=trusted.pem.decode("ascii"))
    return context
