"""Where a driver under test posts its facts."""

import queue
from typing import TypeVar

from drivers.ports import Fact

_TIMEOUT_S = 10.0
_F = TypeVar("_F", bound=Fact)


class Mailbox:
    """Facts in the order in which they were posted."""

    def __init__(self) -> None:
        self._facts: queue.SimpleQueue[Fact] = queue.SimpleQueue()

    def __call__(self, fact: Fact) -> None:
        self._facts.put(fact)

    def expect(self, kind: type[_F]) -> _F:
        """The next fact, which must be of this kind; waits for it."""
        fact = self.take()
        assert isinstance(fact, kind), fact
        return fact

    def take(self) -> Fact:
        """The next fact of any kind; waits for it."""
        return self._facts.get(timeout=_TIMEOUT_S)

    @property
    def empty(self) -> bool:
        return self._facts.empty()
