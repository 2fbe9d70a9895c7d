"""Where a frame ends on the line, and whose it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.locks import xor8a
from drivers.locks.frames import QueryLock, Unlock
from drivers.locks.framing import MAX_RUN_BYTES, Heard, Kind, Splitter, quiet_ns

MS = 1_000_000
QUERY = xor8a.encode(QueryLock(1, 1))
STATE = bytes.fromhex("80 01 01 11 91")
# Five characters at 9600 baud.
FIVE_NS = 5_208_335


def plain() -> Splitter:
    return Splitter(9_600, echoes=False)


def echoing() -> Splitter:
    return Splitter(9_600, echoes=True)


def rest(splitter: Splitter) -> tuple[Heard, ...]:
    """What silence brings to an end."""
    due_ns = splitter.due_ns()
    return () if due_ns is None else splitter.tick(due_ns)


@pytest.mark.parametrize(
    ("baud", "expected_ns"),
    [(1_200, 31 * MS), (9_600, 5 * MS), (19_200, 3 * MS), (38_400, 1_750_000), (115_200, 1_750_000)],
)
def test_silence_is_as_long_as_the_speed_of_the_line_asks(baud: int, expected_ns: int) -> None:
    assert quiet_ns(baud) == expected_ns


@pytest.mark.parametrize("baud", [0, 1_199, 115_201])
def test_a_speed_that_no_line_has_is_refused(baud: int) -> None:
    with pytest.raises(ValueError, match=f"baud {baud}, allowed is 1200–115200"):
        Splitter(baud, echoes=False)


@pytest.mark.parametrize("latency_ns", [-1, 1_000 * MS + 1])
def test_a_port_that_is_too_early_or_too_late_is_refused(latency_ns: int) -> None:
    with pytest.raises(ValueError, match=f"latency_ns {latency_ns}, allowed"):
        Splitter(9_600, echoes=False, latency_ns=latency_ns)


def test_a_run_ends_when_silence_has_lasted_and_not_before() -> None:
    splitter = plain()
    assert splitter.due_ns() is None

    assert splitter.feed(STATE, 10 * MS) == ()

    assert splitter.due_ns() == 15 * MS
    assert splitter.tick(15 * MS - 1) == ()
    assert splitter.tick(15 * MS) == (Heard(Kind.REPLY, STATE, 10 * MS),)
    assert splitter.due_ns() is None
    assert splitter.tick(99 * MS) == ()


def test_bytes_that_come_one_by_one_are_one_run() -> None:
    splitter = plain()

    for number in range(5):
        assert splitter.feed(STATE[number : number + 1], number * 4 * MS) == ()

    assert rest(splitter) == (Heard(Kind.REPLY, STATE, 16 * MS),)


def test_the_time_in_which_bytes_came_in_is_not_silence() -> None:
    splitter = plain()
    splitter.feed(b"\x00", 10 * MS)

    assert splitter.feed(STATE, 10 * MS + FIVE_NS) == ()

    assert rest(splitter) == (Heard(Kind.REPLY, b"\x00" + STATE, 10 * MS + FIVE_NS),)


def test_what_comes_after_silence_is_a_run_of_its_own() -> None:
    splitter = plain()
    splitter.feed(QUERY, 10 * MS)

    assert splitter.feed(STATE, 15 * MS + FIVE_NS) == (Heard(Kind.REPLY, QUERY, 10 * MS),)

    assert rest(splitter) == (Heard(Kind.REPLY, STATE, 15 * MS + FIVE_NS),)


def test_a_port_that_keeps_bytes_back_is_waited_for() -> None:
    splitter = Splitter(9_600, echoes=False, latency_ns=16 * MS)
    splitter.feed(STATE[:2], 10 * MS)

    assert splitter.due_ns() == 31 * MS
    assert splitter.feed(STATE[2:], 26 * MS) == ()
    assert rest(splitter) == (Heard(Kind.REPLY, STATE, 26 * MS),)


def test_no_bytes_are_no_news() -> None:
    splitter = plain()
    splitter.feed(STATE, 10 * MS)

    assert splitter.feed(b"", 99 * MS) == ()
    assert splitter.due_ns() == 15 * MS


def test_what_nothing_will_end_any_more_can_be_had_as_it_is() -> None:
    splitter = plain()
    splitter.feed(STATE[:3], 10 * MS)

    assert splitter.drop() == STATE[:3]
    assert splitter.drop() == b""
    assert splitter.due_ns() is None


def test_what_came_before_a_request_is_no_answer_to_it() -> None:
    splitter = plain()
    splitter.feed(STATE, 10 * MS)

    splitter.expect(QUERY)

    assert splitter.due_ns() is None


@pytest.mark.parametrize("cut", range(1, 10))
def test_an_echo_and_its_answer_are_told_apart_however_they_come(cut: int) -> None:
    """The answer is byte for byte the request: a lock that did not move, or an adapter that hears itself."""
    unlock = xor8a.encode(Unlock(1, 1))
    splitter, both = echoing(), unlock + unlock
    splitter.expect(unlock)

    heard = splitter.feed(both[:cut], 10 * MS) + splitter.feed(both[cut:], 11 * MS) + rest(splitter)

    assert [(run.kind, run.data) for run in heard] == [(Kind.ECHO, unlock), (Kind.REPLY, unlock)]


def test_an_adapter_that_does_not_echo_gives_the_same_bytes_as_an_answer() -> None:
    unlock = xor8a.encode(Unlock(1, 1))
    splitter = plain()
    splitter.expect(unlock)

    heard = splitter.feed(unlock, 10 * MS) + rest(splitter)

    assert heard == (Heard(Kind.REPLY, unlock, 10 * MS),)


def test_an_echo_without_an_answer_is_no_answer() -> None:
    splitter = echoing()
    splitter.expect(QUERY)

    assert splitter.feed(QUERY, 10 * MS) == (Heard(Kind.ECHO, QUERY, 10 * MS),)
    assert rest(splitter) == ()


@pytest.mark.parametrize("heard_instead", [STATE, QUERY[:3], QUERY[:4] + b"\x00", b"\x00" + QUERY])
def test_after_an_echo_that_is_not_the_request_nothing_counts_until_the_next(heard_instead: bytes) -> None:
    splitter = echoing()
    splitter.expect(QUERY)

    spoilt = splitter.feed(heard_instead, 10 * MS) + rest(splitter) + splitter.feed(STATE, 50 * MS) + rest(splitter)

    assert [(run.kind, run.data) for run in spoilt] == [(Kind.COLLISION, heard_instead), (Kind.COLLISION, STATE)]
    splitter.expect(QUERY)
    again = splitter.feed(QUERY, 90 * MS) + splitter.feed(STATE, 99 * MS) + rest(splitter)
    assert [run.kind for run in again] == [Kind.ECHO, Kind.REPLY]


def test_what_is_said_without_a_request_is_no_echo() -> None:
    splitter = echoing()

    assert splitter.feed(STATE, 10 * MS) + rest(splitter) == (Heard(Kind.REPLY, STATE, 10 * MS),)


def test_a_line_that_never_falls_silent_takes_no_memory_and_is_heard_again_afterwards() -> None:
    splitter = plain()
    for number in range(100):
        splitter.feed(bytes(200), number * 200 * MS)

    (noise,) = rest(splitter)
    after = splitter.feed(STATE, 99_999 * MS) + rest(splitter)

    assert (noise.kind, len(noise.data)) == (Kind.NOISE, MAX_RUN_BYTES)
    assert [(run.kind, run.data) for run in after] == [(Kind.REPLY, STATE)]


@given(st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 400 * MS))), st.booleans())
def test_no_bytes_are_made_up_and_none_held_for_ever(reads: list[tuple[bytes, int]], echoes: bool) -> None:
    splitter, at_ns, heard = Splitter(9_600, echoes=echoes), 0, list[Heard]()
    splitter.expect(QUERY)

    for data, pause_ns in reads:
        at_ns += pause_ns
        heard += splitter.feed(data, at_ns)
    heard += rest(splitter)

    sent = b"".join(data for data, _ in reads)
    assert splitter.due_ns() is None
    assert all(0 < len(run.data) <= MAX_RUN_BYTES for run in heard)
    if all(run.kind is not Kind.NOISE and len(run.data) < MAX_RUN_BYTES for run in heard):
        assert b"".join(run.data for run in heard) == sent
