"""Which events may be missing in the end, and why. Pure."""

from drivers.ports import Place
from sim.control_room.values import Span
from sim.world.witness import Told, Witness


class Losses:
    """Of one store. Nothing that the disk has confirmed may be missing, unless it was thinned, or the disk harmed."""

    def __init__(self, witness: Witness, life: int) -> None:
        """life: the one that is. What it has told it can still send."""
        self._witness = witness
        self._life = life
        self._told = {told.record.place: told for told in witness.told}
        self._spans = [_span(told) for told in witness.told if told.happening.what == "system.thinned"]

    def may_lack(self, place: Place) -> bool:
        told = self._told.get(place)
        if told is None:
            return False
        if place in self._witness.harmed:
            return True
        if not told.happening.is_alarm and any(span.first <= place <= span.last for span in self._spans):
            return True
        # Power was cut before it was on the disk, and before anybody had it.
        return place not in self._witness.confirmed and told.life != self._life

    def may_join_nothing(self, epoch: str) -> bool:
        """Whether the chain may be open before this epoch: its own first event, or the one that it names, is lost."""
        first = self._told.get(Place(epoch, 1))
        if first is None or self.may_lack(first.record.place):
            return first is not None
        before = [told for told in self._told.values() if told.life < first.life]
        named = [told.record.place for told in before if told.record.place in self._witness.confirmed]
        return any(map(self.may_lack, named[-1:])) or self._witness.is_disk_harmed


def _span(told: Told) -> Span:
    detail = told.happening.detail
    return Span(detail["count"], _place(detail["first"]), _place(detail["last"]))


def _place(text: str) -> Place:
    epoch, _, seq = text.rpartition("-")
    return Place(epoch, int(seq))
