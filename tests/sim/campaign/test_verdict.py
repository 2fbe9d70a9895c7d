"""The judge of the power-cut campaign is only worth something if it finds what is wrong."""

from collections import Counter
from dataclasses import replace

import pytest

from drivers.ports import Place
from sim.board.lines import Seen
from sim.campaign.verdict import Evidence, Life, judge
from sim.control_room.chain import ChainLink

EPOCHS = ("00000001aaaaaaaa", "00000002bbbbbbbb")


def place(epoch: int, seq: int) -> Place:
    return Place(EPOCHS[epoch], seq)


def name(epoch: int, seq: int) -> str:
    return f"digest of {place(epoch, seq)}"


def life(epoch: int, *steps: tuple[str, int]) -> Life:
    """A life that told these steps: `sent`, `event`, `saved` or `received`, and of which seq."""
    lived = Life()
    for kind, seq in steps:
        add(lived, kind, epoch, seq)
    return lived


def add(lived: Life, kind: str, epoch: int, seq: int) -> None:
    id_, digest = str(place(epoch, seq)), name(epoch, seq)
    match kind:
        case "event":
            lived.see(Seen("event", 0, id_, "alarm.holdup", "raised", "counter-button", 0, digest))
        case "sent":
            lived.see(Seen("sent", 0, "alarm", 1, digest))
        case _:
            lived.see(Seen(kind, 0, id_))


def whole() -> Evidence:
    """Two lives in which all is well: the last event of the first, never saved, was lost with its power."""
    first = life(0, ("sent", 1), ("event", 1), ("saved", 1), ("event", 2), ("saved", 2), ("received", 1), ("event", 3))
    second = life(1, ("sent", 1), ("event", 1), ("saved", 1))
    add(second, "sent", 0, 2)
    add(second, "received", 0, 2)
    links = [
        ChainLink(place(0, 1), name(0, 1), None),
        ChainLink(place(0, 2), name(0, 2), name(0, 1)),
        ChainLink(place(1, 1), name(1, 1), name(0, 2)),
    ]
    return Evidence([first, second], links, [], Counter(link.digest for link in links))


def test_lives_in_which_all_is_well_are_not_blamed() -> None:
    assert judge(whole()) == ()


def test_event_that_was_never_saved_may_have_overtaken_one_that_was_lost_with_it() -> None:
    evidence = whole()
    evidence.lives[0].see(Seen("event", 0, str(place(0, 4)), "alarm.holdup", "raised", "bell", 0, name(0, 4)))
    overtaken = ChainLink(place(0, 4), name(0, 4), name(0, 3))

    assert judge(replace(evidence, links=[*evidence.links, overtaken])) == ()


@pytest.mark.parametrize("kind", ["saved", "received"])
def test_confirmed_event_that_never_arrived_is_lost(kind: str) -> None:
    evidence = whole()
    add(evidence.lives[1], kind, 1, 2)

    assert judge(evidence) == (f"lost: {place(1, 2)} was confirmed in life 1 and is not in the control room",)


def test_gap_behind_what_was_stored_is_a_fault() -> None:
    evidence = whole()
    links = [evidence.links[1], evidence.links[2]]

    faults = judge(replace(evidence, links=links))

    assert f"chain: {place(0, 1)} had been stored and is missing" in faults


def test_event_that_is_not_what_was_written_is_a_fault() -> None:
    evidence = whole()
    other = ChainLink(place(1, 1), "another", name(0, 2))

    faults = judge(replace(evidence, links=[*evidence.links[:2], other]))

    assert f"changed: {place(1, 1)} is not what was written" in faults


def test_id_that_came_with_two_contents_is_a_fault() -> None:
    assert judge(replace(whole(), conflicts=[place(0, 1)])) == (f"id used twice: {place(0, 1)} came with two contents",)


def test_id_that_is_written_again_is_a_fault() -> None:
    evidence = whole()
    add(evidence.lives[0], "event", 0, 2)

    assert f"id used twice: {place(0, 2)} was written again" in judge(evidence)


def test_epoch_that_does_not_count_on_is_a_fault() -> None:
    evidence = whole()

    faults = judge(replace(evidence, lives=[*evidence.lives, evidence.lives[1]]))

    assert f"epochs do not increase: {EPOCHS[1]} after {EPOCHS[1]}" in faults


def test_received_event_that_a_later_life_sends_is_a_fault() -> None:
    evidence = whole()
    add(evidence.lives[1], "sent", 0, 1)

    assert judge(evidence) == (f"sent again: {place(0, 1)} in life 1, after it was shown as received",)


def test_received_event_that_came_more_often_than_it_was_sent_is_a_fault() -> None:
    evidence = whole()
    evidence.arrivals[name(0, 1)] = 2

    assert judge(evidence) == (f"came too often: {place(0, 1)} arrived 2 times, sent 1 times",)


def test_send_that_was_cut_before_it_was_told_is_allowed_for_once() -> None:
    evidence = whole()
    evidence.arrivals[name(0, 2)] = 2

    assert judge(evidence) == ()


def test_epoch_that_names_less_than_what_had_been_saved_is_a_fault() -> None:
    evidence = whole()
    shortened = ChainLink(place(1, 1), name(1, 1), name(0, 1))

    faults = judge(replace(evidence, links=[*evidence.links[:2], shortened]))

    assert faults == (f"chain: {place(1, 1)} names {place(0, 1)}, but {place(0, 2)} had been saved",)


@pytest.mark.parametrize(
    ("prev", "fault"),
    [
        ("nobody's", f"chain: {place(1, 1)} names a predecessor that never arrived"),
        (None, f"chain: epoch {EPOCHS[1]} knows of none before it"),
    ],
)
def test_epoch_without_a_known_predecessor_is_a_fault(prev: str | None, fault: str) -> None:
    evidence = whole()
    orphan = ChainLink(place(1, 1), name(1, 1), prev)

    assert judge(replace(evidence, links=[*evidence.links[:2], orphan])) == (fault,)


def test_event_that_names_another_predecessor_is_a_fault() -> None:
    evidence = whole()
    links = [evidence.links[0], replace(evidence.links[1], prev="another"), evidence.links[2]]

    assert judge(replace(evidence, links=links)) == (f"chain: {place(0, 2)} does not name the event before it",)
