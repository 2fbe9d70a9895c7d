"""Framing of what a broker sends (MQTT 5.0 and 3.1.1, §2.1): no packet may take more memory than we allow. Pure.

Our MQTT library asks for as many bytes as a packet announces, up to 256 MiB. Under MQTT 5 we announce a maximum, and a
broker that goes beyond it is cut off. Under 3.1.1 nothing can be announced, and cutting off would not help: the message
would come again with the next connection. So the rest of a long message is thrown away; what is left still reads as
one message, long enough to be seen as too long, and is acknowledged.
"""

_PUBLISH = 3
_MAX_LENGTH_BYTES = 4


class PacketGuard:
    """Passes a stream on, with every packet's body cut or refused beyond `max_body_bytes`."""

    def __init__(self, max_body_bytes: int, trim: bool) -> None:
        """`trim`: shorten longer messages; otherwise they are refused like any other long packet."""
        self._max_body_bytes = max_body_bytes
        self._trim = trim
        self._header = bytearray()
        self._pass_bytes = 0
        self._skip_bytes = 0
        self.fault: str | None = None
        """What arrived is not MQTT that was meant for us: nothing more is passed on."""

    def feed(self, data: bytes) -> bytes:
        """The bytes to be read on; may be none. What came before a fault is still passed."""
        passed = bytearray()
        at = 0
        while at < len(data) and self.fault is None:
            if self._pass_bytes:
                chunk = data[at : at + self._pass_bytes]
                passed += chunk
                self._pass_bytes -= len(chunk)
                at += len(chunk)
            elif self._skip_bytes:
                step = min(self._skip_bytes, len(data) - at)
                self._skip_bytes -= step
                at += step
            else:
                passed += self._read_header(data[at])
                at += 1
        return bytes(passed)

    def _read_header(self, byte: int) -> bytes:
        self._header.append(byte)
        if len(self._header) == 1 or (byte & 0x80 and len(self._header) <= _MAX_LENGTH_BYTES):
            return b""
        if byte & 0x80:
            return self._refuse("what is not MQTT")
        first, *digits = self._header
        self._header.clear()
        return self._begin(first, sum((digit & 0x7F) << (7 * place) for place, digit in enumerate(digits)))

    def _begin(self, first: int, body_bytes: int) -> bytes:
        message = first >> 4 == _PUBLISH
        if message and first >> 1 & 3 > 1:
            # We subscribe with QoS 1; QoS 2 would pile up in memory until it is released.
            return self._refuse("a message of QoS 2")
        if body_bytes > self._max_body_bytes and not (message and self._trim):
            return self._refuse(f"a packet of {body_bytes} bytes, at most {self._max_body_bytes} fit")
        self._pass_bytes = min(body_bytes, self._max_body_bytes)
        self._skip_bytes = body_bytes - self._pass_bytes
        return bytes([first]) + _length(self._pass_bytes)

    def _refuse(self, what: str) -> bytes:
        self.fault = f"the broker sent {what}"
        return b""


def _length(value: int) -> bytes:
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)
