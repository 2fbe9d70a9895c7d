"""What a person at the demo can do, and how things stand. One thread."""

from queue import Empty, SimpleQueue

from device.logic.lights import FAULT_NS
from device.logic.receipt import Answer
from drivers.ports import Place
from sim.board.lines import Order, Seen
from sim.control_room.core import Answering, Prompt, Silent, Slow, Wrong
from sim.control_room.mischief import Wrongness
from sim.control_room.room import Arrival
from sim.control_room.room import Seen as RoomSeen
from sim.demo.story import Journey, Story
from sim.site import BUTTON, HOTLINE
from sim.stage import Stage

PRESS_MS = 200
SLOW_S = 3.0
_NETWORKS = ("up", "refuse", "black")
_MOODS: tuple[tuple[str, Answering], ...] = (
    ("prompt", Prompt()),
    ("silent", Silent()),
    ("slow", Slow(SLOW_S)),
    ("wrong", Wrong(Wrongness.DIGEST)),
)


class Player:
    """Hands on the counter, on the router, on the plug, and in the control room."""

    def __init__(self, stage: Stage, news: SimpleQueue[Seen | RoomSeen]) -> None:
        self._stage = stage
        self._news = news
        self.story = Story()
        self.is_held = False
        self.is_off_hook = False
        self.is_cut = False
        self.network = "up"
        self.room = "prompt"
        self._answers: dict[str, Answer] = {}
        self._powered_ns = 0

    @property
    def is_powered(self) -> bool:
        return self._stage.board.is_on

    def hear(self, timeout_s: float) -> None:
        """Take what has happened; wait for it so long at the most."""
        try:
            while True:
                seen = self._news.get(timeout=timeout_s)
                timeout_s = 0.000_1
                if isinstance(seen, Seen):
                    self.story.board(seen)
                elif isinstance(seen, Arrival):
                    self.story.room(seen)
        except Empty:
            pass

    def lamp(self) -> str:
        """What the lamp says about the newest alarm that a person raised."""
        alarm = self._newest()
        if alarm is None or not self.is_powered:
            return "dark"
        answer = self._answers.get(alarm.id)
        if answer is Answer.CLOSED:
            return "dark"
        if answer is Answer.DISPATCHED:
            return "help"
        if "receipt" in alarm.steps:
            return "received"
        return "fault" if self._stage.clock.monotonic_ns() > alarm.moved_ns + FAULT_NS else "sending"

    def press(self) -> None:
        self._order(BUTTON, "press", PRESS_MS)

    def hold(self) -> None:
        self.is_held = not self.is_held
        self._order(BUTTON, "press" if self.is_held else "release")

    def phone(self) -> None:
        self.is_off_hook = not self.is_off_hook
        self._order(HOTLINE, "press" if self.is_off_hook else "release")

    def cut(self) -> None:
        self.is_cut = not self.is_cut
        self._order(BUTTON, "cut" if self.is_cut else "mend")

    def next_network(self) -> None:
        """From well to refused connections to a line that swallows everything, and back."""
        self.network = _NETWORKS[(_NETWORKS.index(self.network) + 1) % len(_NETWORKS)]
        {"up": self._stage.network.up, "refuse": self._stage.network.refuse, "black": self._stage.network.black}[
            self.network
        ]()

    def next_mood(self) -> None:
        """From a control room that answers to a silent, a slow and a lying one, and back."""
        names = [name for name, _ in _MOODS]
        self.room, self._stage.room.answering = _MOODS[(names.index(self.room) + 1) % len(_MOODS)]

    def power(self) -> None:
        """Cut it, at whatever instruction; or switch it on again."""
        if self.is_powered:
            self._stage.board.cut_power()
            self.story.power_off()
        else:
            self.is_held = self.is_off_hook = self.is_cut = False
            self._powered_ns = self._stage.clock.monotonic_ns()
            self._stage.board.power_on()

    def answer(self, answer: Answer) -> None:
        """A person in the control room acts on the newest alarm."""
        alarm = self._newest()
        # The receipt may be seen on the board before the room has told that it verified the alarm.
        if alarm is not None and not alarm.steps.keys().isdisjoint({"verified", "receipt"}):
            epoch, _, seq = alarm.id.rpartition("-")
            self._answers[alarm.id] = answer
            self._stage.room.operate(self._stage.site.device, Place(epoch, int(seq)), answer)

    def _newest(self) -> Journey | None:
        """Of this run: a device that has started anew shows nothing of an earlier one."""
        alarms = (j for j in reversed(self.story.journeys.values()) if j.is_person)
        return next((j for j in alarms if j.moved_ns > self._powered_ns), None)

    def _order(self, zone: str, do: str, ms: int = 0) -> None:
        self._stage.board.order(Order(zone, do, ms))
