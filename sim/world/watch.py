"""Looks over the agent's shoulder, and knows at once when it does what it must not do."""

from collections.abc import Callable

from device.logic.connection import HURRY_NS
from device.logic.delivery import IN_FLIGHT
from device.logic.effects import Connect, Drop, Effect, KeepCommand, Leave, Publish, Pulse, Save, Settle
from device.logic.event import Happening, Phase
from device.logic.lamp import Look
from device.logic.lights import FAULT_NS
from device.logic.receipt import Answer
from device.logic.settling import PATIENCE_NS
from device.logic.units import MS, S
from drivers.command_ports import CommandKept
from drivers.lock_ports import BoardSilent, BusDown, BusUp, PulseOver
from drivers.ports import Beginning, Fact, LinkDown, LinkUp, Place, Published, Record, Saved, Settled, StoreFailed
from sim.world.witness import Keeping, Life, Pulsed, Told, Witness

# An attempt that is under way when the alarm comes may take its whole time before the next one can begin.
_TRIED_NS = 5 * S + HURRY_NS + 100 * MS
_LAMP_LATE_NS = FAULT_NS + S
_UNCOUNTED = "ffffffff"


class Watch:
    """Of one store, over all its lives. `tell` writes into the chronicle: kind, text."""

    def __init__(
        self,
        tell: Callable[[str, str], None],
        now_ns: Callable[[], int],
        monotonic_ns: Callable[[], int],
        people: frozenset[str],
    ) -> None:
        """now_ns: since the start of the world. people: zones whose alarms the lamp is about."""
        self.witness = Witness()
        self._tell = tell
        self._now_ns = now_ns
        self._monotonic_ns = monotonic_ns
        self._people = people
        self._numbers: dict[bytes, int] = {}
        self._lamp_lied: set[Place] = set()
        self._life = 0
        self._look = Look.DARK
        self._forget_life()

    def _forget_life(self) -> None:
        self._epoch = ""
        self._is_up = False
        self._disk_has_failed = False
        self._flying: set[int] = set()
        self._sent: set[bytes] = set()
        self._last_sent = -1
        self._unheard_ns: int | None = None
        self._held_ns: dict[Place, int] = {}
        self._newest: Told | None = None
        self._judged: tuple[Look, Place | None] = (Look.DARK, None)

    # ------------------------------------------------------------ lives

    def begin(self, life: int, beginning: Beginning, *, is_blind: bool) -> None:
        """is_blind: the disk cannot say what was before."""
        self._forget_life()
        self._life, self._epoch = life, beginning.epoch
        self.witness.epochs.append(beginning.epoch)
        self.witness.lives.append(Life(life, self._monotonic_ns()))
        if is_blind:
            self.witness.blind.add(beginning.epoch)

    def end(self) -> None:
        self._check_tried()
        self._newest = None
        self.look(Look.DARK)
        self.witness.lives[-1].to_ns = self._monotonic_ns()

    def posted(self, fact: Fact) -> None:
        """A fact is on its way to the agent. What the disk has kept is kept, whether the agent hears of it or not."""
        if isinstance(fact, Saved):
            self.witness.confirmed.update(fact.places)
        elif isinstance(fact, CommandKept):
            self.witness.kept.add(fact.jti)

    # ------------------------------------------------------------ what the agent is told

    def fact(self, fact: Fact) -> None:
        match fact:
            case Settled():
                self.witness.settled.update(fact.places)
            case StoreFailed():
                self._disk_has_failed = True
            case Published():
                self._flying.discard(fact.token)
            case LinkUp():
                self._tell("link", f"up, broker {fact.broker + 1}")
                self._check_tried()
                self._is_up = True
            case LinkDown():
                self._tell("link", f"down, broker {fact.broker + 1}: {fact.reason}")
                self._down()
            case PulseOver():
                self.witness.overs.setdefault(fact.lock, []).append(fact)
                self._tell("pulse", f"{fact.lock} is over: {fact.end}")
            case BusUp():
                self._tell("bus", f"{fact.bus} is open")
            case BusDown():
                self._tell("bus", f"{fact.bus} is down: {fact.why}")
            case BoardSilent():
                self._tell("bus", f"{fact.bus}/{fact.board} is silent: {fact.why}")
            case _:
                pass

    def _down(self) -> None:
        self._is_up = False
        self._flying.clear()

    # ------------------------------------------------------------ what the agent does

    def effect(self, effect: Effect) -> None:
        match effect:
            case Save(record, Happening() as happening):
                self._hear(record, happening)
            case Settle():
                self._hold(effect.place, effect.state)
            case Publish():
                self._see_sent(effect)
            case Connect():
                self._check_tried()
            case Leave() | Drop():
                self._down()
            case Pulse():
                self.witness.pulses.append(Pulsed(self._monotonic_ns(), effect.until_ns, self._life, effect.lock))
                self._tell("pulse", effect.lock)
            case KeepCommand():
                self.witness.keepings.append(Keeping(self._monotonic_ns(), self._life, effect.command))
            case _:
                pass

    def _hear(self, record: Record, happening: Happening) -> None:
        told = Told(self._now_ns(), self._life, record, happening)
        self.witness.told.append(told)
        self.witness.digests[record.place] = record.digest
        self.witness.places[record.envelope] = record.place
        self._numbers[record.envelope] = len(self.witness.told) - 1
        self._tell("told", f"{record.place} {happening.what} {happening.phase} {happening.subject}")
        if not happening.is_alarm:
            return
        if happening.phase is Phase.RAISED and happening.subject in self._people:
            self._newest = told
        if not self._is_up and self._unheard_ns is None:
            self._unheard_ns = told.at_ns
        # One place in flight is the status message's.
        if self._is_up and record.envelope not in self._sent and len(self._flying) < IN_FLIGHT - 1:
            self._fault("late", f"{record.place} does not leave at once, although there is a connection")

    def _hold(self, place: Place, state: str) -> None:
        """The agent believes that the control room has an event."""
        self._tell("answered", f"{place} {state}")
        self._held_ns[place] = self._now_ns()
        if not self.witness.has_promised(place):
            self._fault("false-received", f"{place} is held to be {state}, and nobody has said so")

    def _see_sent(self, publish: Publish) -> None:
        envelope, topic = publish.message.payload, publish.message.topic
        if topic.endswith("/status"):
            return
        self._flying.add(publish.token)
        place = self.witness.places.get(envelope)
        if place in self.witness.settled:
            self._fault("again", f"{place} is sent, although it was settled for good")
        if envelope not in self._sent and topic.endswith("/event"):
            self._check_order(envelope, place)
        self._sent.add(envelope)

    # ------------------------------------------------------------ what it must not do

    def _check_order(self, envelope: bytes, place: Place | None) -> None:
        """What is no alarm leaves in the order in which it was told, as far as a disk that works can say."""
        # A new event leaves before it is stored: it will be the next one that is told.
        number = self._numbers.get(envelope, len(self.witness.told))
        is_counted = place is None or place.epoch == self._epoch or not place.epoch.startswith(_UNCOUNTED)
        if self._disk_has_failed or self.witness.is_disk_harmed or not is_counted:
            return
        if number < self._last_sent:
            self._fault("order", f"{place} is sent for the first time behind what was told later")
        self._last_sent = max(self._last_sent, number)

    def _check_tried(self) -> None:
        """An alarm that nobody has heard of does not wait for a connection to be tried."""
        since_ns, self._unheard_ns = self._unheard_ns, None
        if since_ns is not None and self._now_ns() > since_ns + _TRIED_NS:
            waited_s = (self._now_ns() - since_ns) / S
            self._fault("late", f"an alarm has waited {waited_s:.0f} s until a connection was tried")

    def look(self, look: Look) -> None:
        """Ask whenever the agent has taken a fact."""
        if look is not self._look:
            self._look = look
            self._tell("lamp", look.value)
        newest = self._newest
        if newest is None:
            return
        if look in (Look.HEARD, Look.SENDING) and self._now_ns() > newest.at_ns + _LAMP_LATE_NS:
            self._lamp_lies(newest, f"says {look} for longer than anybody should wait")
        if self._judged != (look, newest.record.place):
            self._judged = (look, newest.record.place)
            self._judge_look(look, newest)

    def _judge_look(self, look: Look, newest: Told) -> None:
        place = newest.record.place
        promised = self.witness.has_promised(place)
        if look is Look.SENDING and not promised and place not in self.witness.confirmed:
            self._lamp_lies(newest, "says that a power cut cannot take it, and the disk has not said so")
        if look in (Look.RECEIVED, Look.HELP) and not promised:
            self._lamp_lies(newest, f"says {look}, and nobody has said so")
        if look is Look.RECEIVED and promised and not self._is_final(place):
            self._lamp_lies(newest, "says received, and after a power cut it would be sent again")
        if look is Look.HELP and not self._is_help_coming():
            self._lamp_lies(newest, "says that help is coming, and nobody has said so")

    def _is_final(self, place: Place) -> bool:
        """The disk has forgotten it, or has had its time."""
        since_ns = self._held_ns.get(place, self._now_ns())
        return place in self.witness.settled or self._disk_has_failed or self._now_ns() >= since_ns + PATIENCE_NS

    def _is_help_coming(self) -> bool:
        coming = {Answer.DISPATCHED, Answer.ON_SCENE}
        return any(place.epoch == self._epoch and said & coming for place, said in self.witness.said.items())

    def _lamp_lies(self, newest: Told, text: str) -> None:
        if newest.record.place not in self._lamp_lied:
            self._lamp_lied.add(newest.record.place)
            self._fault("lamp", f"for {newest.record.place} it {text}")

    def _fault(self, rule: str, text: str) -> None:
        self.witness.faults.append((self._now_ns(), rule, text))
        self._tell("FAULT", f"{rule}: {text}")
