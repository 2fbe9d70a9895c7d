"""Contacts on the virtual board, heard by the real driver."""

from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue
from random import Random

import pytest

from drivers.clock import SystemClock
from drivers.gpio import GpioInputs
from drivers.ports import Edge, Fact, Pull
from sim.board.board import Board
from sim.board.bounce import CLEAN, WORN
from sim.board.contact import Contact
from sim.schedule import RealTime
from tests.contract.benches import BoardBench

NO = "GPIO17"
NC = "GPIO27"
SECOND_NS = 1_000_000_000
_PATIENCE_S = 10.0


@pytest.fixture
def bench() -> Iterator[BoardBench]:
    made = BoardBench()
    made.inputs.watch(NO, Pull.UP)
    made.inputs.watch(NC, Pull.UP)
    yield made
    made.close()


def levels(bench: BoardBench) -> tuple[bool, bool]:
    return bench.level(NO), bench.level(NC)


def test_normally_open_contact_is_low_while_pressed(bench: BoardBench) -> None:
    button = Contact(bench.factory, Random(1), pin=NO)
    start_ns = bench.time.clock.monotonic_ns()

    button.press()
    bench.time.run_for(SECOND_NS)
    button.release()
    bench.time.run_for(SECOND_NS)

    edges = bench.edges(4)[2:]
    assert [Edge(start_ns, NO, False), Edge(start_ns + SECOND_NS, NO, True)] == edges


def test_normally_closed_contact_is_low_at_rest(bench: BoardBench) -> None:
    button = Contact(bench.factory, Random(1), pin_nc=NC)
    assert levels(bench) == (True, False)

    button.press()
    bench.time.run_for(SECOND_NS)

    assert levels(bench) == (True, True)


@pytest.mark.parametrize("seed", range(20))
def test_changeover_breaks_before_it_makes(bench: BoardBench, seed: int) -> None:
    button = Contact(bench.factory, Random(seed), pin=NO, pin_nc=NC, profile=WORN)
    posted = len(bench.edges(3))
    for move in (button.press, button.release):
        move()
        bench.time.run_for(SECOND_NS)

    joined, between = {NC}, []
    for edge in bench.edges(7)[posted:]:
        joined = joined - {edge.pin} if edge.high else joined | {edge.pin}
        between.append(len(joined))
    assert max(between) == 1
    assert levels(bench) == (True, False)


def test_worn_contact_bounces_and_settles(bench: BoardBench) -> None:
    button = Contact(bench.factory, Random(3), pin=NO, profile=WORN)

    button.press()
    bench.time.run_for(SECOND_NS)

    assert len(bench.edges(5)) % 2 == 1
    assert levels(bench) == (False, True)


def test_release_ends_a_bounce_under_way(bench: BoardBench) -> None:
    button = Contact(bench.factory, Random(3), pin=NO, profile=WORN)

    for _ in range(10):
        button.press()
        bench.time.run_for(1_000_000)
        button.release()
        bench.time.run_for(1_000_000)
    bench.time.run_for(SECOND_NS)

    assert levels(bench) == (True, True)


def test_second_press_without_a_release_is_nothing(bench: BoardBench) -> None:
    button = Contact(bench.factory, Random(3), pin=NO)

    button.press()
    button.press()
    bench.time.run_for(SECOND_NS)

    assert button.is_pressed
    assert len(bench.edges(3)) == 3


@pytest.mark.parametrize(
    ("fault", "at_rest", "pressed"),
    [
        ("wire.cut", (True, False), (True, True)),
        ("wire.short", (False, False), (False, True)),
        ("wire_nc.cut", (True, True), (False, True)),
        ("wire_nc.short", (True, False), (False, False)),
        ("common.cut", (True, True), (True, True)),
        ("common.short", (True, False), (False, True)),
    ],
)
def test_fault_of_a_wire_shows_on_the_pins_until_it_is_mended(
    bench: BoardBench, fault: str, at_rest: tuple[bool, bool], pressed: tuple[bool, bool]
) -> None:
    button = Contact(bench.factory, Random(1), pin=NO, pin_nc=NC, profile=CLEAN)
    name, what = fault.split(".")
    wire = getattr(button, name)

    getattr(wire, what)()
    assert levels(bench) == at_rest
    button.press()
    bench.time.run_for(SECOND_NS)
    assert levels(bench) == pressed

    wire.mend()
    assert levels(bench) == (False, True)


