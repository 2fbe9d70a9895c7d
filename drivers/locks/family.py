"""What lock boards speak. Pure, and apart from all else: every configuration is checked by it."""

from enum import StrEnum

STEP_MS = 100
"""Modbus relay boards are told the length of a pulse in steps of this."""


class Family(StrEnum):
    """What the boards of a line speak."""

    XOR8A = "xor8a"
    KERONG_CU16 = "kerong-cu16"
    MODBUS_RELAY = "modbus-relay"
