"""What is told of an expander's inputs, in time turned by hand, on the model of the chip."""

import pytest

from drivers.expander.scanner import EDGES_PER_RESAMPLE, PACE_NS, POLL_NS, SETTLE_NS
from drivers.ports import Edge, Pull
from sim.board.expander import I2cState
from tests.drivers.expander.scanner_bench import INTERRUPT, MS, START_NS, Bench, unwired, wired


def test_the_level_at_start_is_told_when_the_pull_ups_have_settled() -> None:
    bench = Bench()
    bench.chip.drive(3, False)

    bench.time.run_for(SETTLE_NS - 1)
    assert not bench.posted
    bench.time.run_for(MS)

    assert bench.levels() == [("reeds/3", False), ("reeds/12", True)]


def test_an_input_that_is_watched_later_is_told_soon() -> None:
    bench = unwired()
    bench.chip.drive(0, False)

    bench.inputs.watch("reeds/0", Pull.UP)
    bench.time.run_for(PACE_NS)

    assert bench.levels() == [("reeds/0", False)]


def test_without_int_a_change_is_heard_at_the_next_poll() -> None:
    bench = unwired()
    bench.chip.drive(3, False)

    bench.time.run_for(POLL_NS)
    assert bench.levels() == [("reeds/3", False)]
    bench.chip.drive(3, True)
    bench.time.run_for(POLL_NS)

    assert bench.levels() == [("reeds/3", False), ("reeds/3", True)]


def test_with_int_a_change_is_heard_at_once() -> None:
    bench = wired()
    bench.time.run_for(100 * MS)
    moved_ns = bench.now_ns

    bench.chip.drive(12, False)
    bench.time.run_for(0)

    assert bench.posted == [Edge(moved_ns, "reeds/12", False)]
    assert bench.board.level(INTERRUPT)


def test_an_edge_carries_the_time_at_which_int_fell_not_that_of_the_reading() -> None:
    bench = wired()
    moved_ns = bench.now_ns
    bench.chip.state = I2cState.STUCK
    bench.chip.drive(12, False)
    bench.time.run_for(POLL_NS)
    bench.chip.state = I2cState.WELL

    bench.time.run_for(POLL_NS)

    assert bench.posted == [Edge(moved_ns, "reeds/12", False)]


def test_when_both_ports_pull_int_nothing_is_dated_back() -> None:
    """INT fell for one of them. Nobody knows for which, and the other may have moved much later."""
    bench = wired()
    bench.chip.state = I2cState.STUCK
    bench.chip.drive(12, False)
    bench.time.run_for(POLL_NS)
    bench.chip.drive(3, False)
    moved_ns = bench.now_ns
    bench.chip.state = I2cState.WELL

    bench.time.run_for(POLL_NS)

    told = {fact.pin: fact.at_ns for fact in bench.posted if isinstance(fact, Edge)}
    assert told["reeds/3"] >= moved_ns
    assert told["reeds/12"] >= moved_ns


def test_a_contact_that_moved_after_int_fell_is_not_dated_back() -> None:
    bench = wired()
    bench.inputs.watch("reeds/0", Pull.UP)
    bench.time.run_for(PACE_NS)
    bench.posted.clear()
    bench.chip.state = I2cState.STUCK
    fell_ns = bench.now_ns
    bench.chip.drive(0, False)
    bench.time.run_for(POLL_NS - MS)
    bench.chip.drive(3, False)
    bench.chip.state = I2cState.WELL

    bench.time.run_for(POLL_NS)

    told = {fact.pin: fact.at_ns for fact in bench.posted if isinstance(fact, Edge)}
    assert told["reeds/0"] == fell_ns
    assert told["reeds/3"] > fell_ns + POLL_NS - MS


def test_an_interrupt_that_gets_lost_is_mended_by_polling() -> None:
    bench = wired()
    bench.board.lose_edges(INTERRUPT, True)
    bench.chip.drive(3, False)

    bench.time.run_for(POLL_NS - START_NS)
    assert not bench.posted
    bench.time.run_for(START_NS)
    bench.board.lose_edges(INTERRUPT, False)

    assert bench.levels() == [("reeds/3", False)]
    bench.chip.drive(3, True)
    bench.time.run_for(PACE_NS)
    assert bench.levels() == [("reeds/3", False), ("reeds/3", True)]


def test_an_int_wire_that_is_cut_costs_time_and_nothing_else() -> None:
    bench = wired()
    bench.chip.interrupt_wire.cut()
    bench.chip.drive(3, False)

    bench.time.run_for(POLL_NS)

    assert bench.levels() == [("reeds/3", False)]


