"""The control room in virtual time: one desk that hears every broker, and answers on all of them."""

from collections.abc import Callable, Iterable

from device.logic.receipt import Answer
from drivers.ports import Clock, Message, Place
from sim.acts.words import RoomState
from sim.control_room.core import RoomCore, Wrong
from sim.control_room.desk import Letter, Taken
from sim.control_room.mischief import Wrongness
from sim.control_room.moods import answering_in
from sim.schedule import After


class VirtualRoom:
    """`heard` is told what was taken, `said` what is sent and whether it is honest."""

    def __init__(
        self,
        core: RoomCore,
        clock: Clock,
        schedule: After,
        heard: Callable[[Taken], None],
        said: Callable[[Message, bool], None],
    ) -> None:
        self.core = core
        self._clock = clock
        self._schedule = schedule
        self._heard = heard
        self._said = said
        self._due_ns: int | None = None
        self.state = RoomState.PROMPT

    @property
    def is_away(self) -> bool:
        return self.state is RoomState.AWAY

    def become(self, state: RoomState, delay_ns: int = 0, lie: Wrongness = Wrongness.DIGEST) -> None:
        """What it has delayed already stays so."""
        self.state = state
        self.core.answering = answering_in(state, delay_ns, lie)

    def take(self, message: Message) -> None:
        """A message has reached the broker that this room listens to."""
        if self.is_away:
            return
        now = self._clock.wall()
        turn = self.core.take([Letter(now.at_ns, message.topic, message.payload)], now)
        for taken in turn.taken:
            self._heard(taken)
        self._say(turn.messages, honest=not isinstance(self.core.answering, Wrong))

    def operate(self, device: str, place: Place, answer: Answer, reason: str | None = None) -> None:
        """A person acts on an event. KeyError if it has not arrived."""
        messages = self.core.operate(device, place, answer, self._clock.wall(), reason)
        self._say(messages, honest=not isinstance(self.core.answering, Wrong))

    def _say(self, messages: Iterable[Message], *, honest: bool) -> None:
        for message in messages:
            self._said(message, honest)
        self.core.note_receipts()
        due_ns = self.core.due_ns()
        if due_ns is not None and due_ns != self._due_ns:
            self._due_ns = due_ns
            self._schedule(max(due_ns - self._clock.monotonic_ns(), 0), self._tick)

    def _tick(self) -> None:
        self._due_ns = None
        self._say(self.core.tick(self._clock.wall()), honest=True)
