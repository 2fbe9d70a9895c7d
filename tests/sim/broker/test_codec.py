"""Bytes that the embedded broker must read right, and bytes that must not harm it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.broker import codec
from sim.broker.packets import Connect, Malformed, PingReq, Publish, Reason, Version
from sim.broker.peer import Peer, Rules
from sim.broker.sessions import WINDOW, Sessions
from sim.broker.topics import is_filter, is_topic, matches

# CONNECT of client "c" with a clean start, in both versions; session expiry 60 s in the second.
CONNECT_311 = bytes.fromhex("100d00044d515454040200000001") + b"c"
CONNECT_5 = bytes.fromhex("101300044d5154540502000a05110000003c0001") + b"c"


class Wire:
    """Keeps what was sent."""

    identity = None

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.open = True

    def send(self, data: bytes) -> None:
        if data:
            self.sent.append(data)

    def close(self) -> None:
        self.open = False


def connected(sessions: Sessions, connect: bytes = CONNECT_5) -> tuple[Peer, Wire]:
    wire = Wire()
    peer = Peer(sessions, Rules(), wire)
    peer.feed(connect)
    wire.sent.clear()
    return peer, wire


def test_both_versions_of_connect_are_read() -> None:
    decoder = codec.Decoder()
    decoder.feed(CONNECT_311)
    assert decoder.next() == Connect(Version.V311, "c", clean=True, keepalive_s=0)

    decoder = codec.Decoder()
    decoder.feed(CONNECT_5)
    assert decoder.next() == Connect(Version.V5, "c", clean=True, keepalive_s=10, session_expiry_s=60)


def test_packets_are_found_however_the_stream_is_cut() -> None:
    decoder = codec.Decoder()
    found = []
    for byte in CONNECT_311 + b"\xc0\0" + codec.publish(Version.V311, Publish("a/b", b"x" * 200)):
        decoder.feed(bytes([byte]))
        while (packet := decoder.next()) is not None:
            found.append(packet)

    assert found[1:] == [PingReq(), Publish("a/b", b"x" * 200)]


def test_properties_that_belong_to_the_receiver_are_passed_on_and_others_are_not() -> None:
    sessions = Sessions(None)
    peer, wire = connected(sessions)
    peer.feed(bytes.fromhex("8207000100000161") + b"\0")
    wire.sent.clear()
    content_type = b"\x03\0\x04json"

    peer.feed(
        b"\x30" + bytes([4 + len(content_type) + 1]) + b"\0\1a" + bytes([len(content_type)]) + content_type + b"z"
    )

    assert wire.sent == [codec.publish(Version.V5, Publish("a", b"z", properties=content_type))]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x34\x06\0\1a\0\1\0", Reason.BAD_QOS),
        (b"\x30\x04\0\1#\0", Reason.BAD_TOPIC),
        (b"\x30\x07\0\1a\x03\x23\0\1", Reason.BAD_ALIAS),
        (b"\x30\x02\0\x09", Reason.MALFORMED),
        (b"\x30\xff\xff\xff\x7f", Reason.TOO_LARGE),
        (b"\x30\xff\xff\xff\xff", Reason.MALFORMED),
        (b"\x82\x06\0\0\0\0\1a", Reason.PROTOCOL_ERROR),
        (b"\x80\x07\0\1\0\0\1a\1", Reason.MALFORMED),
        (CONNECT_5, Reason.PROTOCOL_ERROR),
        (b"\xf0\0", Reason.PROTOCOL_ERROR),
    ],
)
def test_who_breaks_the_rules_is_told_why_and_hung_up_on(data: bytes, reason: Reason) -> None:
    peer, wire = connected(Sessions(None))

    peer.feed(data)

    assert wire.sent == [bytes([0xE0, 1, reason])]
    assert not wire.open


def test_who_begins_with_anything_but_connect_is_hung_up_on() -> None:
    wire = Wire()
    Peer(Sessions(None), Rules(), wire).feed(b"\xc0\0")

    assert (wire.sent, wire.open) == ([], False)


def test_a_version_nobody_has_heard_of_is_refused_in_the_oldest_words() -> None:
    wire = Wire()
    Peer(Sessions(None), Rules(), wire).feed(CONNECT_311.replace(b"MQTT\4", b"MQTT\6"))

    assert (wire.sent, wire.open) == ([b"\x20\x02\0\1"], False)


def test_no_more_than_the_window_waits_for_a_client() -> None:
    sessions = Sessions(None)
    reader, wire = connected(sessions)
    reader.feed(bytes.fromhex("8207000100000161") + b"\1")
    wire.sent.clear()
    for _ in range(WINDOW + 5):
        sessions.route(Publish("a", b"z", qos=1), "sender")
    assert len(wire.sent) == WINDOW

    reader.feed(b"\x40\x02\0\1")

    assert len(wire.sent) == WINDOW + 1


def test_what_was_not_acknowledged_is_sent_again_first_and_marked() -> None:
    sessions = Sessions(None)
    peer, _ = connected(sessions)
    peer.feed(bytes.fromhex("8207000100000161") + b"\1")
    sessions.route(Publish("a", b"1", qos=1), "sender")
    peer.lost()
    sessions.route(Publish("a", b"2", qos=1), "sender")

    again = Wire()
    Peer(sessions, Rules(), again).feed(CONNECT_5.replace(b"MQTT\5\2", b"MQTT\5\0"))

    first = codec.publish(Version.V5, Publish("a", b"1", qos=1, packet_id=1), dup=True)
    second = codec.publish(Version.V5, Publish("a", b"2", qos=1, packet_id=2))
    assert again.sent[1:] == [first, second]


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_malformed(data: bytes) -> None:
    for connect in (b"", CONNECT_311, CONNECT_5):
        decoder = codec.Decoder()
        decoder.feed(connect + data)
        try:
            while decoder.next() is not None:
                pass
        except Malformed:
            pass


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_break_a_peer(pieces: list[bytes]) -> None:
    peer, _ = connected(Sessions("control-room"))
    for piece in pieces:
        peer.feed(piece)
    peer.lost()


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "ab", False),
        ("#", "a/b", True),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("$SYS/#", "$SYS/x", True),
        ("+/+", "/a", True),
        ("/+", "/a", True),
        ("+", "/a", False),
        ("a", "A", False),
    ],
)
def test_filters_match_as_the_standard_says(topic_filter: str, topic: str, expected: bool) -> None:
    assert matches(topic_filter, topic) is expected


def test_what_is_no_filter_and_no_topic() -> None:
    assert not any(is_filter(text) for text in ("", "a/#/b", "a#", "a+/b", "$share/g/a", "a\0", "x" * 65536))
    assert all(is_filter(text) for text in ("#", "+", "/", "a//b", "+/a/#"))
    assert not any(is_topic(text) for text in ("", "a/+", "#", "a\0"))
