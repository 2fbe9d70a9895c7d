"""What can happen outside, and what can be asked of it. Pure: values and contracts, no behaviour.

Every fact carries `at_ns`, the monotonic time (CLOCK_MONOTONIC, nanoseconds) at which it was *seen*.
Drivers make facts on their own threads and hand them to one `post` callable; the main loop alone reads them.
Asking (`connect`, `save`, …) never blocks the caller: the answer is a fact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.command_ports import CommandKept, CommandNotKept, Conclusion, KeptCommand
from drivers.lock_ports import LockFact

# ---------------------------------------------------------------- facts


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; nothing else is said."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class WallClock:
    """What the wall clock says at `at_ns`: UTC in nanoseconds since 1970, and whether the kernel trusts it."""

    at_ns: int
    utc_ns: int
    synced: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """The level of an input pin: first the one found at start, then one fact per raw edge, never debounced."""

    at_ns: int
    pin: str
    high: bool


@dataclass(frozen=True, slots=True)
class LinkUp:
    """A broker accepted us and our subscriptions were sent. `receive_maximum` messages may be unacknowledged."""

    at_ns: int
    broker: int
    receive_maximum: int


@dataclass(frozen=True, slots=True)
class LinkDown:
    """A connection, or an attempt at one, has ended. Nothing that was in flight on it will be acknowledged."""

    at_ns: int
    broker: int
    reason: str


@dataclass(frozen=True, slots=True)
class Published:
    """The broker took (`refused` is None) or refused the message with this token. A hint, never a receipt."""

    at_ns: int
    token: int
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A message arrived. `payload` is at most the link's `max_payload_bytes`; larger ones come as None."""

    at_ns: int
    topic: str
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class Probed:
    """Whether a broker that we are not connected to would take a TLS handshake now."""

    at_ns: int
    broker: int
    well: bool


class Urgency(StrEnum):
    """What may wait. Alarms overtake everything and are never thinned; telemetry is thinned first."""

    ALARM = "alarm"
    NORMAL = "normal"
    TELEMETRY = "telemetry"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an event stands in a device's history: epochs sort by time, seq counts within one."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"


@dataclass(frozen=True, slots=True)
class Record:
    """A signed event as it is stored, hashed and sent: `envelope` is never re-encoded. `digest` as on the wire."""

    place: Place
    urgency: Urgency
    digest: str
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Saved:
    """These events survive a power cut from now on."""

    at_ns: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """These events are durably marked as answered: they will not be loaded again."""

    at_ns: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Answer to one `load`: unanswered events in order; `more` if the limit cut the list."""

    at_ns: int
    urgent: bool
    records: tuple[Record, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Thinned:
    """The oldest least urgent events were given up to keep the store within its bound: how many, from, to."""

    at_ns: int
    count: int
    first: Place
    last: Place


class StoreFault(StrEnum):
    """Why the store does not keep what it is given."""

    FULL = "full"
    READ_ONLY = "read-only"
    CORRUPT = "corrupt"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StoreFailed:
    """The store cannot keep events now; it has given up the requests named. It retries when asked again."""

    at_ns: int
    fault: StoreFault
    text: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreWell:
    """The store keeps events (again). `kept_aside` names a corrupt file that was put away."""

    at_ns: int
    kept_aside: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """A key, and when the certificate of that key ends: UTC in nanoseconds since 1970, None without one."""

    signer: "Signer"
    expires_ns: int | None


@dataclass(frozen=True, slots=True)
class ErrandDone:
    """The office was asked. `keys`: the control room's as the disk has them; `staged`: what waits to be proved."""

    at_ns: int
    failed: str | None
    keys: "Keys | None"
    staged: Identity | None


@dataclass(frozen=True, slots=True)
class Promoted:
    """The staged identity is in force on the disk, or `failed` says why not."""

    at_ns: int
    failed: str | None


Fact = (
    Tick
    | WallClock
    | Edge
    | LinkUp
    | LinkDown
    | Published
    | Received
    | Probed
    | Saved
    | Settled
    | Loaded
    | Thinned
    | StoreFailed
    | StoreWell
    | ErrandDone
    | Promoted
    | CommandKept
    | CommandNotKept
    | LockFact
)
Post = Callable[[Fact], None]

# ---------------------------------------------------------------- contracts


class Clock(Protocol):
    """Two clocks: one that only moves forward, and one that people read."""

    def monotonic_ns(self) -> int: ...

    def wall(self) -> WallClock:
        """Both clocks read together, and whether the kernel calls the wall clock synchronised."""