def test_an_int_wire_that_touches_ground_costs_some_readings_and_is_then_not_listened_to(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = wired()
    bench.chip.interrupt_wire.short()
    bench.time.run_for(4 * POLL_NS)
    before = bench.chip.reads

    bench.time.run_for(40 * POLL_NS)

    assert bench.chip.reads - before == 40
    assert "the interrupt of expander reeds stays low" in caplog.text
    bench.chip.interrupt_wire.mend()
    bench.chip.drive(3, False)
    bench.time.run_for(0)
    assert bench.levels() == [("reeds/3", False)]


def test_an_interrupt_that_was_waiting_at_start_is_read() -> None:
    bench = wired()
    bench.inputs.close()
    bench.chip.drive(3, False)
    assert not bench.board.level(INTERRUPT)

    inputs = bench.new_inputs(INTERRUPT)
    inputs.watch("reeds/3", Pull.UP)
    bench.time.run_for(0)

    assert bench.levels() == [("reeds/3", False)]
    assert bench.board.level(INTERRUPT)


def test_a_change_while_the_chip_is_read_leaves_no_interrupt_behind() -> None:
    bench = wired()
    bench.chip.drive(3, False)
    bench.chip.drive(0, False)
    bench.chip.drive(3, True)
    bench.chip.drive(3, False)

    bench.time.run_for(PACE_NS)

    assert bench.levels() == [("reeds/3", False)]
    assert bench.board.level(INTERRUPT)


def test_a_contact_that_is_not_watched_is_not_told() -> None:
    bench = wired()

    bench.chip.drive(0, False)
    bench.time.run_for(POLL_NS)

    assert not bench.posted
    assert bench.board.level(INTERRUPT)


def test_a_transfer_that_shows_everything_high_moves_no_contact() -> None:
    bench = wired()
    bench.chip.drive(3, False)
    bench.time.run_for(POLL_NS)
    bench.posted.clear()

    bench.chip.spoil(1)
    bench.time.run_for(4 * POLL_NS)

    assert not bench.posted


def test_what_only_the_second_of_two_transfers_shows_moves_no_contact() -> None:
    bench = unwired()
    scanner = bench.new_scanner()
    bench.chip.drive(3, False)
    scanner.step()
    bench.posted.clear()

    # The contact that moves makes the first transfer news; the second is spoilt.
    bench.chip.drive(12, False)
    bench.chip.spoil(1, after=1)
    scanner.step()
    assert not bench.posted
    due_ns = scanner.due_ns()
    assert due_ns == bench.now_ns + PACE_NS
    scanner.step()

    assert bench.levels() == [("reeds/12", False)]


def test_an_interrupt_gives_its_time_to_one_reading_only() -> None:
    bench = unwired()
    scanner = bench.new_scanner()
    scanner.step()
    scanner.interrupt(True, bench.now_ns)
    scanner.step()
    bench.time.run_for(100 * MS)
    bench.posted.clear()

    bench.chip.drive(3, False)
    scanner.step()

    assert bench.posted == [Edge(bench.now_ns, "reeds/3", False)]


def test_an_interrupt_that_is_heard_of_late_does_not_turn_time_back() -> None:
    bench = unwired()
    scanner = bench.new_scanner()
    scanner.step()
    bench.time.run_for(100 * MS)
    bench.chip.drive(3, False)
    scanner.step()
    told_ns = bench.now_ns

    scanner.interrupt(True, told_ns - MS)
    bench.chip.drive(3, True)
    scanner.step()

    assert bench.posted[-2:] == [Edge(told_ns, "reeds/3", False), Edge(told_ns, "reeds/3", True)]


def test_a_quiet_chip_is_read_four_times_a_second_whether_resampled_or_not() -> None:
    bench = wired()
    bench.time.run_for(POLL_NS)
    before = bench.chip.reads

    bench.time.run_for(8 * POLL_NS)
    assert bench.chip.reads - before == 8
    for _ in range(8):
        bench.inputs.resample()
        bench.time.run_for(POLL_NS)

    assert bench.chip.reads - before == 16


def test_a_contact_that_floods_is_bounded_until_resampled_and_silences_no_other() -> None:
    bench = unwired()
    scanner = bench.new_scanner()
    for number in range(EDGES_PER_RESAMPLE + 11):
        bench.chip.drive(3, bool(number % 2))
        scanner.step()
    assert len(bench.posted) == EDGES_PER_RESAMPLE + 1

    bench.chip.drive(12, False)
    scanner.step()
    assert bench.levels()[-1] == ("reeds/12", False)

    scanner.resample()
    scanner.step()

    assert bench.levels()[-1] == ("reeds/3", False)


def test_an_int_that_floods_leaves_the_poll() -> None:
    bench = wired()
    for number in range(1000):
        bench.chip.drive(3, bool(number % 2))
        bench.time.run_for(PACE_NS)

    assert len(bench.posted) < 200
    bench.chip.drive(12, False)
    bench.time.run_for(POLL_NS)

    assert ("reeds/12", False) in bench.levels()
