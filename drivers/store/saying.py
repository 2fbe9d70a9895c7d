"""How the event store puts its answers. Pure."""

from collections.abc import Iterator, Sequence

from drivers.ports import Fact, Place, Saved, Settled, Thinned


def thinned(places: Sequence[Place]) -> list[Fact]:
    return [Thinned(0, len(places), min(places), max(places))] if places else []


def merged(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Neighbours that say the same are said at once."""
    held: Saved | Settled | None = None
    for fact in facts:
        if isinstance(held, Saved) and isinstance(fact, Saved):
            held = Saved(0, held.places + fact.places)
        elif isinstance(held, Settled) and isinstance(fact, Settled):
            held = Settled(0, held.places + fact.places)
        else:
            if held is not None:
                yield held
            held = fact if isinstance(fact, Saved | Settled) else None
            if held is None:
                yield fact
    if held is not None:
        yield held