class Pull(StrEnum):
    """The resistor at an input. With `up` (or an outside one, `none`) a closed contact to ground reads low."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class Inputs(Protocol):
    """Input pins. Posts an Edge with the level found when a pin is watched, then every raw edge."""

    def watch(self, pin: str, pull: Pull) -> None:
        """Start watching. Raises GpioError when the pin cannot be had."""

    def resample(self) -> None:
        """Read every pin and post an Edge where the level is not the last one posted: a missed edge is mended."""

    def close(self) -> None: ...


class Outputs(Protocol):
    """Output pins: lights, and later relays."""

    def claim(self, pin: str, active_high: bool) -> None:
        """Take the pin and switch it off. Raises GpioError when it cannot be had."""

    def set(self, pin: str, on: bool) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message, always QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False


class Link(Protocol):
    """One MQTT client that may talk to several brokers, one at a time. Brokers are numbered in order of preference."""

    @property
    def alive(self) -> bool:
        """Whether the thread behind it still works."""

    def connect(self, broker: int, will: Message | None) -> None:
        """Try once. Answered by LinkUp, or by LinkDown with the reason; the caller decides when to try again."""

    def leave(self, farewell: Message | None) -> None:
        """End the connection in good order, after `farewell` was sent. Answered by LinkDown."""

    def drop(self) -> None:
        """Cut a connection that is not to be trusted, without a word to the broker. Answered by LinkDown."""

    def publish(self, message: Message, token: int) -> None:
        """Send, QoS 1. Answered by Published, or never if the connection ends first. Ignored while it is down."""

    def stand_by(self) -> None:
        """Something may be published within a millisecond: a thread that sleeps deeply should not."""

    def probe(self, broker: int) -> None:
        """Find out whether a broker would take us, without disturbing the connection. Answered by Probed."""

    def close(self) -> None:
        """End everything; waits for the threads."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the store knew when this run began, and the epoch that it gives to it."""

    epoch: str
    prev: str | None
    """Digest of the last event that an earlier epoch stored."""
    unanswered_urgent: int
    unanswered: int
    """All of them, the urgent ones too."""
    same_boot: bool
    orderly: bool
    """The last run said goodbye."""
    commands: tuple[KeptCommand, ...] = ()
    """Those that may still be of interest, oldest first."""
    commands_from_ns: int | None = None
    """UTC since 1970: whatever was taken since then and has not expired is among `commands`. None: nobody knows."""


class Store(Protocol):
    """Events until they are answered. Calls return at once; one thread writes, several requests in one commit."""

    @property
    def alive(self) -> bool:
        """Whether the thread behind it still works."""

    def save(self, record: Record, concludes: Conclusion | None = None) -> None:
        """Answered by Saved once it survives a power cut, or by StoreFailed naming the place.

        concludes: the kept command whose outcome this event is; both are stored in one commit.
        """

    def keep_command(self, command: KeptCommand) -> None:
        """Answered by CommandKept or by CommandNotKept."""

    def settle(self, place: Place, state: str) -> None:
        """The control room has answered: forget the event. Answered by Settled, or by StoreFailed."""

    def load(self, urgent: bool, after: Place | None, limit: int) -> None:
        """Unanswered events behind `after`, alarms or all others, oldest first. Answered by Loaded."""

    def note(self, text: str) -> None:
        """Keep a local record that is never sent (short lifts, for instance); the oldest go first."""

    def close(self, orderly: bool) -> None:
        """Finish what was asked for and close; waits for the thread."""


class Renewer(Protocol):
    """Brings new identities from the office. `run_errand` is answered by ErrandDone, `promote` by Promoted."""

    def run_errand(self) -> None: ...

    def present(self, staged: bool) -> None:
        """From the next connection on, show the staged identity, or the one in force."""

    def promote(self) -> None:
        """Put the staged identity in force, also on the disk."""

    def close(self) -> None: ...


class Signer(Protocol):
    """Somebody's private key."""

    @property
    def alg(self) -> str:
        """JWS name: Ed25519 or ES256."""

    @property
    def is_slow(self) -> bool:
        """A signature takes long enough to be noticed: the key is in a token."""

    @property
    def kid(self) -> str:
        """RFC 7638 SHA-256 thumbprint of the public key, base64url."""

    def sign(self, data: bytes) -> bytes:
        """The signature as JWS wants it: 64 octets for both algorithms (RFC 8037, RFC 7518 §3.4)."""


class Keys(Protocol):
    """The public keys that are trusted for one purpose."""

    def verify(self, kid: str, alg: str, signature: bytes, data: bytes) -> bool | None:
        """True or False; None if no such key is known. A key takes its own algorithm only; EdDSA is Ed25519."""
