"""What ends a frame of each family. Pure."""

# x^16 + x^15 + x^2 + 1, lowest bit first (Modbus over serial line 1.02, §6.2.2).
_POLYNOMIAL = 0xA001


def xor8(data: bytes) -> int:
    """Exclusive or of all bytes. Blind to the same bit in two bytes."""
    total = 0
    for byte in data:
        total ^= byte
    return total


def sum8(data: bytes) -> int:
    """Low byte of the sum of all bytes."""
    return sum(data) & 0xFF


def crc16(data: bytes) -> bytes:
    """CRC-16 of Modbus, in the order in which it is sent: low byte first."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (_POLYNOMIAL if register & 1 else 0)
    return register.to_bytes(2, "little")
