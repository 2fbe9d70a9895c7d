"""TLS towards a broker: our certificate, the one CA we trust, and reasons that people can act on."""

import re
import ssl
from pathlib import Path

from drivers.errors import KeyFileError
from drivers.key_place import KeyPlace, is_in_token

_ALERT = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_ALERT_(\w+)")


def client_context(ca: Path, certificate: Path, key: KeyPlace) -> ssl.SSLContext:
    """TLS 1.2 or newer, the broker's name checked against its certificate, ours shown.

    Raises KeyFileError naming the file that is missing, unreadable or not what it should be.
    """
    context = own_context(certificate, key)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _trust(context, ca)
    return context


def own_context(certificate: Path, key: KeyPlace) -> ssl.SSLContext:
    """A client's context that shows our certificate, and trusts nobody yet. Raises KeyFileError."""
    _expect_pem(certificate, "CERTIFICATE")
    _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate)
    return _from_token(certificate, key) if is_in_token(key) else _from_files(certificate, Path(key))


def _from_token(certificate: Path, key: str) -> ssl.SSLContext:
    # ctypes and the token's module: only who has a token pays for them.
    from drivers.pkcs11.key import TOKENS  # noqa: PLC0415
    from drivers.pkcs11.tls import token_context  # noqa: PLC0415

    return token_context(certificate, TOKENS.key(key))


def _from_files(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _expect_pem(key, "PRIVATE KEY")
    try:
        # An empty password keeps OpenSSL from asking at a terminal for the password of an encrypted key.
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as fault:
        if fault.reason == "KEY_VALUES_MISMATCH":
            raise KeyFileError(f"{key}: does not belong to the certificate {certificate}") from None
        raise KeyFileError(f"{key}: not a private key that TLS can use, expected unencrypted PKCS#8 PEM") from None
    return context


def tls_reason(fault: ssl.SSLError) -> str:
    """Why TLS failed, in words; what the other side objected to is said to be its words."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"certificate of the broker: {fault.verify_message.rstrip('.')}"
    reason = fault.reason or fault.strerror or "unknown reason"
    alert = _ALERT.fullmatch(reason)
    words = (alert[1] if alert else reason).replace("_", " ").lower()
    return f"TLS refused by the broker: {words}" if alert else f"TLS failed: {words}"


def _trust(context: ssl.SSLContext, file: Path) -> None:
    _expect_pem(file, "CERTIFICATE")
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise KeyFileError(f"{file}: not a certificate in PEM") from None


def _expect_pem(file: Path, label: str) -> None:
    try:
        text = file.read_bytes()
    except OSError as fault:
        raise KeyFileError(f"{file}: {fault.strerror}") from None
    if not re.search(rb"-----BEGIN (?:[A-Z0-9]+ )*" + label.encode("ascii") + b"-----", text):
        raise KeyFileError(f"{file}: no {label.lower()} in PEM found")
