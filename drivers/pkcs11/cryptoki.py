"""PKCS#11 2.40 as a shared library speaks it, as far as one key that signs has need of it. Linux: structures unpacked.

The module is loaded into this process; a faulty one can end it. Calls may come from any thread, one at a time.
"""

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char, c_char_p, c_ubyte, c_ulong, c_void_p
from dataclasses import dataclass
from pathlib import Path

# Return values (PKCS#11 base specification §3.6) that somebody acts on or that people have to read.
CKR_OK = 0x000
CKR_PIN_INCORRECT = 0x0A0
CKR_PIN_LOCKED = 0x0A4
CKR_USER_ALREADY_LOGGED_IN = 0x100
_CKR_ATTRIBUTE_TYPE_INVALID = 0x012
_CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191
_NAMES = {
    0x002: "CKR_HOST_MEMORY",
    0x005: "CKR_GENERAL_ERROR",
    0x006: "CKR_FUNCTION_FAILED",
    0x030: "CKR_DEVICE_ERROR",
    0x031: "CKR_DEVICE_MEMORY",
    0x032: "CKR_DEVICE_REMOVED",
    0x060: "CKR_KEY_HANDLE_INVALID",
    0x068: "CKR_KEY_FUNCTION_NOT_PERMITTED",
    0x070: "CKR_MECHANISM_INVALID",
    0x082: "CKR_OBJECT_HANDLE_INVALID",
    0x0A0: "CKR_PIN_INCORRECT",
    0x0A1: "CKR_PIN_INVALID",
    0x0A2: "CKR_PIN_LEN_RANGE",
    0x0A3: "CKR_PIN_EXPIRED",
    0x0A4: "CKR_PIN_LOCKED",
    0x0B0: "CKR_SESSION_CLOSED",
    0x0B1: "CKR_SESSION_COUNT",
    0x0B3: "CKR_SESSION_HANDLE_INVALID",
    0x0E0: "CKR_TOKEN_NOT_PRESENT",
    0x0E1: "CKR_TOKEN_NOT_RECOGNIZED",
    0x101: "CKR_USER_NOT_LOGGED_IN",
    0x102: "CKR_USER_PIN_NOT_INITIALIZED",
    0x190: "CKR_CRYPTOKI_NOT_INITIALIZED",
}

# Places in CK_FUNCTION_LIST, behind the version (pkcs11f.h: the order is part of the interface), and the arguments.
_FUNCTIONS = {
    "C_Initialize": (0, (c_void_p,)),
    "C_Finalize": (1, (c_void_p,)),
    "C_GetSlotList": (4, (c_ubyte, c_void_p, c_void_p)),
    "C_GetTokenInfo": (6, (c_ulong, c_void_p)),
    "C_OpenSession": (12, (c_ulong, c_ulong, c_void_p, c_void_p, c_void_p)),
    "C_CloseSession": (13, (c_ulong,)),
    "C_Login": (18, (c_ulong, c_ulong, c_char_p, c_ulong)),
    "C_GetAttributeValue": (24, (c_ulong, c_ulong, c_void_p, c_ulong)),
    "C_FindObjectsInit": (26, (c_ulong, c_void_p, c_ulong)),
    "C_FindObjects": (27, (c_ulong, c_void_p, c_ulong, c_void_p)),
    "C_FindObjectsFinal": (28, (c_ulong,)),
    "C_SignInit": (42, (c_ulong, c_void_p, c_ulong)),
    "C_Sign": (43, (c_ulong, c_char_p, c_ulong, c_void_p, c_void_p)),
}
_LIST_LENGTH = 44
_MAX_SLOTS = 64
_MAX_ATTRIBUTE_BYTES = 1024
# r and s of P-256, and room to see a wrong one.
_MAX_SIGNATURE_BYTES = 256

_CKF_OS_LOCKING_OK = 0x2
_CKF_SERIAL_SESSION = 0x4
_CKU_USER = 1
_CKM_ECDSA = 0x1041

CKA_CLASS = 0x000
CKA_LABEL = 0x003
CKA_ID = 0x102
CKA_EC_PARAMS = 0x180
CKA_EC_POINT = 0x181
CKO_PUBLIC_KEY = 2
CKO_PRIVATE_KEY = 3

PIN_COUNT_LOW = 0x10000
PIN_FINAL_TRY = 0x20000
PIN_LOCKED = 0x40000


