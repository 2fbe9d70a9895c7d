"""Who is given a certificate, and who is not: by token, by the certificate before, or at the office. No HTTP here.

One thread: that of the registry.
"""

from datetime import datetime, timedelta

from cryptography import x509

from device.logic.device_id import is_device_id
from provisioning import tokens
from provisioning.authority.authority import Authority
from provisioning.authority.requests import Request
from provisioning.errors import DeniedError, RefusedError
from provisioning.invitation import OPEN, closed
from provisioning.model import Certificate, Purpose, State, Token
from provisioning.registry.registry import Registry

NOBODY = "-"
"""The subject of an act that concerns no device."""

UNAUTHORIZED, FORBIDDEN, BAD_REQUEST = 401, 403, 400

# One text for every token that does not open: it tells a guesser nothing about which half was wrong.
_UNOPENED = "the token is not valid for this device: unknown, wrong, used or expired; ask the office for a new one"
_UNVOUCHED = "the certificate that was shown may not be renewed; ask the office for a new token"


class Enrolment:
    """The rules of the office. Every refusal is a DeniedError, and one act "refused" that names the true reason.

    RegistryError and OfficeError pass through: then nothing was issued.
    """

    def __init__(
        self,
        authority: Authority,
        registry: Registry,
        *,
        lifetime: timedelta | None = None,
    ) -> None:
        """lifetime: of device certificates; None is the authority's own."""
        self._authority = authority
        self._registry = registry
        self._lifetime = lifetime

    def enrol(self, device_id: str, token: str, request: Request, now: datetime) -> Certificate:
        """The certificate for who holds the token. The same key gets the same one again, until the token expires.

        DeniedError: 401 for any token that does not open, 403 if the device may not have a certificate.
        """
        kept = self._opened(device_id, token, request, now)
        self._check(device_id, request, now)
        known = self._known(device_id, request, now)
        # A token that nobody has used yet was given out for a new certificate, whatever key the device has.
        if kept.kid is not None and known is not None:
            return known
        return self._issue(request, now, "enrolled", kept.digest)

    def renew(self, peer: x509.Certificate, request: Request, now: datetime) -> Certificate:
        """The next certificate for who has proved, in TLS, the one before.

        A new key may ask again: it gets the same certificate. The key of the certificate that is shown, which may live
        in a secure element, is certified again in the second half of its lifetime. DeniedError: 400 for a key of
        before that, 403 for a certificate that does not count.
        """
        shown = self._vouched(peer, now)
        self._check(shown.subject, request, now, only=State.ENROLLED)
        known = self._known(shown.subject, request, now)
        if known is not None and known.not_before < shown.not_before:
            raise self.refuse(shown.subject, "the key was given up before; allowed is a new one", BAD_REQUEST, now)
        if known is not None and (known.serial != shown.serial or _is_young(shown, now)):
            return known
        return self._issue(request, now, "renewed")

    def sign(self, request: Request, now: datetime) -> Certificate:
        """A certificate on the word of the operator, who has the request in hand. Issues a new one each time."""
        self._check(request.subject, request, now)
        self._known(request.subject, request, now)
        return self._issue(request, now, "signed")

    def refuse(self, subject: str, reason: str, status: int, now: datetime, words: str | None = None) -> DeniedError:
        """Note a refusal, and give the error to raise. words: what the device is told, if not the reason itself."""
        words = words or reason
        if subject != NOBODY and not is_device_id(subject):
            # Whatever a stranger has typed: short, and printable.
            subject, reason = NOBODY, f"{reason}; named {subject[:40]!a}"
        self._registry.note("refused", subject, reason, now)
        return DeniedError(words, status)

    def _opened(self, device_id: str, token: str, request: Request, now: datetime) -> Token:
        """The token as it is kept, if it opens. It is compared in any case: all refusals take the same time."""
        kept = self._registry.token(device_id)
        same = tokens.matches(token, None if kept is None else kept.digest)
        fault = "wrong token" if kept is not None else "no token is open for this device"
        if kept is not None and same:
            fault = _lapsed(kept, request, now)
            if not fault:
                return kept
        raise self.refuse(device_id, fault, UNAUTHORIZED, now, _UNOPENED)

    def _vouched(self, peer: x509.Certificate, now: datetime) -> Certificate:
        """The certificate that was shown, as it is kept, if it counts."""
        shown = self._registry.certificate(peer.serial_number)
        fault = f"certificate {peer.serial_number:x} is not in the registry"
        if shown is not None and _is_of(shown, peer):
            fault = _void(shown, now)
            if not fault:
                return shown
        raise self.refuse(_name_of(peer), fault, FORBIDDEN, now, _UNVOUCHED)

    def _check(self, device_id: str, request: Request, now: datetime, only: State | None = None) -> None:
        fault = closed(self._registry, device_id, OPEN if only is None else (only,))
        if not fault and request.subject != device_id:
            fault = f"the request is made out to CN {request.subject[:40]!r}; allowed is {device_id!r}"
        if fault:
            raise self.refuse(device_id, fault, FORBIDDEN, now)

    def _known(self, subject: str, request: Request, now: datetime) -> Certificate | None:
        """The newest unexpired certificate that the device was given for this very key; a revoked key is refused."""
        given = [c for c in self._registry.certificates(subject) if c.kid == request.kid]
        if any(certificate.revoked is not None for certificate in given):
            reason = "a certificate of this key was revoked; the device needs a new key"
            raise self.refuse(subject, reason, FORBIDDEN, now)
        return next((c for c in given if c.not_after > now and c.purpose is Purpose.DEVICE), None)

    def _issue(self, request: Request, now: datetime, verb: str, token_digest: bytes | None = None) -> Certificate:
        issued = self._authority.issue(
            request.public_key, request.subject, Purpose.DEVICE, now, lifetime=self._lifetime
        )
        try:
            self._registry.enrol(issued, now, verb, token_digest)
        except RefusedError as error:
            # Somebody at the office was faster: the certificate is thrown away before anybody has seen it.
            raise self.refuse(request.subject, str(error), FORBIDDEN, now) from None
        return issued


def _lapsed(kept: Token, request: Request, now: datetime) -> str:
    """Why a token that is right does not open any more; empty if it does."""
    if kept.expires <= now:
        return f"the token expired at {_stamp(kept.expires)}"
    if kept.kid not in (None, request.kid):
        return "the token was used before, with another key"
    return ""


def _void(shown: Certificate, now: datetime) -> str:
    """Why a certificate that TLS has verified does not count; empty if it does."""
    if shown.purpose is not Purpose.DEVICE:
        return f"certificate {shown.serial:x} is for a {shown.purpose}; allowed is one for a device"
    if shown.revoked is not None:
        return f"certificate {shown.serial:x} is revoked"
    if shown.not_after <= now:
        return f"certificate {shown.serial:x} expired at {_stamp(shown.not_after)}"
    return ""


def _is_young(shown: Certificate, now: datetime) -> bool:
    """More than half of its lifetime is left."""
    return shown.not_after - now > (shown.not_after - shown.not_before) / 2


def _is_of(kept: Certificate, peer: x509.Certificate) -> bool:
    # The serial alone proves nothing: another authority may have used the same number.
    return x509.load_pem_x509_certificate(kept.pem.encode("ascii")) == peer


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _name_of(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else "no name"
