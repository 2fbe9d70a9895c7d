"""What was proved, as the agent reads it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from device.commission.mapping import map_of, proved_of
from device.commission.plan import Plan, Proved
from device.commission.signals import Bit, Board, Pin
from device.config.load import parse
from device.config.map import parse_map, write_map
from drivers.locks.wiring import ByteOrder, Polarity
from tests.device.config.store import GOOD

AT = datetime(2026, 11, 28, 10, 0, 0, tzinfo=UTC)
DOORS = ("01", "02", "03")
BOARD = Board("left", 1, 3, 24)
PLAN = Plan(DOORS, (BOARD,), ("GPIO16",), ("GPIO5",))
CONFIG = parse(
    GOOD
    + """
[bank]
doors = ["01", "02", "03"]
map = "/var/lib/ansim/bank.toml"
reeds = ["GPIO5"]
relays = ["GPIO16"]

[[bus]]
name = "left"
port = "/dev/ttyUSB0"
family = "xor8a"
""",
    "agent.toml",
)


def test_the_map_says_what_was_seen() -> None:
    proved = (
        Proved("01", "left/1/1", Bit("left", 1, 16), True),
        Proved("02", "left/1/2", Bit("left", 1, 17), True, Pin("GPIO5"), True),
        Proved("03", "GPIO16", Bit("left", 1, 23), True),
    )

    written = map_of(PLAN, proved, AT)

    assert written.proof.at == "2026-11-28T10:00:00Z"
    assert [(one.polarity, one.order) for one in written.boards] == [(Polarity.SET_WHEN_LOCKED, ByteOrder.LOW_LAST)]
    assert [(one.lock, one.latch, one.reed) for one in written.doors] == [
        ("left/1/1", "left/1/1", None),
        ("left/1/2", "left/1/2", "GPIO5"),
        ("GPIO16", "left/1/8", None),
    ]
    assert not written.doors[1].reed_closed_when_shut


@given(
    places=st.lists(st.integers(0, 23), min_size=3, max_size=3, unique=True),
    locks=st.lists(st.integers(1, 24), min_size=3, max_size=3, unique=True),
    is_set=st.booleans(),
    reed=st.sampled_from([None, Pin("GPIO5")]),
    is_high=st.booleans(),
)
def test_the_agent_takes_every_map_and_it_can_be_read_back(
    places: list[int], locks: list[int], is_set: bool, reed: Pin | None, is_high: bool
) -> None:
    proved = tuple(
        Proved(
            door,
            f"left/1/{lock}",
            Bit("left", 1, place),
            is_set,
            reed if door == "02" else None,
            is_high if door == "02" and reed else False,
        )
        for door, place, lock in zip(DOORS, places, locks, strict=True)
    )

    text = write_map(map_of(PLAN, proved, AT))

    assert proved_of(parse_map(text, "bank.toml", CONFIG), PLAN) == proved


def test_a_door_whose_board_or_contact_is_gone_has_to_be_proved_again() -> None:
    proved = (
        Proved("01", "left/1/1", Bit("left", 1, 0)),
        Proved("02", "left/1/2", Bit("left", 1, 1), True, Pin("GPIO5")),
        Proved("03", "GPIO16", Bit("left", 1, 2)),
    )
    bank_map = map_of(PLAN, proved, AT)

    assert proved_of(bank_map, Plan(DOORS, (), ("GPIO16",))) == ()
    assert proved_of(bank_map, Plan(DOORS, (BOARD,), ("GPIO16",))) == (proved[0], proved[2])
    assert proved_of(bank_map, Plan(DOORS, (BOARD,), (), ("GPIO5",))) == proved[:2]
