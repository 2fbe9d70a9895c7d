"""Ends what a broker still has of somebody who is shut out, and proves that it will not let him in again.

The office has no copy of the revoked key. It revokes a certificate of its own with it, the canary, made for the same
name minutes before: once a broker refuses the canary, it has the list in force and refuses the others on it, too.
"""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from drivers.key_making import Algorithm, make_key
from provisioning.authority.authority import Authority
from provisioning.broker.takeover import identity_context, take_over
from provisioning.errors import ReachError
from provisioning.model import Broker, Certificate, Purpose

# From SIGHUP to a list that is in force Mosquitto takes up to 100 ms; a cluster may fetch it from elsewhere.
PROOF_LIMIT_S = 10.0
_POLL_S = 0.05

Register = Callable[[Certificate], None]


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate of the office's own in somebody else's name, good for minutes. The key is in memory only."""

    certificate: Certificate
    context: ssl.SSLContext


@dataclass(frozen=True, slots=True)
class Evictor:
    """Two identities in one name: the canary has been revoked together with the name, the other has not."""

    subject: str
    canary: Identity
    evictor: Identity

    def prove(self, broker: Broker) -> None:
        """Wait until the broker refuses what is revoked. Raises ReachError."""
        end_s = time.monotonic() + PROOF_LIMIT_S
        while take_over(broker, self.canary.context, self.subject):
            if time.monotonic() > end_s:
                raise ReachError(f"{broker.host}:{broker.port}: still takes revoked certificates: is crl.pem its list?")
            time.sleep(_POLL_S)

    def end(self, broker: Broker) -> None:
        """End the connection that there may be, and delete the session. Raises ReachError."""
        if not take_over(broker, self.evictor.context, self.subject):
            raise ReachError(
                f"{broker.host}:{broker.port}: refuses the office's own certificate: are ca.crt and crl.pem its files?"
            )


def make_identity(authority: Authority, subject: str, register: Register, now: datetime) -> Identity:
    """Raises RefusedError. register: is given the certificate before it is used."""
    key = make_key(Algorithm.P256)
    certificate = authority.issue(key.public_key(), subject, Purpose.EVICTION, now)
    register(certificate)
    return Identity(certificate, identity_context(authority.ca_pem, authority.chain_pem(certificate), key))
