import itertools

from hypothesis import given
from hypothesis import strategies as st

from drivers.mqtt.packet_guard import PacketGuard

_MAX = 200


def _packet(first: int, body: bytes) -> bytes:
    assert len(body) < 128 * 128
    length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    return bytes([first]) + length + body


_FIRSTS = st.integers(0, 255).filter(lambda first: first >> 4 != 3 or first >> 1 & 3 <= 1)
_SHORT = st.builds(_packet, _FIRSTS, st.binary(max_size=_MAX))
_LONG_MESSAGE = st.builds(lambda size: _packet(0x32, bytes(size)), st.integers(_MAX + 1, 5000))


def _feed(guard: PacketGuard, data: bytes, cuts: list[int]) -> bytes:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return b"".join(guard.feed(data[start:end]) for start, end in itertools.pairwise(places))


@given(st.lists(_SHORT), st.lists(st.integers(0, 5000)))
def test_packets_that_fit_pass_unchanged_however_they_are_cut(packets: list[bytes], cuts: list[int]) -> None:
    data = b"".join(packets)

    assert _feed(PacketGuard(_MAX, trim=False), data, cuts) == data


@given(st.lists(_SHORT | _LONG_MESSAGE), st.lists(st.integers(0, 5000)))
def test_long_messages_are_trimmed_and_what_follows_is_found(packets: list[bytes], cuts: list[int]) -> None:
    expected = b"".join(p if len(p) <= _MAX + 3 else _packet(0x32, bytes(_MAX)) for p in packets)

    assert _feed(PacketGuard(_MAX, trim=True), b"".join(packets), cuts) == expected


@given(st.binary(), st.booleans())
def test_nothing_passes_behind_a_fault(garbage: bytes, trim: bool) -> None:
    guard = PacketGuard(_MAX, trim)
    guard.feed(garbage)
    if guard.fault is not None:
        assert guard.feed(b"\xd0\x00") == b""


def test_what_came_before_a_fault_passes() -> None:
    guard = PacketGuard(_MAX, trim=False)

    assert guard.feed(b"\xd0\x00" + _packet(0x32, bytes(_MAX + 1))) == b"\xd0\x00"
    assert guard.fault == "the broker sent a packet of 201 bytes, at most 200 fit"


def test_other_long_packets_are_never_trimmed() -> None:
    guard = PacketGuard(_MAX, trim=True)

    assert guard.feed(_packet(0x90, bytes(_MAX + 1))) == b""
    assert guard.fault is not None


def test_length_of_five_digits_is_not_mqtt() -> None:
    guard = PacketGuard(_MAX, trim=True)

    assert guard.feed(b"\x30\xff\xff\xff\xff") == b""
    assert guard.fault == "the broker sent what is not MQTT"


def test_qos_2_is_refused() -> None:
    guard = PacketGuard(_MAX, trim=True)

    assert guard.feed(b"\x34\x05\x00\x01a\x00\x01") == b""
    assert guard.fault == "the broker sent a message of QoS 2"
