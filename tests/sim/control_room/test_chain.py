import random

import pytest

from drivers.ports import Place
from sim.control_room.chain import ChainLink, ChainReport, Joint, examine
from sim.control_room.values import Span

A, B, C = "0000000100000000", "0000000200000000", "0000000300000000"


def _run(epoch: str, last: int, prev: str | None = None) -> list[ChainLink]:
    links = []
    for seq in range(1, last + 1):
        links.append(ChainLink(Place(epoch, seq), f"{epoch}:{seq}", prev))
        prev = f"{epoch}:{seq}"
    return links


def _span(count: int, first: tuple[str, int], last: tuple[str, int]) -> Span:
    return Span(count, Place(*first), Place(*last))


def _gaps(report: ChainReport) -> list[tuple[int, int, int]]:
    return [(gap.first.seq, gap.last.seq, gap.explained) for epoch in report.epochs for gap in epoch.gaps]


def test_nothing_is_whole() -> None:
    assert examine([]) == ChainReport(())
    assert examine([]).is_whole


def test_order_of_arrival_does_not_matter() -> None:
    links = _run(A, 50) + _run(B, 50, f"{A}:50")
    random.Random(7).shuffle(links)

    report = examine(links)

    assert report.is_whole
    assert [(epoch.epoch, epoch.arrived, epoch.last_seq) for epoch in report.epochs] == [(A, 50, 50), (B, 50, 50)]
    assert [epoch.joint for epoch in report.epochs] == [Joint.FIRST, Joint.WHOLE]


def test_missing_events_are_gaps() -> None:
    links = [link for link in _run(A, 10) if link.place.seq not in {1, 4, 5, 9}]

    report = examine(links)

    assert _gaps(report) == [(1, 1, 0), (4, 5, 0), (9, 9, 0)]
    assert not report.is_whole


def test_gap_closes_when_the_missing_event_arrives() -> None:
    links = _run(A, 3)

    assert not examine([links[0], links[2]]).is_whole
    assert examine([links[0], links[2], links[1]]).is_whole


def test_link_to_another_event_is_broken() -> None:
    links = _run(A, 3)
    links[1] = ChainLink(Place(A, 2), "forged", f"{A}:1")

    (broken,) = examine(links).epochs[0].broken

    assert (broken.place, broken.named, broken.arrived) == (Place(A, 3), f"{A}:2", "forged")


def test_only_the_first_event_may_name_no_predecessor() -> None:
    links = [*_run(A, 2), ChainLink(Place(A, 9), "lonely", None)]

    assert [broken.place.seq for broken in examine(links).epochs[0].broken] == [9]


def test_announced_thinning_explains_a_gap() -> None:
    links = [link for link in _run(A, 10) if link.place.seq not in {3, 5, 6}]

    report = examine(links, [_span(3, (A, 3), (A, 6))])

    assert _gaps(report) == [(3, 3, 1), (5, 6, 2)]
    assert report.is_whole


def test_thinning_explains_no_more_than_it_counts() -> None:
    links = [link for link in _run(A, 10) if link.place.seq not in {3, 5, 6}]

    report = examine(links, [_span(2, (A, 3), (A, 6))])

    assert _gaps(report) == [(3, 3, 1), (5, 6, 1)]
    assert not report.is_whole


def test_thinning_explains_nothing_outside_its_bounds() -> None:
    links = [link for link in _run(A, 10) if link.place.seq not in {2, 8, 9}]

    assert _gaps(examine(links, [_span(9, (A, 3), (A, 8))])) == [(2, 2, 0), (8, 9, 1)]


def test_two_spans_do_not_pay_for_the_same_event_twice() -> None:
    links = [link for link in _run(A, 12) if not 1 < link.place.seq < 12]
    spans = [_span(5, (A, 2), (A, 6)), _span(5, (A, 2), (A, 6))]

    assert _gaps(examine(links, spans)) == [(2, 11, 5)]


def test_thinned_end_of_an_epoch_is_known_of() -> None:
    links = _run(A, 3) + _run(B, 2, f"{A}:5")

    report = examine(links, [_span(2, (A, 4), (A, 5))])

    assert [(epoch.last_seq, epoch.joint) for epoch in report.epochs] == [(5, Joint.FIRST), (2, Joint.THINNED)]
    assert report.is_whole


def test_thinning_may_span_epochs() -> None:
    links = [link for link in _run(A, 4) + _run(B, 4, f"{A}:4") if link.place not in {Place(A, 4), Place(B, 1)}]

    report = examine(links, [_span(2, (A, 4), (B, 1))])

    assert _gaps(report) == [(4, 4, 1), (1, 1, 1)]
    assert report.epochs[1].joint is Joint.OPEN  # what hangs the epoch on the one before was given up, too


def test_epoch_that_names_an_unknown_event_is_open() -> None:
    report = examine(_run(A, 3) + _run(C, 2, f"{B}:7"))

    assert report.epochs[1].joint is Joint.OPEN
    assert not report.is_whole


def test_events_that_never_reached_the_disk_shorten_an_epoch() -> None:
    report = examine(_run(A, 5) + _run(B, 2, f"{A}:3"))

    assert report.epochs[1].joint is Joint.SHORTENED
    assert report.is_whole


def test_device_without_memory_is_noticed() -> None:
    report = examine(_run(A, 5) + _run(B, 2, None))

    assert report.epochs[1].joint is Joint.LOST
    assert not report.is_whole


def test_epoch_that_could_not_be_counted_still_links() -> None:
    blind = "ffffffff12345678"
    report = examine(_run(A, 2) + _run(blind, 2, f"{A}:2") + _run(B, 2, f"{blind}:2"))

    assert [epoch.joint for epoch in report.epochs] == [Joint.FIRST, Joint.WHOLE, Joint.WHOLE]


@pytest.mark.parametrize("seq", [2, 2**53 - 1])
def test_huge_numbers_cost_nothing(seq: int) -> None:
    links = [*_run(A, 1), ChainLink(Place(A, seq + 1), "far", "unknown")]

    (gap,) = examine(links, [_span(1, (A, 2), (A, seq))]).epochs[0].gaps

    assert (gap.missing, gap.explained) == (seq - 1, 1)


def test_many_epochs_stay_quick() -> None:
    links: list[ChainLink] = []
    for number in range(2_000):
        links += _run(f"{number:08x}00000000", 20, links[-1].digest if links else None)

    assert examine(links).is_whole
