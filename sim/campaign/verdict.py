"""Whether power cuts cost anything: what boards said while they lived, against what the control room has. Pure.

What is claimed, and judged here:

- Kept. A lamp says "sending" after `saved` and "received" after `received`, both told before the lamp moves. Whatever
  was told so is in the control room in the end, with the bytes that it had when it was written.
- Once. No id stands for two different envelopes, and a later run has a later epoch.
- Done. What was told as `received` is never sent again by a later run; and the control room gets no envelope more
  often than boards sent it.
- Whole. Every event names the one before it. What is missing in an epoch was never `saved`, and lies behind the last
  event that it had stored: the one that the next epoch names. No epoch forgets that there was one before.

What is not claimed: an event that was neither saved nor taken by a broker when the power went is gone. No lamp had
said more than "heard", for the tens of milliseconds that a disk needs.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from drivers.ports import Place
from sim.board.lines import Seen
from sim.control_room.chain import ChainLink, Joint, examine


@dataclass(slots=True)
class Life:
    """What one run of a board told, until its power was cut: ids as text, digests by id."""

    written: dict[str, str] = field(default_factory=dict)
    saved: set[str] = field(default_factory=set)
    received: set[str] = field(default_factory=set)
    sent: Counter[str] = field(default_factory=Counter)
    """By digest."""
    twice: list[str] = field(default_factory=list)
    """Ids that this run itself used again."""

    def see(self, seen: Seen) -> None:
        match seen.kind:
            case "event":
                id_, digest = seen.values[0], seen.values[-1]
                if id_ in self.written:
                    self.twice.append(id_)
                self.written[id_] = digest
            case "saved":
                self.saved.update(seen.values)
            case "received":
                self.received.update(seen.values)
            case "sent":
                self.sent[seen.values[2]] += 1

    @property
    def confirmed(self) -> set[str]:
        """What the lamp may have shown as safe."""
        return self.saved | self.received

    @property
    def epoch(self) -> str | None:
        """None if the power went before anything was written."""
        return next((id_.rpartition("-")[0] for id_ in self.written), None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`lives` in order; the rest is the control room's: what it stored, what it refused, how often each came."""

    lives: Sequence[Life]
    links: Sequence[ChainLink]
    conflicts: Sequence[Place]
    arrivals: Counter[str]
    """Verified envelopes that came in, by digest, repetitions and all."""


def judge(evidence: Evidence) -> tuple[str, ...]:
    """One line per fault; none if all that is claimed holds."""
    return (*_kept(evidence), *_once(evidence), *_done(evidence), *_whole(evidence))


def _kept(evidence: Evidence) -> Iterator[str]:
    digests = {str(link.place): link.digest for link in evidence.links}
    written = _written(evidence)
    for number, life in enumerate(evidence.lives):
        for id_ in sorted(life.confirmed - digests.keys()):
            yield f"lost: {id_} was confirmed in life {number} and is not in the control room"
    for id_, digest in written.items():
        if id_ in digests and digests[id_] != digest:
            yield f"changed: {id_} is not what was written"


def _once(evidence: Evidence) -> Iterator[str]:
    for place in evidence.conflicts:
        yield f"id used twice: {place} came with two contents"
    seen: set[str] = set()
    for life in evidence.lives:
        for id_ in (*life.twice, *sorted(seen & life.written.keys())):
            yield f"id used twice: {id_} was written again"
        seen |= life.written.keys()
    epochs = [life.epoch for life in evidence.lives if life.epoch is not None]
    for before, after in pairwise(epochs):
        # The count must grow by itself: two random halves prove nothing.
        if not before[:8] < after[:8]:
            yield f"epochs do not increase: {after} after {before}"


def _done(evidence: Evidence) -> Iterator[str]:
    ids = {link.digest: str(link.place) for link in evidence.links}
    ids |= {digest: id_ for id_, digest in _written(evidence).items()}
    done: set[str] = set()
    for number, life in enumerate(evidence.lives):
        for digest in life.sent:
            if ids.get(digest) in done:
                yield f"sent again: {ids[digest]} in life {number}, after it was shown as received"
        done |= life.received
    yield from _too_often(evidence, ids)


def _too_often(evidence: Evidence, ids: dict[str, str]) -> Iterator[str]:
    """A life may be cut after it has sent and before it has told so: once. The one that told `received` told all."""
    ended = {id_: number for number, life in enumerate(evidence.lives) for id_ in life.received}
    begun: dict[str, int] = {}
    sent: Counter[str] = Counter()
    for number, life in enumerate(evidence.lives):
        sent.update(life.sent)
        for id_ in (*(ids.get(digest, "") for digest in life.sent), *life.confirmed):
            # Unless the life in which it was written said so, there may be one more before this one.
            begun.setdefault(id_, number if id_ in life.written else number - 1)
    for digest, count in evidence.arrivals.items():
        id_ = ids.get(digest, "")
        if id_ in ended and count > sent[digest] + ended[id_] - begun[id_]:
            yield f"came too often: {id_} arrived {count} times, sent {sent[digest]} times"


def _whole(evidence: Evidence) -> Iterator[str]:
    saved = sorted(_place(id_) for life in evidence.lives for id_ in life.saved)
    by_digest = {link.digest: link.place for link in evidence.links}
    last_stored: dict[str, Place] = {}
    for link in sorted(evidence.links, key=lambda link: link.place):
        if link.place.seq != 1 or link.prev is None:
            continue
        named = by_digest.get(link.prev)
        if named is None or named.epoch >= link.place.epoch:
            yield f"chain: {link.place} names a predecessor that never arrived"
            continue
        last_stored[named.epoch] = named
        earlier = bisect_left(saved, link.place)
        if earlier and named < saved[earlier - 1]:
            yield f"chain: {link.place} names {named}, but {saved[earlier - 1]} had been saved"
    yield from _gaps(evidence, frozenset(saved), last_stored)


def _gaps(evidence: Evidence, saved: frozenset[Place], last_stored: dict[str, Place]) -> Iterator[str]:
    for report in examine(evidence.links).epochs:
        yield from (f"chain: {broken.place} does not name the event before it" for broken in report.broken)
        if report.joint is Joint.LOST:
            yield f"chain: epoch {report.epoch} knows of none before it"
        stored = last_stored.get(report.epoch, Place(report.epoch, 0))
        for gap in report.gaps:
            for place in (Place(report.epoch, seq) for seq in range(gap.first.seq, gap.last.seq + 1)):
                if place in saved or place < stored:
                    yield f"chain: {place} had been stored and is missing"


def _written(evidence: Evidence) -> dict[str, str]:
    return {id_: digest for life in evidence.lives for id_, digest in life.written.items()}


def _place(id_: str) -> Place:
    epoch, _, seq = id_.rpartition("-")
    return Place(epoch, int(seq))


def confirmed(lives: Iterable[Life]) -> set[str]:
    """Everything that any lamp may have shown as safe."""
    return {id_ for life in lives for id_ in life.confirmed}
