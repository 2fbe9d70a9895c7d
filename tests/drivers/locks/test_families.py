"""Which codec speaks for a line."""

import pytest

from drivers.locks.families import codec_of, lock_name
from drivers.locks.family import Family
from drivers.locks.frames import Unlock
from tests.drivers.locks.board_side import read_kerong, read_modbus, read_xor8a
from tests.drivers.locks.rig import settings


@pytest.mark.parametrize("family", Family)
def test_every_family_has_a_codec_whose_boards_understand_it(family: Family) -> None:
    frame = codec_of(family, 300).encode(Unlock(2, 3))

    readers = {Family.XOR8A: read_xor8a, Family.KERONG_CU16: read_kerong, Family.MODBUS_RELAY: read_modbus}
    expected = (Unlock(2, 3), 300) if family is Family.MODBUS_RELAY else Unlock(2, 3)
    assert readers[family](frame) == expected


def test_a_pulse_that_a_relay_board_cannot_time_is_refused() -> None:
    with pytest.raises(ValueError, match="pulse_ms 350"):
        codec_of(Family.MODBUS_RELAY, 350)


def test_a_lock_is_named_by_the_way_to_it() -> None:
    assert lock_name(settings(), 2, 7) == "left/2/7"
