"""What each step of a renewal does to link, journal and status. Pure. When to take it is decided in renewal.py."""

from collections.abc import Callable

from device.logic.delivery import Delivery
from device.logic.effects import Effect, Present, Promote, RunErrand, Save
from device.logic.event import Happening, Journal, Phase
from device.logic.renewal import Do, Renewal, Standing
from device.logic.status import StatusWriter
from device.logic.supervision import Supervision
from device.logic.uplink import Uplink
from drivers.ports import ErrandDone, Identity, Place, Promoted

Tell = Callable[[list[Happening], int], list[Effect]]


class RenewalSteps:
    """Main loop only. `tell` writes what happened, at a time, and hands it on."""

    def __init__(
        self,
        renewal: Renewal,
        uplink: Uplink,
        delivery: Delivery,
        journal: Journal,
        status: StatusWriter,
        supervision: Supervision,
        tell: Tell,
    ) -> None:
        self._renewal = renewal
        self._uplink = uplink
        self._delivery = delivery
        self._journal = journal
        self._status = status
        self._supervision = supervision
        self._tell = tell

    def due_ns(self) -> int | None:
        """When to call tick next."""
        return self._renewal.due_ns()

    def tick(self, now_ns: int) -> list[Effect]:
        effects: list[Effect] = []
        due_ns = self.due_ns()
        # Asked with every fact, an alarm among them: how things stand is looked at once a day.
        if due_ns is None or now_ns < due_ns:
            return effects
        while (do := self._renewal.tick(now_ns, self._standing())) is not None:
            effects += self._take(do, now_ns)
        return effects

    def office(self, fact: ErrandDone | Promoted) -> None:
        """The errand is over, or what was proved has been put in force."""
        if isinstance(fact, Promoted):
            self._renewal.kept()
        else:
            self._renewal.done(fact)

    def link_up(self, now_ns: int) -> list[Effect]:
        """A connection that shows a staged identity: let the control room answer something that is signed with it."""
        staged = self._renewal.up()
        if staged is None:
            return self._take(self._renewal.verdict(), now_ns)
        happening = Happening(now_ns, "system.renewed", "certificate", Phase.REPORTED)
        record = self._journal.write(happening, self._supervision.wall, staged.signer)
        self._renewal.proof = record.place
        return [*self._uplink.add(record, now_ns), Save(record, happening)]

    def link_down(self, now_ns: int) -> list[Effect]:
        return self._take(self._renewal.down(now_ns), now_ns)

    def answered(self, place: Place, now_ns: int) -> list[Effect]:
        """The control room has answered an event."""
        self._renewal.answered(place)
        return self._take(self._renewal.verdict(), now_ns)

    def key_unknown(self, now_ns: int) -> None:
        """Something came that is signed with a key that is not known here."""
        self._renewal.hurry(now_ns)

    def _take(self, do: Do | None, now_ns: int) -> list[Effect]:
        match do:
            case Do.ERRAND:
                return [RunErrand()]
            case Do.TRY | Do.FALL_BACK:
                return [Present(do is Do.TRY), *self._uplink.again(now_ns)]
            case Do.KEEP:
                return [Promote(), *self._keep(self._renewal.staged, now_ns)]
        return []

    def _keep(self, identity: Identity | None, now_ns: int) -> list[Effect]:
        if identity is None:
            return []
        self._journal.signer = self._status.signer = identity.signer
        return self._tell(self._supervision.renewed(identity.expires_ns, now_ns), now_ns)

    def _standing(self) -> Standing:
        # The proof of an earlier trial may still wait for its answer.
        is_calm = self._uplink.down_ns is None and self._delivery.depth <= (self._renewal.proof is not None)
        return Standing(self._uplink.is_up, is_calm, "link" in self._supervision.troubles)
