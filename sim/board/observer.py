"""What a board's process tells of its agent: every step of an event, and how the agent stands. Main loop only."""

from collections.abc import Callable
from typing import Any

from device.logic.agent import Agent
from device.logic.effects import Effect, Publish, Save, Settle
from device.logic.envelope import digest
from drivers.ports import Edge, Fact, LinkDown, LinkUp, Published, Saved, Settled
from sim.board.lines import Seen
from sim.board.signing import TimedSigner

Say = Callable[[Seen], None]


class Observer:
    """A `device.loop.Observer`."""

    def __init__(self, say: Say, signer: TimedSigner) -> None:
        self._say = say
        self._signer = signer
        self._fact_ns = 0
        self._agent: Agent | None = None
        self._standing: list[Any] = []

    def watch(self, agent: Agent) -> None:
        """Tell how the agent stands, too, whenever that has changed."""
        self._agent = agent

    def __call__(self, what: Fact | Effect, now_ns: int) -> None:
        if isinstance(what, Fact):
            self._fact_ns = now_ns
        match what:
            case Save():
                self._tell_event(what, now_ns)
            case Publish():
                topic = what.message.topic.rpartition("/")[2]
                self._say(Seen("sent", now_ns, topic, what.token, digest(what.message.payload)))
            case Settle():
                self._say(Seen("answered", now_ns, str(what.place), what.state))
            case Edge() | Published() | Saved() | Settled() | LinkUp() | LinkDown():
                self._tell_fact(what, now_ns)
            case _:
                pass
        if self._agent is not None:
            self._tell_standing(self._agent, now_ns)

    def _tell_fact(self, fact: Edge | Published | Saved | Settled | LinkUp | LinkDown, now_ns: int) -> None:
        match fact:
            case Edge():
                self._say(Seen("edge", fact.at_ns, fact.pin, fact.high))
            case Published():
                self._say(Seen("puback", fact.at_ns, fact.token))
            case Saved() | Settled():
                kind = "saved" if isinstance(fact, Saved) else "received"
                self._say(Seen(kind, now_ns, *(str(place) for place in fact.places)))
            case LinkUp():
                self._say(Seen("up", fact.at_ns, fact.broker))
            case LinkDown():
                self._say(Seen("down", fact.at_ns, fact.broker, fact.reason))

    def _tell_event(self, save: Save, now_ns: int) -> None:
        told, record = save.happening, save.record
        if told is not None:
            signed_ns = self._signer.signed_ns(record.envelope) or now_ns
            values = (str(record.place), told.what, told.phase.value, told.subject, told.at_ns)
            self._say(Seen("event", now_ns, *values, self._fact_ns, signed_ns, record.digest))

    def _tell_standing(self, agent: Agent, now_ns: int) -> None:
        standing = [agent.looks, agent.zone_states, agent.troubles, agent.outbox_depth]
        if standing != self._standing:
            self._standing = standing
            self._say(Seen("standing", now_ns, *standing))