class CryptokiError(Exception):
    """The module has refused. `code` is a CKR value."""

    def __init__(self, function: str, code: int) -> None:
        super().__init__(f"{function}: {_NAMES.get(code, f'0x{code:08x}')}")
        self.code = code


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What a token says of itself. `flags` are CKF values."""

    slot: int
    label: str
    serial: str
    flags: int


class _Version(Structure):
    _fields_ = (("major", c_ubyte), ("minor", c_ubyte))


class _FunctionList(Structure):
    _fields_ = (("version", _Version), ("functions", c_void_p * _LIST_LENGTH))


class _InitializeArguments(Structure):
    _fields_ = (
        ("create", c_void_p),
        ("destroy", c_void_p),
        ("lock", c_void_p),
        ("unlock", c_void_p),
        ("flags", c_ulong),
        ("reserved", c_void_p),
    )


class _TokenInfo(Structure):
    _fields_ = (
        ("label", c_char * 32),
        ("manufacturer", c_char * 32),
        ("model", c_char * 16),
        ("serial", c_char * 16),
        ("flags", c_ulong),
        ("numbers", c_ulong * 10),
        ("hardware", _Version),
        ("firmware", _Version),
        ("time", c_char * 16),
    )


class _Attribute(Structure):
    _fields_ = (("type", c_ulong), ("value", c_void_p), ("length", c_ulong))


class _Mechanism(Structure):
    _fields_ = (("mechanism", c_ulong), ("parameter", c_void_p), ("length", c_ulong))


class Cryptoki:
    """One module, loaded and initialised. OSError if it cannot be loaded; CryptokiError when it refuses."""

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        try:
            get_function_list = library.C_GetFunctionList
        except AttributeError:
            raise OSError("not a PKCS#11 module") from None
        get_function_list.restype = c_ulong
        listed = POINTER(_FunctionList)()
        _check("C_GetFunctionList", get_function_list(byref(listed)))
        places = listed.contents.functions
        self._functions = {
            name: CFUNCTYPE(c_ulong, *arguments)(places[place]) for name, (place, arguments) in _FUNCTIONS.items()
        }
        self._initialize()

    def tokens(self) -> list[TokenInfo]:
        """Those that are there now."""
        count = c_ulong()
        # Only the question for the number has a module look for slots that have come or gone (§5.5).
        self._call("C_GetSlotList", 1, None, byref(count))
        count, slots = c_ulong(_MAX_SLOTS), (c_ulong * _MAX_SLOTS)()
        self._call("C_GetSlotList", 1, slots, byref(count))
        return [info for slot in slots[: count.value] if (info := self._token(slot)) is not None]

    def open(self, slot: int) -> int:
        """A session that reads."""
        session = c_ulong()
        self._call("C_OpenSession", slot, _CKF_SERIAL_SESSION, None, None, byref(session))
        return session.value

    def close(self, session: int) -> None:
        self._call("C_CloseSession", session)

    def login(self, session: int, pin: bytes) -> None:
        self._call("C_Login", session, _CKU_USER, pin, len(pin))

    def find(self, session: int, kind: int, label: str | None, key_id: bytes | None) -> list[int]:
        """Objects of the class `kind`, at most two: whoever wants one has then seen that there are more."""
        wanted = [(CKA_CLASS, bytes(c_ulong(kind)))]
        wanted += [] if label is None else [(CKA_LABEL, label.encode())]
        wanted += [] if key_id is None else [(CKA_ID, key_id)]
        # The structures hold bare addresses: the buffers have to live until the module has read them.
        buffers = [ctypes.create_string_buffer(value, len(value)) for _, value in wanted]
        template = (_Attribute * len(wanted))()
        for entry, (number, value), buffer in zip(template, wanted, buffers, strict=True):
            entry.type, entry.value, entry.length = number, ctypes.addressof(buffer), len(value)
        self._call("C_FindObjectsInit", session, template, len(wanted))
        try:
            count, found = c_ulong(), (c_ulong * 2)()
            self._call("C_FindObjects", session, found, 2, byref(count))
        finally:
            self._call("C_FindObjectsFinal", session)
        return found[: count.value]

    def attribute(self, session: int, thing: int, number: int) -> bytes:
        """Empty if the object has no such attribute."""
        room = ctypes.create_string_buffer(_MAX_ATTRIBUTE_BYTES)
        wanted = _Attribute(number, ctypes.addressof(room), len(room))
        try:
            self._call("C_GetAttributeValue", session, thing, byref(wanted), 1)
        except CryptokiError as error:
            if error.code != _CKR_ATTRIBUTE_TYPE_INVALID:
                raise
            return b""
        return room.raw[: wanted.length]

    def sign(self, session: int, key: int, digest: bytes) -> bytes:
        """ECDSA over a digest: r and s, each as long as the curve's order."""
        mechanism = _Mechanism(_CKM_ECDSA, None, 0)
        self._call("C_SignInit", session, byref(mechanism), key)
        room = ctypes.create_string_buffer(_MAX_SIGNATURE_BYTES)
        length = c_ulong(len(room))
        self._call("C_Sign", session, digest, len(digest), room, byref(length))
        return room.raw[: length.value]

    def finalize(self) -> None:
        """All sessions end. Nothing else may be called afterwards."""
        self._call("C_Finalize", None)

    def _initialize(self) -> None:
        arguments = _InitializeArguments(flags=_CKF_OS_LOCKING_OK)
        try:
            self._call("C_Initialize", byref(arguments))
        except CryptokiError as error:
            if error.code != _CKR_CRYPTOKI_ALREADY_INITIALIZED:
                raise

    def _token(self, slot: int) -> TokenInfo | None:
        """None if it was taken away between the list and the question, or is not readable."""
        info = _TokenInfo()
        try:
            self._call("C_GetTokenInfo", slot, byref(info))
        except CryptokiError:
            return None
        return TokenInfo(slot, _padded(info.label), _padded(info.serial), info.flags)

    def _call(self, name: str, *arguments: object) -> None:
        _check(name, self._functions[name](*arguments))


def _padded(text: bytes) -> str:
    """Blank-padded, as tokens give it."""
    return text.decode("utf-8", "replace").rstrip(" \0")


def _check(name: str, code: int) -> None:
    if code != CKR_OK:
        raise CryptokiError(name, code)
