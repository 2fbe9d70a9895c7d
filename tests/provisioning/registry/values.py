"""Small values for tests of the registry: no real keys, no real certificates."""

from datetime import UTC, datetime, timedelta

from provisioning.model import Certificate, Plan, Purpose, SigningKey, Site, Token

NOW = datetime(2031, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
STORE, OTHER = "store-0001", "store-0002"
DIGEST = b"d" * 32
# The longest serial number: 159 bits.
SERIAL = (1 << 159) - 1
PLANS = (
    Plan(
        Site("gangnam-1", "강남 1호점", "테헤란로 1", "강남구", 37.5, 127.04, "김 +82-2-555-0100"),
        (STORE, "store-0001-b"),
    ),
    Plan(Site("mapo-1", "마포 1호점"), (OTHER,)),
)


def certificate(
    subject: str = STORE, serial: int = SERIAL, *, kid: str = "", purpose: Purpose = Purpose.DEVICE, days: int = 365
) -> Certificate:
    """kid: by default one of its own for each subject."""
    until = NOW + timedelta(days=days)
    return Certificate(serial, subject, purpose, kid or f"key of {subject}", '{"kty":"OKP"}', NOW, until, "PEM\n")


def token(device: str = STORE, digest: bytes = DIGEST, kid: str | None = None) -> Token:
    return Token(device, digest, NOW + timedelta(days=7), kid)


def signing_key(kid: str) -> SigningKey:
    return SigningKey(kid, '{"kty":"OKP"}', NOW)
