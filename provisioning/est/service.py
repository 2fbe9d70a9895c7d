"""EST as questions and answers (RFC 7030): no socket, no TLS, no clock. One thread: that of the registry.

The request is not bound to its TLS connection by tls-unique (RFC 7030 §3.5): TLS 1.3 has no such value (RFC 8446
appendix C.5), and what would take its place, tls-exporter, is in no client's reach. So a challengePassword in a request
is not looked at. What remains: the request is signed with its own key, and the token is sent only over TLS that the
client has verified.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from cryptography import x509

from device.logic.device_id import is_device_id
from provisioning.authority.authority import Authority
from provisioning.authority.requests import Request as CertificateRequest
from provisioning.authority.requests import read_request
from provisioning.control_room import control_room_jwks
from provisioning.enrolment import NOBODY, Enrolment
from provisioning.errors import DeniedError, ProvisioningError, RefusedError
from provisioning.est import messages
from provisioning.est.limits import Limits, household
from provisioning.model import Certificate
from provisioning.registry.registry import Registry

MAX_DEVICE_FAILURES = 5
MAX_ADDRESS_FAILURES = 20
"""Behind one address stands a whole bench of devices, or a mobile network."""

Headers = tuple[tuple[str, str], ...]

_CHALLENGE: Headers = (("WWW-Authenticate", 'Basic realm="ansim"'),)
_RETRY_LATER: Headers = (("Retry-After", "60"),)


@dataclass(frozen=True, slots=True)
class Request:
    """`headers`: names in lower case. `peer_certificate`: verified by TLS. `address`: without the port."""

    method: str
    path: str
    headers: Headers
    body: bytes
    peer_certificate: x509.Certificate | None
    address: str

    def header(self, name: str) -> str | None:
        """None as well if it stands there more than once: nobody shall choose between two."""
        values = [value for key, value in self.headers if key == name]
        return values[0] if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class Response:
    """What to send; `device` and `reason` are for the log. `issued`: a certificate went out."""

    status: int
    headers: Headers
    body: bytes
    device: str = NOBODY
    reason: str = "-"
    issued: bool = False


@dataclass(frozen=True, slots=True)
class _Asker:
    """`device`: the name as it may be logged. `answers`: for the failures; who fails too often is not heard."""

    device: str
    answers: str


class Service:
    """Answers everything that devices may ask of the office over HTTPS."""

    def __init__(self, authority: Authority, registry: Registry, enrolment: Enrolment) -> None:
        self._registry = registry
        self._enrolment = enrolment
        self._devices = Limits(MAX_DEVICE_FAILURES)
        self._addresses = Limits(MAX_ADDRESS_FAILURES)
        cacerts = Response(200, _typed(messages.CERTIFICATES), messages.certs_only([authority.root, authority.issuing]))
        csrattrs = Response(200, _typed(messages.ATTRIBUTES), messages.base64_lines(messages.CSR_ATTRIBUTES))
        self._routes: dict[str, tuple[str, Callable[[Request, datetime], Response]]] = {
            "/.well-known/est/cacerts": ("GET", lambda *_: cacerts),
            "/.well-known/est/csrattrs": ("GET", lambda *_: csrattrs),
            "/.well-known/est/simpleenroll": ("POST", self._simpleenroll),
            "/.well-known/est/simplereenroll": ("POST", self._simplereenroll),
            "/.well-known/ansim/control-room.jwks.json": ("GET", lambda *_: self._jwks()),
            "/healthz": ("GET", lambda *_: self._healthz()),
        }

    def handle(self, request: Request, now: datetime) -> Response:
        """Never raises a ProvisioningError: what the office cannot do now is a 503."""
        method, answer = self._routes.get(request.path, ("", None))
        if answer is None:
            return refusal(HTTPStatus.NOT_FOUND, f"no such path; allowed are {', '.join(self._routes)}")
        if request.method != method:
            text = f"method not allowed here; allowed is {method}"
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, text, (("Allow", method),))
        try:
            return answer(request, now)
        except ProvisioningError as error:
            # The device needs no details of the office's disk; the log does.
            return _text(
                HTTPStatus.SERVICE_UNAVAILABLE, "the office cannot answer now", _RETRY_LATER, reason=str(error)
            )

    def handshake_refused(self, address: str, reason: str, now: datetime) -> None:
        """A certificate was shown that TLS does not accept: one act, unless this address has had its share of them.

        Raises RegistryError.
        """
        shown_by = household(address)
        if not self._addresses.wait_s(shown_by, now):
            self._addresses.fail(shown_by, now)
            self._enrolment.refuse(
                NOBODY, f"certificate refused in the TLS handshake from {address}: {reason}", 403, now
            )

    def _jwks(self) -> Response:
        return Response(200, _typed(messages.JWKS), control_room_jwks(self._registry.signing_keys()))

    def _healthz(self) -> Response:
        self._registry.acts(1)
        return _text(HTTPStatus.OK, "ok")

    def _simpleenroll(self, request: Request, now: datetime) -> Response:
        credentials = messages.read_basic(request.header("authorization"))
        if credentials is None:
            # The first step of a client that waits to be asked (RFC 7030 §3.2.3): nobody has been refused.
            return refusal(HTTPStatus.UNAUTHORIZED, "device id and token are needed (HTTP Basic)", _CHALLENGE)
        device_id, token = credentials
        asker = _Asker(device_id if is_device_id(device_id) else NOBODY, household(request.address))
        return self._decide(request, asker, now, lambda wanted: self._enrolment.enrol(device_id, token, wanted, now))

    def _simplereenroll(self, request: Request, now: datetime) -> Response:
        peer = request.peer_certificate
        if peer is None:
            return refusal(HTTPStatus.FORBIDDEN, "the device's certificate is needed in the TLS handshake")
        # Its certificate says who it is: it answers for itself, and not for what else goes on behind its address.
        name = _name_of(peer)
        asker = _Asker(name, f"certificate of {name}")
        return self._decide(request, asker, now, lambda wanted: self._enrolment.renew(peer, wanted, now))

    def _decide(
        self, request: Request, asker: _Asker, now: datetime, issue: Callable[[CertificateRequest], Certificate]
    ) -> Response:
        wait_s = self._addresses.wait_s(asker.answers, now)
        if wait_s:
            return _too_many(wait_s, asker.device)
        try:
            issued = issue(self._wanted(request, asker.device, now))
        except DeniedError as denied:
            return self._denied(denied, asker, now)
        body = messages.certs_only([x509.load_pem_x509_certificate(issued.pem.encode("ascii"))])
        reason = f"issued {issued.serial:x}"
        return Response(200, _typed(messages.CERTIFICATES), body, asker.device, reason, issued=True)

    def _wanted(self, request: Request, device_id: str, now: datetime) -> CertificateRequest:
        """The PKCS#10 in the body. Raises DeniedError."""
        if not messages.is_pkcs10(request.header("content-type")):
            reason = f"wrong Content-Type; allowed is {messages.PKCS10}"
            raise self._enrolment.refuse(device_id, reason, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, now)
        try:
            return read_request(request.body, "request")
        except RefusedError as error:
            raise self._enrolment.refuse(device_id, str(error), HTTPStatus.BAD_REQUEST, now) from None

    def _denied(self, denied: DeniedError, asker: _Asker, now: datetime) -> Response:
        """Against a device only failures are counted: who holds its token gets in, however many others guess."""
        self._addresses.fail(asker.answers, now)
        wait_s = self._devices.wait_s(asker.device, now)
        self._devices.fail(asker.device, now)
        if wait_s:
            return _too_many(wait_s, asker.device)
        headers = _CHALLENGE if denied.status == HTTPStatus.UNAUTHORIZED else ()
        return _text(denied.status, str(denied), headers, asker.device, str(denied))


def refusal(status: int, text: str, headers: Headers = ()) -> Response:
    """One line of plain text, which is also what the log says."""
    return _text(status, text, headers, reason=text)


def _text(status: int, text: str, headers: Headers = (), device: str = NOBODY, reason: str = "-") -> Response:
    return Response(status, (*_typed(messages.TEXT), *headers), f"{text}\n".encode(), device, reason)


def _too_many(wait_s: int, device: str) -> Response:
    text = f"too many failures; try again in {wait_s} s"
    return _text(HTTPStatus.TOO_MANY_REQUESTS, text, (("Retry-After", str(wait_s)),), device, text)


def _typed(content_type: str) -> Headers:
    return (("Content-Type", content_type),)


def _name_of(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else NOBODY
