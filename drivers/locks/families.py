"""Which codec speaks for a line of lock boards. Pure."""

from drivers.locks import kerong_cu16, xor8a
from drivers.locks.bus_settings import BusSettings
from drivers.locks.family import Family
from drivers.locks.frames import Codec
from drivers.locks.modbus_relay import ModbusRelay


def codec_of(family: Family, pulse_ms: int) -> Codec:
    """ValueError for pulses that a relay board cannot time."""
    match family:
        case Family.XOR8A:
            return xor8a
        case Family.KERONG_CU16:
            return kerong_cu16
        case Family.MODBUS_RELAY:
            return ModbusRelay(pulse_ms)


def lock_name(settings: BusSettings, board: int, lock: int) -> str:
    """As `drivers.lock_ports` names locks."""
    return f"{settings.name}/{board}/{lock}"
