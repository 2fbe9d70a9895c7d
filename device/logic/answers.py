"""What the control room says, and what follows for events, lights and troubles. Pure."""

from collections.abc import Iterable

from device.logic.command import Command
from device.logic.delivery import Delivery
from device.logic.effects import Effect
from device.logic.envelope import Refusal, Refused
from device.logic.event import Happening
from device.logic.inbound import Inbound
from device.logic.lights import Lights
from device.logic.receipt import Answer, Receipt
from device.logic.renewal_steps import RenewalSteps, Tell
from device.logic.settling import Settling
from device.logic.supervision import Supervision
from device.logic.units import earliest
from drivers.ports import Keys, Place, Received


class Answers:
    """Receipts, and whatever else comes by the down-topics. Main loop only."""

    def __init__(
        self,
        inbound: Inbound,
        delivery: Delivery,
        renewal: RenewalSteps,
        lights: Lights,
        supervision: Supervision,
        tell: Tell,
    ) -> None:
        """tell: writes what happened, at a time, and hands it on."""
        self._inbound = inbound
        self._delivery = delivery
        self._renewal = renewal
        self._alarms = lights.alarms
        self._troubles = supervision.troubles
        self._tell = tell
        self._settling = Settling()

    @property
    def refused(self) -> dict[str, int]:
        """What was not taken, by reason."""
        return dict(self._inbound.refused)

    def trust(self, keys: Keys) -> None:
        """The control room's keys from now on."""
        self._inbound.keys = keys

    def read(self, message: Received, now_ns: int) -> list[Effect] | Command:
        """What a message leads to; a command is somebody else's."""
        match self._inbound.read(message):
            case Refusal() as reason:
                return self._refuse(reason, now_ns)
            case Command() as command:
                return command
            case list() as receipts:
                return [effect for receipt in receipts for effect in self._answered(receipt, now_ns)]

    def settled(self, places: Iterable[Place], now_ns: int) -> None:
        """The disk has forgotten these events, or has had its time: now the lights may say what was answered."""
        for place in places:
            for answer in self._settling.end(place):
                self._alarms.answered(place, answer, now_ns)

    def tick(self, now_ns: int) -> list[Happening]:
        self.settled(self._settling.overdue(now_ns), now_ns)
        if not self._inbound.is_quiet(now_ns):
            return []
        return self._troubles.restore("message", now_ns, **self._inbound.refused)

    def due_ns(self) -> int | None:
        """When to call tick next."""
        return earliest(self._inbound.due_ns(), self._settling.due_ns())

    def _refuse(self, reason: Refusal, now_ns: int) -> list[Effect]:
        if reason is Refusal.KID:
            self._renewal.key_unknown(now_ns)
        self._inbound.count(reason, now_ns)
        return self._tell(self._troubles.raise_("message", "mqtt", now_ns, reason=reason.value), now_ns)

    def _answered(self, receipt: Receipt, now_ns: int) -> list[Effect]:
        try:
            known = self._delivery.knows(receipt)
        except Refused as refused:
            return self._refuse(refused.reason, now_ns)
        if not known:
            return []
        effects = self._delivery.answer(receipt, now_ns)
        if effects:
            effects += self._renewal.answered(receipt.place, now_ns)
            # The light waits until the answer is durable: what it shows as received is not sent again.
            self._settling.begin(receipt.place, receipt.answer, now_ns)
            return effects + self._tell(self._rejection(receipt, now_ns), now_ns)
        if not self._settling.add(receipt.place, receipt.answer):
            self._alarms.answered(receipt.place, receipt.answer, now_ns)
        return []

    def _rejection(self, receipt: Receipt, now_ns: int) -> list[Happening]:
        if receipt.answer is Answer.REJECTED:
            return self._troubles.raise_("rejected", str(receipt.place), now_ns, reason=receipt.reason)
        return self._troubles.restore("rejected", now_ns)
