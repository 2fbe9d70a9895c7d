"""What ends a frame."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.locks.checksums import crc16, sum8, xor8
from tests.drivers.locks.board_side import summed, with_crc, xored


def test_crc_has_the_check_value_of_its_catalogue() -> None:
    assert crc16(b"123456789") == bytes([0x37, 0x4B])


@given(st.binary(min_size=1, max_size=40))
def test_both_ends_of_the_line_compute_the_same(data: bytes) -> None:
    assert data + crc16(data) == with_crc(*data)
    assert data + bytes([sum8(data)]) == summed(*data)
    assert data + bytes([xor8(data)]) == xored(*data)
