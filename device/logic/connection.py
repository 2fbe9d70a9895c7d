"""When to connect, to whom, and when to give a connection up. Pure. Implements docs/architecture.md, "The link".

Rules
- Brokers are tried in order of preference, all of them before any waiting.
- Then wait: BACKOFF_S doubling to BACKOFF_MAX_S, anywhere between half and the whole of it, so that a thousand devices
  do not come back at once. Only a connection that lasted resets it.
- A new alarm does not wait: it tries at once, whatever the backoff. While one is unanswered no wait is longer than
  ALARM_BACKOFF_MAX_S: a line that comes and goes would otherwise be met down again and again.
- On a less preferred broker the first is probed from time to time; once it is well again we go back to it.
"""

from collections.abc import Callable
from enum import Enum, auto

from device.logic.units import S

BACKOFF_S = 1
BACKOFF_MAX_S = 60
# EN 50131 wants an alarm notified within 10 s; the line may be there for a moment only.
ALARM_BACKOFF_MAX_S = 10
# AWS IoT Device Advisor's long-duration tests call a connection stable after this long; shorter ones are flapping.
LASTED_NS = 30 * S
# A broken broker must not be hammered by a clerk who presses in fear.
HURRY_NS = 1 * S
PROBE_NS = 60 * S


class Do(Enum):
    """What the link should do now."""

    CONNECT = auto()
    PROBE = auto()
    GO_BACK = auto()


class _State(Enum):
    WAITING = auto()
    CONNECTING = auto()
    UP = auto()
    LEAVING = auto()


class Connection:
    """The policy of one link. `random()` gives [0, 1)."""

    def __init__(self, brokers: int, random: Callable[[], float]) -> None:
        self._brokers = brokers
        self._random = random
        self._state = _State.WAITING
        self._due_ns = 0
        self._tries = 0
        self._up_ns = 0
        self._hurried_ns: int | None = None
        self._hurry_ns: int | None = None  # when an alarm that waits wants a try
        self._leaving_for = 0
        self.broker = 0
        """The broker that is connected, being tried, or to be tried next."""

    @property
    def is_up(self) -> bool:
        return self._state is _State.UP

    def due_ns(self) -> int | None:
        """When to call tick next."""
        if self._state is _State.WAITING or (self.is_up and self.broker > 0):
            return self._due_ns
        return None

    def tick(self, now_ns: int) -> Do | None:
        due_ns = self.due_ns()
        if due_ns is None or now_ns < due_ns:
            return None
        if self._state is _State.WAITING:
            self._state = _State.CONNECTING
            if self._hurry_ns is not None:
                self._hurried_ns, self._hurry_ns = now_ns, None
            return Do.CONNECT
        self._due_ns = now_ns + self._spread(PROBE_NS)
        return Do.PROBE

    def up(self, now_ns: int) -> None:
        self._state, self._up_ns, self._hurry_ns = _State.UP, now_ns, None
        self._due_ns = now_ns + self._spread(PROBE_NS)

    def down(self, now_ns: int, *, alarm_waits: bool = False) -> None:
        """A connection, or an attempt at one, has ended."""
        most_s = ALARM_BACKOFF_MAX_S if alarm_waits else BACKOFF_MAX_S
        state, self._state = self._state, _State.WAITING
        if state is _State.LEAVING:
            self.broker, self._due_ns = self._leaving_for, now_ns
        elif state is _State.UP:
            lasted = now_ns - self._up_ns >= LASTED_NS
            self._tries = 0 if lasted else self._tries + 1
            self.broker = 0
            self._due_ns = now_ns + self._backoff(most_s)
        elif self.broker + 1 < self._brokers:
            self.broker, self._due_ns = self.broker + 1, now_ns
        else:
            self.broker, self._tries = 0, self._tries + 1
            self._due_ns = now_ns + self._backoff(most_s)
        if self._hurry_ns is not None:
            self._due_ns = min(self._due_ns, max(now_ns, self._hurry_ns))

    def hurry(self, now_ns: int) -> None:
        """An alarm is waiting: try now; if a try is under way that may be too old to succeed, again after it."""
        if self.is_up:
            return
        self._hurry_ns = now_ns if self._hurried_ns is None else max(now_ns, self._hurried_ns + HURRY_NS)
        if self._state is _State.WAITING:
            self._due_ns = min(self._due_ns, self._hurry_ns)

    def give_up(self) -> None:
        """This broker does not do its work: once the connection is dropped, the next one is tried."""
        self._state = _State.CONNECTING

    def probed(self, broker: int, well: bool) -> Do | None:
        if self.is_up and well and broker < self.broker:
            self._state, self._leaving_for = _State.LEAVING, 0
            return Do.GO_BACK
        return None

    def again(self) -> None:
        """The connection that is up is being left for a new one to the same broker."""
        self._state, self._leaving_for = _State.LEAVING, self.broker

    def _backoff(self, most_s: int) -> int:
        seconds = min(most_s, BACKOFF_S * 2 ** min(self._tries, 10))
        return self._spread(seconds * S)

    def _spread(self, time_ns: int) -> int:
        return time_ns // 2 + int(self._random() * (time_ns // 2))
