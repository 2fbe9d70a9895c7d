"""The control room's mail at one broker: what comes in may come late, what goes out is looked at."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from drivers.ports import Clock, Fact, Link, Message, Post, Received
from sim.schedule import Schedule


class Mail:
    """Goes between a Link and its owner: `link` is what a Room makes its link with. Any thread sets `delay_ns`."""

    def __init__(
        self,
        make_link: Callable[[Post], Link],
        clock: Clock,
        schedule: Schedule,
        sent: Callable[[Message], None],
    ) -> None:
        """sent: told each message that goes out, on the room's thread."""
        self._make_link = make_link
        self._clock = clock
        self._schedule = schedule
        self._sent = sent
        self.delay_ns = 0
        """By which the broker passes messages on later."""

    def link(self, post: Post) -> Link:
        """A link whose mail goes through here."""
        return _Postman(self._make_link(partial(self._arrived, post)), self._sent)

    def _arrived(self, post: Post, fact: Fact) -> None:
        if not self.delay_ns or not isinstance(fact, Received):
            post(fact)
            return
        late_ns = self._clock.monotonic_ns() + self.delay_ns
        self._schedule.at(late_ns, lambda: post(replace(fact, at_ns=late_ns)))


class _Postman:
    """A `Link` that tells what is published."""

    def __init__(self, link: Link, sent: Callable[[Message], None]) -> None:
        self._link = link
        self._sent = sent
        self.connect = link.connect
        self.leave = link.leave
        self.drop = link.drop
        self.stand_by = link.stand_by
        self.probe = link.probe
        self.close = link.close

    @property
    def alive(self) -> bool:
        return self._link.alive

    def publish(self, message: Message, token: int) -> None:
        self._sent(message)
        self._link.publish(message, token)
