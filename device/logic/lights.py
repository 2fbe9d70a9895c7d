"""What the lights say. Pure. Implements docs/hardware.md, "Lights".

Rules
- A believed press makes the lamp flicker at once: heard. It blinks as soon as the alarm survives a power cut: sending.
- Lit steadily: received, and never before the control room's receipt. Help is coming: long, slow pulses.
- Fault, two flashes: it has not got through, or was turned away. It is still being sent where that can help.
- At rest the alarm lamp is dark. Nothing sounds and nothing flashes that an attacker across the counter could notice,
  unless an installer puts a lamp where he can.
- The newest alarm is what a person waits for; once help is coming for any open alarm, a received one shows that.
"""

from dataclasses import dataclass

from device.logic.effects import Light
from device.logic.lamp import Lamp, Look, Shows
from device.logic.receipt import Answer
from device.logic.units import S, earliest
from drivers.ports import Place

# Standards ask for an alarm to be notified within 10 s (EN 50131); twice that without a receipt is a fault to show.
FAULT_NS = 20 * S
# A light that stays on for ever says nothing any more.
SHOWN_NS = 600 * S
_OPEN = 64


@dataclass(slots=True)
class _Open:
    at_ns: int
    look: Look
    answered_ns: int | None = None
    """When the control room last said something new."""

    def answer(self, look: Look, now_ns: int) -> None:
        if self.answered_ns is None or look is not self.look:
            self.answered_ns = now_ns
        self.look = look

    def due_ns(self) -> int | None:
        """When it shows something else by itself. What nobody has answered shows its fault until somebody does."""
        if self.answered_ns is not None:
            return self.answered_ns + SHOWN_NS
        return None if self.look is Look.FAULT else self.at_ns + FAULT_NS


class AlarmLook:
    """Which look the open alarms of people add up to."""

    def __init__(self) -> None:
        self._alarms: dict[Place, _Open] = {}
        self._due_ns: int | None = None
        self.look = Look.DARK

    def heard(self, place: Place, now_ns: int) -> None:
        self._alarms[place] = _Open(now_ns, Look.HEARD)
        if len(self._alarms) > _OPEN:
            del self._alarms[next(iter(self._alarms))]
        self._plan()

    def saved(self, place: Place) -> None:
        alarm = self._alarms.get(place)
        if alarm is not None and alarm.look is Look.HEARD:
            alarm.look = Look.SENDING
            self._plan()

    def answered(self, place: Place, answer: Answer, now_ns: int) -> None:
        """Later states replace earlier ones; an old receipt that comes again takes nothing back."""
        alarm = self._alarms.get(place)
        if alarm is None:
            return
        match answer:
            case Answer.REJECTED:
                alarm.answer(Look.FAULT, now_ns)
            case Answer.RECEIVED | Answer.ACKNOWLEDGED:
                alarm.answer(Look.HELP if alarm.look is Look.HELP else Look.RECEIVED, now_ns)
            case Answer.DISPATCHED | Answer.ON_SCENE:
                alarm.answer(Look.HELP, now_ns)
            case Answer.CLOSED:
                del self._alarms[place]
        self._plan()

    def tick(self, now_ns: int) -> None:
        if self._due_ns is None or now_ns < self._due_ns:
            return
        for place, alarm in list(self._alarms.items()):
            due_ns = alarm.due_ns()
            if due_ns is None or now_ns < due_ns:
                continue
            if alarm.answered_ns is not None:
                del self._alarms[place]
            else:
                alarm.look = Look.FAULT
        self._plan()

    def due_ns(self) -> int | None:
        return self._due_ns

    def _added_up(self) -> Look:
        if not self._alarms:
            return Look.DARK
        newest = self._alarms[next(reversed(self._alarms))].look
        helped = newest is Look.RECEIVED and any(alarm.look is Look.HELP for alarm in self._alarms.values())
        return Look.HELP if helped else newest

    def _plan(self) -> None:
        # Asked for at every fact, changed by few.
        self._due_ns = earliest(*(alarm.due_ns() for alarm in self._alarms.values()))
        self.look = self._added_up()


class Lights:
    """All indicators of a device."""

    def __init__(self, indicators: tuple[tuple[str, Shows], ...]) -> None:
        self.alarms = AlarmLook()
        self._lamps = {name: (shows, Lamp()) for name, shows in indicators}
        self._lit = dict.fromkeys(self._lamps, False)

    def switch(self, now_ns: int, *, healthy: bool) -> list[Light]:
        """The lights that change now."""
        self.alarms.tick(now_ns)
        changed: list[Light] = []
        for name, (shows, lamp) in self._lamps.items():
            health = Look.HEALTHY if healthy else Look.FAULT
            lamp.show(self.alarms.look if shows is Shows.ALARM else health, now_ns)
            on = lamp.is_on(now_ns)
            if on != self._lit[name]:
                self._lit[name] = on
                changed.append(Light(name, on))
        return changed

    @property
    def looks(self) -> dict[str, Look]:
        """What each lamp shows, by its name."""
        return {name: lamp.look for name, (_, lamp) in self._lamps.items()}

    def due_ns(self, now_ns: int) -> int | None:
        """When to call switch next, as seen at `now_ns`."""
        return earliest(self.alarms.due_ns(), *(lamp.due_ns(now_ns) for _, lamp in self._lamps.values()))

    def all_off(self) -> list[Light]:
        return [Light(name, on=False) for name in self._lamps]
