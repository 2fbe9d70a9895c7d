import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.est.exchange import MAX_BODY_BYTES, MAX_HEADER_BYTES, BadHttpError, Exchange, Head

POST = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"


def test_a_request_is_taken_byte_by_byte() -> None:
    exchange = Exchange()

    for octet in POST:
        assert exchange.feed(bytes([octet])) == b""

    assert exchange.is_complete
    assert exchange.head == Head("POST", "/a", (("host", "x"), ("content-length", "5")))
    assert exchange.body == b"hello"


def test_a_body_in_chunks_is_put_together() -> None:
    exchange = Exchange()

    exchange.feed(b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")

    assert exchange.body == b"hello"


def test_the_answer_says_that_the_connection_ends() -> None:
    exchange = Exchange()
    exchange.feed(POST)

    answer = exchange.answer(200, (("Content-Type", "text/plain"),), b"ok\n")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == b"ok\n"
    assert head.splitlines() == [
        b"HTTP/1.1 200 OK",
        b"Content-Type: text/plain",
        b"content-length: 3",
        b"connection: close",
    ]


def test_an_answer_to_head_has_no_body() -> None:
    exchange = Exchange()
    exchange.feed(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert exchange.answer(405, (), b"no\n").endswith(b"\r\n\r\n")


def test_a_second_request_on_the_line_is_not_looked_at() -> None:
    exchange = Exchange()

    exchange.feed(POST + b"GET /secret HTTP/1.1\r\nHost: x\r\n\r\n")

    assert exchange.head is not None
    assert exchange.head.path == "/a"
    assert b"connection: close" in exchange.answer(200, (), b"")


def test_a_client_that_asks_whether_it_may_send_is_told_to() -> None:
    exchange = Exchange()

    reply = exchange.feed(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")

    assert reply.startswith(b"HTTP/1.1 100 ")
    assert exchange.feed(b"hello") == b""
    assert exchange.body == b"hello"


def test_a_body_that_is_announced_too_big_is_refused_before_it_comes() -> None:
    with pytest.raises(BadHttpError) as bad:
        Exchange().feed(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1))

    assert bad.value.status == 413


def test_a_body_that_grows_too_big_is_refused() -> None:
    exchange = Exchange()
    exchange.feed(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")

    for _ in range(MAX_BODY_BYTES // 1024):
        exchange.feed(b"400\r\n" + b"x" * 1024 + b"\r\n")

    with pytest.raises(BadHttpError) as bad:
        exchange.feed(b"1\r\nx\r\n")

    assert bad.value.status == 413
    assert exchange.answer(413, (), b"too big\n").startswith(b"HTTP/1.1 413 ")


def test_a_head_without_end_is_refused() -> None:
    exchange = Exchange()
    exchange.feed(b"GET / HTTP/1.1\r\nHost: x\r\nA: ")

    with pytest.raises(BadHttpError) as bad:
        exchange.feed(b"a" * MAX_HEADER_BYTES)

    assert bad.value.status == 431


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
    ],
)
def test_what_is_not_http_is_answered_in_one_line(data: bytes) -> None:
    exchange = Exchange()

    with pytest.raises(BadHttpError) as bad:
        exchange.feed(data)

    assert 400 <= bad.value.status < 600
    assert str(bad.value).isprintable()
    assert exchange.answer(bad.value.status, (), b"no\n").startswith(b"HTTP/1.1 ")


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_nothing_that_comes_breaks_the_exchange(pieces: list[bytes]) -> None:
    exchange = Exchange()

    with contextlib.suppress(BadHttpError):
        for piece in pieces:
            exchange.feed(piece)
            if exchange.is_complete:
                break

    exchange.answer(400, (), b"no\n")


@given(st.binary(max_size=200), st.integers(0, len(POST)))
def test_a_request_with_a_fault_in_it_is_refused_or_taken(fault: bytes, at: int) -> None:
    exchange = Exchange()

    with contextlib.suppress(BadHttpError):
        exchange.feed(POST[:at] + fault + POST[at:])

    assert len(exchange.body) <= MAX_BODY_BYTES
