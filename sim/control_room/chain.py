"""Says whether a device's history is whole. Pure. Implements docs/protocol.md, "Chain".

Takes what has arrived so far, in any order, since alarms overtake; ask again when more has come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from drivers.ports import Place
from sim.control_room.values import Span


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One event's place in the chain: its own digest, and the digest of the event before it."""

    place: Place
    digest: str
    prev: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Events first to last have not arrived; the device has given up `explained` of them and said so."""

    first: Place
    last: Place
    explained: int

    @property
    def missing(self) -> int:
        return self.last.seq - self.first.seq + 1

    @property
    def is_open(self) -> bool:
        return self.explained < self.missing


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The event at `place` names another predecessor than the one that arrived: somebody lies or a disk does."""

    place: Place
    named: str | None
    arrived: str


class Joint(StrEnum):
    """How an epoch hangs on the ones before it."""

    FIRST = "first"
    """Names no predecessor, and no earlier epoch is known."""
    WHOLE = "whole"
    """Names the last event of another epoch."""
    SHORTENED = "shortened"
    """Names an earlier event of another epoch: what came behind it was sent, but never reached the device's disk."""
    OPEN = "open"
    """Names an event that has not arrived, or its own first event has not arrived."""
    THINNED = "thinned"
    """Names an event that has not arrived, and the device has given up events just before this epoch."""
    LOST = "lost"
    """Names no predecessor although an earlier epoch is known: the device has lost its memory."""


_NOT_WHOLE = frozenset({Joint.OPEN, Joint.LOST})


@dataclass(frozen=True, slots=True)
class EpochReport:
    """One run of the agent. `last_seq` is the highest that is known of, arrived or not."""

    epoch: str
    arrived: int
    last_seq: int
    joint: Joint
    gaps: tuple[Gap, ...]
    broken: tuple[BrokenLink, ...]

    @property
    def is_whole(self) -> bool:
        return not self.broken and not any(gap.is_open for gap in self.gaps) and self.joint not in _NOT_WHOLE


@dataclass(frozen=True, slots=True)
class ChainReport:
    """A device's epochs, oldest first."""

    epochs: tuple[EpochReport, ...]

    @property
    def is_whole(self) -> bool:
        """Nothing is missing without explanation, and nothing contradicts anything else."""
        return all(epoch.is_whole for epoch in self.epochs)


def examine(links: Iterable[ChainLink], thinned: Iterable[Span] = ()) -> ChainReport:
    """`links` of one device, each place once, in any order; `thinned` as its system.thinned events say."""
    epochs: dict[str, list[ChainLink]] = {}
    for link in sorted(links, key=lambda link: link.place):
        epochs.setdefault(link.place.epoch, []).append(link)
    spans = sorted(thinned, key=lambda span: span.last)
    gaps = _explained([gap for run in epochs.values() for gap in _gaps(run, spans)], spans)
    by_epoch: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_epoch.setdefault(gap.first.epoch, []).append(gap)
    joints = _joints(list(epochs.values()), spans)
    return ChainReport(
        tuple(
            EpochReport(
                epoch, len(run), _last_seq(run, spans), joint, tuple(by_epoch.get(epoch, ())), tuple(_broken(run))
            )
            for (epoch, run), joint in zip(epochs.items(), joints, strict=True)
        )
    )


def _last_seq(run: Sequence[ChainLink], spans: Iterable[Span]) -> int:
    """An event that was given up behind the last arrived one is known of, too."""
    named = (place.seq for span in spans for place in (span.first, span.last) if place.epoch == run[0].place.epoch)
    return max(run[-1].place.seq, *named, 0)


def _gaps(run: Sequence[ChainLink], spans: Iterable[Span]) -> Iterable[Gap]:
    epoch = run[0].place.epoch
    seqs = [0, *(link.place.seq for link in run), _last_seq(run, spans) + 1]
    for before, after in pairwise(seqs):
        if after - before > 1:
            yield Gap(Place(epoch, before + 1), Place(epoch, after - 1), explained=0)


def _explained(gaps: list[Gap], spans: Iterable[Span]) -> list[Gap]:
    """Let every span pay for as many missing events as it counts, each missing event once."""
    unpaid = [[(gap.first, gap.last)] for gap in gaps]
    for span in spans:
        budget = span.count
        for number, pieces in enumerate(unpaid):
            unpaid[number], budget = _pay(pieces, span, budget)
    return [
        replace(gap, explained=gap.missing - sum(last.seq - first.seq + 1 for first, last in pieces))
        for gap, pieces in zip(gaps, unpaid, strict=True)
    ]


def _pay(pieces: list[tuple[Place, Place]], span: Span, budget: int) -> tuple[list[tuple[Place, Place]], int]:
    """Cut out of the pieces what the span covers, from the front, as far as the budget goes."""
    left: list[tuple[Place, Place]] = []
    for first, last in pieces:
        start, end = max(first, span.first), min(last, span.last)
        paid = min(budget, end.seq - start.seq + 1) if start <= end else 0
        if paid == 0:
            left.append((first, last))
            continue
        budget -= paid
        if first < start:
            left.append((first, Place(first.epoch, start.seq - 1)))
        if start.seq + paid <= last.seq:
            left.append((Place(first.epoch, start.seq + paid), last))
    return left, budget


def _broken(run: Sequence[ChainLink]) -> Iterable[BrokenLink]:
    for before, after in pairwise(run):
        if after.place.seq == before.place.seq + 1 and after.prev != before.digest:
            yield BrokenLink(after.place, after.prev, before.digest)
        elif after.prev is None:
            yield BrokenLink(after.place, None, before.digest)


def _joints(runs: Sequence[Sequence[ChainLink]], spans: Iterable[Span]) -> Iterable[Joint]:
    places = {link.digest: link.place for run in runs for link in run}
    ends = {run[-1].place for run in runs}
    before: Place | None = None
    for run in runs:
        yield _joint(run[0], before, places, ends, spans)
        before = run[-1].place


def _joint(
    first: ChainLink, before: Place | None, places: dict[str, Place], ends: set[Place], spans: Iterable[Span]
) -> Joint:
    if first.place.seq != 1:
        return Joint.OPEN
    if first.prev is None:
        return Joint.FIRST if before is None else Joint.LOST
    # Any other epoch will do: one that could not be counted (ffffffff…) sorts behind those that follow it.
    named = places.get(first.prev)
    if named is not None and named.epoch != first.place.epoch:
        return Joint.WHOLE if named in ends else Joint.SHORTENED
    is_thinned = any(span.last < first.place and (before is None or before < span.last) for span in spans)
    return Joint.THINNED if is_thinned else Joint.OPEN
