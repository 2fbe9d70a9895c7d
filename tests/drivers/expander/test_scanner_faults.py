"""What is told of an expander whose bus or supply fails, and of what is asked of it wrongly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import GpioError
from drivers.expander.scanner import POLL_NS, SETTLE_NS
from drivers.lock_ports import BoardSilent
from drivers.ports import Edge, Pull
from sim.board.expander import I2cState
from tests.drivers.expander.scanner_bench import ADDRESS, INTERRUPT, MS, Bench, unwired, wired


def test_a_bus_that_is_disturbed_twice_is_no_news() -> None:
    bench = unwired()
    bench.chip.state = I2cState.ABSENT
    bench.time.run_for(2 * POLL_NS)
    bench.chip.state = I2cState.WELL

    bench.time.run_for(2 * POLL_NS)

    assert not bench.posted


def test_after_three_failures_nothing_is_known_and_it_is_told_once() -> None:
    bench = unwired()
    bench.chip.state = I2cState.ABSENT

    bench.time.run_for(20 * POLL_NS)

    (silent,) = bench.silences()
    assert (silent.bus, silent.board, silent.why) == ("reeds", ADDRESS, "Remote I/O error")
    assert len(bench.posted) == 1


@pytest.mark.parametrize("state", [I2cState.ABSENT, I2cState.STUCK])
def test_when_it_answers_again_every_contact_is_told_again(state: I2cState) -> None:
    bench = wired()
    bench.chip.state = state
    bench.time.run_for(4 * POLL_NS)
    bench.posted.clear()
    bench.chip.drive(12, False)
    bench.chip.state = I2cState.WELL

    bench.time.run_for(POLL_NS)

    assert bench.levels() == [("reeds/3", True), ("reeds/12", False)]
    bench.chip.state = state
    bench.time.run_for(4 * POLL_NS)
    assert len(bench.silences()) == 1


def test_a_chip_that_is_not_there_at_start_is_told_and_found_when_it_comes() -> None:
    bench = Bench()
    bench.chip.state = I2cState.ABSENT
    bench.time.run_for(4 * POLL_NS)
    assert len(bench.silences()) == 1

    bench.chip.state = I2cState.WELL
    bench.time.run_for(2 * POLL_NS)

    assert bench.levels() == [("reeds/3", True), ("reeds/12", True)]


def test_open_contacts_that_float_low_without_supply_are_not_believed() -> None:
    bench = wired()

    bench.chip.lose_supply()
    assert not bench.chip.level(3)
    bench.time.run_for(4 * POLL_NS)

    assert not bench.posted
    bench.chip.drive(3, False)
    bench.time.run_for(0)
    assert bench.levels() == [("reeds/3", False)]


def test_a_chip_whose_supply_comes_back_twice_is_set_up_twice() -> None:
    bench = unwired()
    bench.chip.lose_supply()
    bench.time.run_for(POLL_NS)
    bench.chip.state = I2cState.ABSENT
    bench.time.run_for(SETTLE_NS)
    bench.chip.lose_supply()
    bench.chip.state = I2cState.WELL

    bench.chip.drive(3, False)
    bench.time.run_for(POLL_NS + SETTLE_NS)

    assert bench.levels() == [("reeds/3", False)]


def test_a_chip_that_forgets_its_settings_over_and_over_is_as_good_as_silent() -> None:
    bench = unwired()
    for _ in range(40):
        bench.chip.lose_supply()
        bench.time.run_for(SETTLE_NS // 2)

    (silent,) = bench.silences()
    assert "is it an MCP23017" in silent.why
    assert len(bench.posted) == 1


def test_an_input_without_pull_up_has_none() -> None:
    bench = unwired()

    bench.inputs.watch("reeds/9", Pull.NONE)
    bench.time.run_for(POLL_NS)

    assert bytes([0xFF, 0xFD]) == bench.chip.read(0x0C, 2)


def test_what_could_not_be_posted_is_posted_by_the_next_reading() -> None:
    bench = unwired()
    bench.chip.drive(3, False)
    bench.refuses = 1
    with pytest.raises(RuntimeError, match="no room"):
        bench.time.run_for(POLL_NS)

    bench.inputs.resample()
    bench.time.run_for(POLL_NS)

    assert bench.levels() == [("reeds/3", False)]


def test_a_silence_that_could_not_be_posted_is_posted_by_the_next_failure() -> None:
    bench = unwired()
    bench.chip.state = I2cState.ABSENT
    bench.time.run_for(2 * POLL_NS)
    bench.refuses = 1
    with pytest.raises(RuntimeError, match="no room"):
        bench.time.run_for(POLL_NS)

    bench.inputs.resample()
    bench.time.run_for(POLL_NS)

    assert len(bench.silences()) == 1


@pytest.mark.parametrize(
    "pin", ["reeds/16", "reeds/-1", "reeds/07", "reeds/", "reeds", "other/3", "GPIO5", "reeds/3/1"]
)
def test_what_is_no_input_of_the_chip_is_refused(pin: str) -> None:
    with pytest.raises(GpioError, match=f"pin {pin}: is no input of the chip; use reeds/0 to reeds/15"):
        Bench().inputs.watch(pin, Pull.UP)


def test_a_pull_down_is_refused() -> None:
    with pytest.raises(GpioError, match=r"pin reeds/0: .*wire the contact to ground"):
        Bench().inputs.watch("reeds/0", Pull.DOWN)


def test_an_input_used_twice_is_refused() -> None:
    with pytest.raises(GpioError, match=r"pin reeds/3: is used twice"):
        Bench().inputs.watch("reeds/3", Pull.UP)


def test_nothing_is_told_after_close() -> None:
    bench = wired()
    bench.inputs.close()

    bench.chip.drive(3, False)
    bench.inputs.resample()
    bench.time.run_for(4 * POLL_NS)

    assert not bench.posted


Trouble = st.one_of(
    st.tuples(st.just("move"), st.sampled_from([3, 12, 0, 7])),
    st.tuples(st.just("state"), st.sampled_from(list(I2cState))),
    st.tuples(st.just("wire"), st.sampled_from(["cut", "short", "mend"])),
    st.tuples(st.just("deaf"), st.booleans()),
    st.tuples(st.just("supply"), st.none()),
    st.tuples(st.just("spoil"), st.integers(0, 1)),
    st.tuples(st.just("wait"), st.integers(0, 600 * MS)),
)


def happen(bench: Bench, what: str, value: object) -> None:
    match what, value:
        case "state", I2cState() as state:
            bench.chip.state = state
        case "wire", str(act):
            getattr(bench.chip.interrupt_wire, act)()
        case "deaf", bool(lost):
            bench.board.lose_edges(INTERRUPT, lost)
        case "supply", _:
            bench.chip.lose_supply()
        case "spoil", int(after):
            bench.chip.spoil(1, after)
        case "wait", int(pause_ns):
            bench.time.run_for(pause_ns)


@given(st.booleans(), st.lists(Trouble, max_size=30))
def test_whatever_happens_the_last_word_is_true_and_time_never_goes_back(
    is_wired: bool, troubles: list[tuple[str, object]]
) -> None:
    bench = Bench(INTERRUPT if is_wired else None)
    contacts = {3: True, 12: True, 0: True, 7: True}
    moved = {"reeds/3": 0, "reeds/12": 0}
    for what, value in troubles:
        if what == "move" and isinstance(value, int):
            contacts[value] = not contacts[value]
            moved["reeds/3" if value == 3 else "reeds/12"] += value in {3, 12}
            bench.chip.drive(value, None if contacts[value] else False)
        else:
            happen(bench, what, value)
    bench.chip.state = I2cState.WELL
    bench.time.run_for(4 * POLL_NS)

    told: dict[str, bool] = {}
    at_ns: dict[str, int] = {}
    changes = dict.fromkeys(moved, 0)
    for fact in bench.posted:
        if isinstance(fact, BoardSilent):
            told.clear()
            continue
        assert isinstance(fact, Edge)
        assert told.get(fact.pin) is not fact.high
        assert at_ns.get(fact.pin, 0) <= fact.at_ns <= bench.now_ns
        changes[fact.pin] += fact.pin in told
        told[fact.pin], at_ns[fact.pin] = fact.high, fact.at_ns
    assert told == {"reeds/3": contacts[3], "reeds/12": contacts[12]}
    # Neither a spoilt transfer nor a chip without supply moves a contact.
    assert all(changes[pin] <= moved[pin] for pin in moved)
