"""The one queue between the drivers' threads and the main loop."""

from queue import Empty, SimpleQueue

from drivers.ports import Fact, Received

# Messages from outside are the one kind of fact that somebody else can send without end. What is dropped here the
# control room sends again, because the device does.
MAX_WAITING_MESSAGES = 1_000


class Inbox:
    """Facts in the order in which they were posted. `post` may be called from any thread and from signal handlers."""

    def __init__(self) -> None:
        self._facts: SimpleQueue[Fact] = SimpleQueue()

    def post(self, fact: Fact) -> None:
        """Never blocks. Drops a message from the broker when too many wait."""
        if isinstance(fact, Received) and self._facts.qsize() >= MAX_WAITING_MESSAGES:
            return
        self._facts.put(fact)

    def get(self, timeout_s: float) -> Fact | None:
        """The next fact; None if none came in time. A timeout of 0 or less does not wait."""
        try:
            return self._facts.get(timeout=timeout_s) if timeout_s > 0 else self._facts.get_nowait()
        except Empty:
            return None
