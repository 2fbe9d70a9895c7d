"""TLS with a key in a token: Python's `ssl` takes keys from files only, the OpenSSL below it takes them from anywhere.

Asked is the OpenSSL that Python's own `_ssl` is linked to, found through that file, so there is never a second one.
- The key is an EC_KEY whose signing is a call back into this process (EC_KEY_METHOD, OpenSSL 1.1 to 3).
- The SSL_CTX of a new context is told by OpenSSL itself, to whoever asked to hear of new ones (CRYPTO_EX_new); no
  structure of Python's is read.
- What OpenSSL holds on to lives as long as the process: one method, and one EVP_PKEY for each key.
"""

import _ssl
import ctypes
import logging
import ssl
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_long, c_size_t, c_uint, c_void_p
from functools import cache
from pathlib import Path
from threading import local
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from drivers.errors import KeyFileError
from drivers.pkcs11.key import TokenKey

_LOG = logging.getLogger(__name__)

# crypto.h and obj_mac.h of OpenSSL 3.
_CLASS_SSL_CTX = 1
_NID_P256 = 415
_OPENSSL_MAJOR = 3
_DIGEST_BYTES = 32

# What OpenSSL calls, as long as the process lives.
_KEPT: list[object] = []

_NEW = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_int, c_long, c_void_p)
_SIGN = CFUNCTYPE(c_int, c_int, c_void_p, c_int, c_void_p, POINTER(c_uint), c_void_p, c_void_p, c_void_p)
_PROTOTYPES = {
    "CRYPTO_get_ex_new_index": (c_int, (c_int, c_long, c_void_p, _NEW, c_void_p, c_void_p)),
    "EC_KEY_OpenSSL": (c_void_p, ()),
    "EC_KEY_METHOD_new": (c_void_p, (c_void_p,)),
    "EC_KEY_METHOD_set_sign": (None, (c_void_p, _SIGN, c_void_p, c_void_p)),
    "EC_KEY_new_by_curve_name": (c_void_p, (c_int,)),
    "EC_KEY_oct2key": (c_int, (c_void_p, c_char_p, c_size_t, c_void_p)),
    "EC_KEY_set_method": (c_int, (c_void_p, c_void_p)),
    "EC_KEY_free": (None, (c_void_p,)),
    "EVP_PKEY_new": (c_void_p, ()),
    "EVP_PKEY_set1_EC_KEY": (c_int, (c_void_p, c_void_p)),
    "SSL_CTX_use_certificate_chain_file": (c_int, (c_void_p, c_char_p)),
    "SSL_CTX_use_PrivateKey": (c_int, (c_void_p, c_void_p)),
    "SSL_CTX_check_private_key": (c_int, (c_void_p,)),
    "ERR_clear_error": (None, ()),
}


def token_context(certificate: Path, key: TokenKey) -> ssl.SSLContext:
    """A client's context that shows the certificate and signs with the key; nothing is trusted yet.

    Raises KeyFileError if the two do not belong together, or if this Python's OpenSSL is not one that can do it.
    """
    openssl = _openssl()
    context, address = openssl.new_context()
    try:
        if openssl.call("SSL_CTX_use_certificate_chain_file", address, bytes(certificate)) != 1:
            raise KeyFileError(f"{certificate}: not a certificate in PEM that TLS can use")
        belongs = openssl.call("SSL_CTX_use_PrivateKey", address, _evp_key(key)) == 1
        # A certificate for another kind of key has a place of its own beside ours: the second question finds that.
        if not belongs or openssl.call("SSL_CTX_check_private_key", address) != 1:
            raise KeyFileError(f"{certificate}: belongs to another key than the token's")
    finally:
        # The reasons stay with the thread; the next fault in Python's ssl would be told with them.
        openssl.call("ERR_clear_error")
    return context


class _OpenSsl:
    """The functions of the OpenSSL under Python's ssl, and news of its new contexts. Any thread."""

    def __init__(self, library: ctypes.CDLL) -> None:
        """AttributeError if it has not all of them."""
        self._functions: dict[str, Any] = {}
        for name, (result, arguments) in _PROTOTYPES.items():
            function = library[name]
            function.restype, function.argtypes = result, arguments
            self._functions[name] = function
        self._here = local()
        tell = _NEW(self._tell)
        _KEPT.append(tell)
        if self.call("CRYPTO_get_ex_new_index", _CLASS_SSL_CTX, 0, None, tell, None, None) < 0:
            raise MemoryError

    def call(self, name: str, *arguments: object) -> Any:
        return self._functions[name](*arguments)

    def new_context(self) -> tuple[ssl.SSLContext, int]:
        """With the address of its SSL_CTX."""
        told: list[int] = []
        self._here.told = told
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        finally:
            self._here.told = None
        if len(told) != 1:
            raise _unusable()
        return context, told[0]

    def _tell(self, parent: int, *_: object) -> None:
        # On the thread that makes the context. Contexts that others make are none of ours.
        told = getattr(self._here, "told", None)
        if told is not None:
            told.append(parent)


def _openssl() -> _OpenSsl:
    # Another major version may have the same names and mean something else.
    if ssl.OPENSSL_VERSION_INFO[0] != _OPENSSL_MAJOR:
        raise _unusable()
    try:
        return _linked()
    except (OSError, AttributeError):
        # Compiled into the interpreter, or without what is asked of it.
        raise _unusable() from None


@cache
def _linked() -> _OpenSsl:
    """What Python's `_ssl` was linked to: names looked up through its file are those that it uses itself."""
    return _OpenSsl(ctypes.CDLL(_ssl.__file__))


@cache
def _evp_key(key: TokenKey) -> int:
    """An EVP_PKEY that has OpenSSL ask the token."""
    openssl = _openssl()
    sign = _signing(key)
    method = openssl.call("EC_KEY_METHOD_new", openssl.call("EC_KEY_OpenSSL"))
    openssl.call("EC_KEY_METHOD_set_sign", method, sign, None, None)
    _KEPT.append(sign)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    ec_key = openssl.call("EC_KEY_new_by_curve_name", _NID_P256)
    evp_key: int = openssl.call("EVP_PKEY_new")
    done = (
        openssl.call("EC_KEY_oct2key", ec_key, point, len(point), None),
        openssl.call("EC_KEY_set_method", ec_key, method),
        openssl.call("EVP_PKEY_set1_EC_KEY", evp_key, ec_key),
    )
    openssl.call("EC_KEY_free", ec_key)
    if done != (1, 1, 1):
        raise _unusable()
    return evp_key


def _signing(key: TokenKey) -> Any:
    def sign(_type: int, digest: int, length: int, into: int, written: Any, *_: object) -> int:
        # An exception cannot pass through OpenSSL: 0 ends the handshake, and the log says why.
        try:
            signature = key.sign_digest(ctypes.string_at(digest, length)[:_DIGEST_BYTES])
        except KeyFileError as error:
            _LOG.error("%s", error)
            return 0
        ctypes.memmove(into, signature, len(signature))
        written[0] = len(signature)
        return 1

    return _SIGN(sign)


def _unusable() -> KeyFileError:
    return KeyFileError(f"TLS with a key in a token needs OpenSSL 3 as a shared library; here is {ssl.OPENSSL_VERSION}")