@pytest.mark.parametrize(("pin", "pin_nc"), [(NO, None), (None, NC), (NO, NC)])
@pytest.mark.parametrize("pressed", [False, True])
def test_chatter_makes_its_edges_and_ends_as_it_began(
    bench: BoardBench, pin: str | None, pin_nc: str | None, pressed: bool
) -> None:
    button = Contact(bench.factory, Random(1), pin=pin, pin_nc=pin_nc)
    if pressed:
        button.press()
    bench.time.run_for(SECOND_NS)
    before, posted = levels(bench), len(bench.edges(2))

    button.chatter(edges=100, period_ns=100_000)
    bench.time.run_for(SECOND_NS)

    assert before == levels(bench)
    assert len(bench.edges(posted)) == posted + 100


def test_chatter_that_leads_elsewhere_is_refused(bench: BoardBench) -> None:
    with pytest.raises(ValueError, match="99 edges"):
        Contact(bench.factory, Random(1), pin=NO).chatter(edges=99, period_ns=1)


def test_contact_without_a_pin_is_refused(bench: BoardBench) -> None:
    with pytest.raises(ValueError, match="needs a pin"):
        Contact(bench.factory, Random(1))


def test_press_is_heard_in_real_time_too() -> None:
    clock = SystemClock()
    facts: SimpleQueue[Fact] = SimpleQueue()
    with RealTime(clock) as time:
        board = Board(time.schedule, clock)
        button = Contact(board, Random(1), pin=NO, pin_nc=NC)
        inputs = GpioInputs(board, facts.put, clock)
        inputs.watch(NO, Pull.UP)
        inputs.watch(NC, Pull.UP)
        before_ns = clock.monotonic_ns()

        button.press()
        edges = [facts.get(timeout=_PATIENCE_S) for _ in range(4)]
        inputs.close()

    assert [(edge.pin, edge.high) for edge in edges if isinstance(edge, Edge)] == [
        (NO, True),
        (NC, False),
        (NC, True),
        (NO, False),
    ]
    # A loaded machine may be late for the one and not for the other: only the order is certain.
    assert edges[3].at_ns >= edges[2].at_ns >= before_ns


def test_a_glitch_disturbs_the_pin_and_leaves_the_contact_as_it_was(bench: BoardBench) -> None:
    button = Contact(bench.factory, Random(1), pin=NO)
    button.press()
    bench.time.run_for(SECOND_NS)

    button.glitch(pulses=2, length_ns=50_000, gap_ns=10_000_000)
    bench.time.run_for(SECOND_NS)

    edges = bench.edges(7)[3:]
    assert [edge.high for edge in edges] == [True, False, True, False]
    assert all(25_000 <= back.at_ns - out.at_ns <= 75_000 for out, back in zip(edges[::2], edges[1::2], strict=True))
    assert button.is_pressed


def test_a_dirty_contact_loses_touch_while_it_is_held_and_stays_closed_in_the_end(bench: BoardBench) -> None:
    button = Contact(bench.factory, Random(3), pin=NO, profile=replace(CLEAN, breaks=5))
    button.press()
    bench.time.run_for(60 * SECOND_NS)

    edges = bench.edges(2 + 1 + 2 * 5)[2:]
    assert [edge.high for edge in edges] == [False, *[True, False] * 5]
    assert not bench.level(NO)


def test_a_slow_changeover_touches_neither_side_for_long(bench: BoardBench) -> None:
    Contact(bench.factory, Random(4), pin=NO, pin_nc=NC, profile=replace(CLEAN, transfer_ns=150_000_000)).press()

    bench.time.run_for(140_000_000)

    assert levels(bench) == (True, True)


def test_exchanged_wires_tell_of_each_other_until_they_are_exchanged_back(bench: BoardBench) -> None:
    button, other = Contact(bench.factory, Random(1), pin=NO), Contact(bench.factory, Random(2), pin=NC)
    bench.factory.swap(NO, NC)

    button.press()
    bench.time.run_for(SECOND_NS)
    assert levels(bench) == (True, False)
    other.press()
    button.release()
    bench.time.run_for(SECOND_NS)
    assert levels(bench) == (False, True)

    bench.factory.swap(NO, NC)

    assert levels(bench) == (True, False)
