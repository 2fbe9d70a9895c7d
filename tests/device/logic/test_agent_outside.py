"""What comes from outside: receipts, commands, garbage, and every kind of fact in any order."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.effects import Settle
from device.logic.envelope import Typ
from device.logic.receipt import Answer
from device.logic.units import S
from drivers.ports import (
    Edge,
    Fact,
    LinkDown,
    LinkUp,
    Loaded,
    Place,
    Probed,
    Published,
    Received,
    Saved,
    Settled,
    StoreFailed,
    StoreFault,
    StoreWell,
    Tick,
    WallClock,
)
from tests.builders import EPOCH, make_record, make_signer
from tests.device.logic.letters import DEVICE, answer_of, command, letter, receipt, receipts_payload
from tests.device.logic.post import NOON_NS, Desk, read


def _bad_receipts(desk: Desk) -> dict[str, bytes | None]:
    record = desk.records[-1]
    good = answer_of(record)
    return {
        "digest": letter(receipts_payload([answer_of(record, digest="x" * 43)])),
        "kid": letter(receipts_payload([good]), signer=make_signer()),
        "audience": letter(receipts_payload([good], device="store-0043")),
        "typ": letter(receipts_payload([good]), Typ.COMMAND),
        "payload": letter(receipts_payload([{**good, "state": "lost"}])),
        "form": b"hello",
        "size": None,
    }


@pytest.mark.parametrize("reason", ["digest", "kid", "audience", "typ", "payload", "form", "size"])
def test_bad_receipt_changes_nothing_and_the_right_one_settles(reason: str) -> None:
    desk = Desk().start()
    desk.press(2)
    alarm = desk.records[-1]
    before = desk.depth()
    for _ in range(3):
        desk.hear(_bad_receipts(desk)[reason] if desk.records[-1] is alarm else b"x")
    assert desk.events("trouble") == ["trouble.message raised"]
    assert desk.depth() == before + 1
    assert desk.of(Settle) == []
    desk.until(20)
    assert desk.statuses()[-1]["health"]["refused"][reason] >= 1
    assert desk.sent(alarm) > 1
    desk.answer(alarm)
    assert [each.place for each in desk.of(Settle) if isinstance(each, Settle)] == [alarm.place]


def test_bad_messages_are_over_after_a_quiet_hour_and_counted_by_reason() -> None:
    desk = Desk().start()
    desk.hear(b"x")
    desk.hear(b"x", topic="command")
    desk.until(4_000)
    assert desk.event("trouble.message restored")["data"]["detail"] == {"form": 2}


def test_wrong_digest_does_not_spoil_the_right_one_beside_it() -> None:
    desk = Desk().start()
    one, two = desk.press(2), desk.press(5)
    desk.hear(letter(receipts_payload([answer_of(one, digest="x" * 43), answer_of(two)])))
    assert [each.place for each in desk.of(Settle) if isinstance(each, Settle)] == [two.place]


def test_every_command_is_refused_with_one_event() -> None:
    desk = Desk().start()
    for jti in ("7", "7", "8", "7"):
        desk.hear(command(jti), topic="command")
    refused = [read(record.envelope) for record in desk.records if record.place.seq > 1]
    assert [(each["type"], each["subject"]) for each in refused] == [
        ("ansim.command.refused", "7"),
        ("ansim.command.refused", "8"),
    ]
    assert refused[0]["data"]["detail"] == {"command": "door.unlock", "reason": "unknown command"}


def test_hundred_thousand_hostile_messages_change_nothing_but_counters() -> None:
    desk, random = Desk().start(), Random(2)
    alarm = desk.press(2)
    good, count = receipt(alarm), 100_000
    desk.hear(b"x")
    seq, depth = desk.agent._journal.seq, desk.depth()
    for number in range(count):
        payload = _mutated(good, random) if number % 2 else random.randbytes(number % 97)
        desk.agent.feed(
            Received(desk.now_ns, f"ansim/v1/{DEVICE}/{('receipt', 'command', 'else')[number % 3]}", payload)
        )
    assert desk.agent._journal.seq == seq
    assert desk.depth() == depth
    assert desk.look() == "sending"
    assert sum(desk.agent._answers.refused.values()) == count + 1
    desk.answer(alarm)
    assert desk.look() == "received"


def _mutated(good: bytes, random: Random) -> bytes:
    at = random.randrange(len(good))
    match random.randrange(4):
        case 0:
            return good[:at]
        case 1:
            return good[:at] + bytes([good[at] ^ (1 << random.randrange(8))]) + good[at + 1 :]
        case 2:
            return good[:at] + random.randbytes(3) + good[at:]
        case _:
            return good + good


def _any_fact(desk: Desk, random: Random) -> Fact:
    """Anything that can happen now, likely or not."""
    now_ns, record = desk.now_ns, random.choice(desk.records or [make_record()])
    answer, flag = random.choice(list(Answer)), random.random() < 0.5
    edge = Edge(now_ns, random.choice(("GPIO17", "GPIO27")), flag)
    drawn: list[Fact] = [
        edge,
        edge,
        edge,
        LinkUp(now_ns, random.randrange(2), random.choice((1, 5, 20))),
        LinkDown(now_ns, random.randrange(2), "reset"),
        Published(now_ns, random.randrange(60), random.choice((None, "no"))),
        Probed(now_ns, 0, flag),
        Received(now_ns, f"ansim/v1/{DEVICE}/receipt", receipt(record, answer=answer)),
        Saved(now_ns, (record.place,)),
        Settled(now_ns, (record.place,)),
        Loaded(now_ns, flag, (), random.random() < 0.1),
        StoreFailed(now_ns, StoreFault.FULL, "x", (record.place,)),
        StoreWell(now_ns),
        WallClock(now_ns, NOON_NS + now_ns + random.randrange(-5, 5) * S, flag),
    ]
    return random.choice(drawn)


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.integers())
def test_any_sequence_of_facts_keeps_the_chain_whole_and_never_spins(seed: int) -> None:
    random = Random(seed)
    desk = Desk(auto=False, random=random.random)
    for _ in range(80):
        desk.feed(_any_fact(desk, random))
        desk.feed(Tick(desk.now_ns))
        if random.random() < 0.5:
            desk.until(desk.now_ns / S + random.choice((0.005, 0.03, 0.6, 4, 30)))
    prev = None
    for seq, record in enumerate(desk.records, 1):
        assert record.place == Place(EPOCH, seq)
        assert read(record.envelope)["data"]["chain"]["prev"] == prev
        prev = record.digest
