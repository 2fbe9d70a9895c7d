"""A live store for a test: the real agent in a process of its own, on a virtual board, at a real broker."""

import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.config.load import load
from device.logic.lamp import Look
from drivers.clock import SystemClock
from drivers.files import Files
from drivers.key_making import key_pem
from drivers.keystore import KeySigner, jwk_of
from drivers.ports import Message
from sim.acts import model as act
from sim.acts.bank import BankAct
from sim.acts.model import Act
from sim.acts.reading import describe_act, word_of
from sim.acts.words import OnOff
from sim.board.conditions import Conditions
from sim.board.remote import RemoteBoard
from sim.network.become import become
from sim.network.network import FaultyLink
from sim.site import Site, make_site
from sim.testing.errors import Unplayable
from sim.testing.hands import Hands
from sim.testing.live_log import LiveEvent, LiveLog
from sim.testing.receipts import sign_receipt
from sim.testing.words import seconds_of
from sim.world.setup import BATTERY, MAINS
from sim.world.supply import LOW_PERCENT

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True

_STEPS = ("told", "saved", "sent", "received", "rejected")
_LOOKS = tuple(look.value for look in Look if look is not Look.HEALTHY)
# What is waited for takes milliseconds, or as long as a backoff; this is for a machine that is busy with other things.
_PATIENCE = "60s"


class LiveStore(Hands):
    """A context manager: the agent runs and is connected inside. Use it from one thread; `receipt` from any.

    Its network stands between it and the broker alone: a receiver is not cut off with it. Its battery never ends.
    """

    def __init__(self, folder: Path, broker_port: int, seed: int = 0) -> None:
        """folder: for its keys and its state."""
        self._undo = ExitStack()
        self._clock = SystemClock()
        self._log = LiveLog(self._clock)
        self._given: set[tuple[str, str]] = set()
        self._network = self._undo.enter_context(FaultyLink(broker_port, seed=seed))
        site = make_site(folder, [self._network.port])
        self.id = site.device
        self.config = site.config
        """The agent's configuration."""
        self.device_keys = site.device_keys
        """A JWKS: what verifies the device's events."""
        self.control_room_key = folder / "control-room.key"
        """The private key whose receipts the device believes: PEM, PKCS#8, Ed25519."""
        self.signer = self._make_room_key(site)
        """The same key, as `sim.testing.receipts.sign_receipt` takes it."""
        self._zones = tuple(zone.name for zone in load(site.config).zones)
        self._conditions = Conditions(self._zones)
        self._board = RemoteBoard(site.config, self._log.note, seed=seed, stands=True, ended=self._log.off)
        self._undo.callback(self._board.close)

    def _make_room_key(self, site: Site) -> KeySigner:
        key = Ed25519PrivateKey.generate()
        signer = KeySigner(key)
        believed = json.dumps({"keys": [jwk_of(signer)]}).encode("ascii")
        Files().write(self.control_room_key, key_pem(key), 0o600)
        Files().write(load(site.config).identity.control_room_keys, believed, 0o644)
        return signer

    def __enter__(self) -> Self:
        try:
            self.power_on()
            self.wait_connected()
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def __repr__(self) -> str:
        return f"<live store {self.id}, {'on' if self.is_on else 'off'}>"

    @property
    def is_on(self) -> bool:
        """Whether the agent's process runs."""
        return self._board.is_on

    @property
    def lamp(self) -> str:
        """What the light at the counter says."""
        return self._log.lamp

    # ------------------------------------------------------------ what is done

    def perform(self, act_: Act) -> None:
        """Power returns when the inputs are watched again; all else when it has been said to the board."""
        self._check(act_)
        self._log.add(f"({describe_act(act_)})")
        match act_:
            case act.Power():
                self._switch(on=act_.state is OnOff.ON)
            case act.Restart():
                self._board.close()
                self._switch(on=True)
            case act.Network():
                become(self._network, act_)
            case act.Mains():
                self._show(MAINS, active=act_.state is OnOff.OFF)
            case act.Battery():
                self._show(BATTERY, active=act_.charge_percent <= LOW_PERCENT)
            case _:
                self._order(act_)

    def _check(self, asked: Act) -> None:
        known = ", ".join(f'"{zone}"' for zone in self._zones)
        for zone in (getattr(asked, "zone", None), getattr(asked, "other", None)):
            if zone is not None and zone not in self._zones:
                raise Unplayable(f'zone = "{zone}": {self.id} has {known}')
        if isinstance(asked, BankAct):
            raise Unplayable(f"{word_of(asked)}: {self.id} has no locker bank")
        if isinstance(asked, act.Broker | act.Room | act.Answer | act.Brownout):
            raise Unplayable(f"{word_of(asked)}: in virtual time alone")
        if getattr(asked, "broker", 0) > 1:
            raise Unplayable(f"{word_of(asked)}: a live store has one broker")

    def _switch(self, *, on: bool) -> None:
        if not on:
            self._board.cut_power()
            return
        self._board.power_on(self._conditions.acts(self._clock.monotonic_ns()))
        self._log.wait("an armed board", lambda: self._log.is_armed, seconds_of(_PATIENCE, "within", self.id))

    def _show(self, zone: str, *, active: bool) -> None:
        self._order(act.Hold(zone=zone) if active else act.Release(zone=zone))

    def _order(self, done: Act) -> None:
        self._conditions.note(done, self._clock.monotonic_ns())
        self._board.order(done)

    # ------------------------------------------------------------ what a receiver needs

    def receipt(self, envelope: bytes, state: str = "received", reason: str | None = None) -> Message:
        """What the control room says to an event that came in this envelope: publish its payload on its topic."""
        return sign_receipt(envelope, self.signer, state, reason)

    # ------------------------------------------------------------ what is waited for

    def wait_for(self, step: str, type_: str = "alarm", phase: str = "raised", within: str = _PATIENCE) -> LiveEvent:
        """The next event of a type that has come so far: told, saved, sent, received or rejected. Each is given once.

        AssertionError, with the store's last words, when the time is over.
        """
        if step not in _STEPS:
            raise Unplayable(f'wait_for = "{step}": one of {", ".join(map(repr, _STEPS))} is allowed')
        wanted = "ansim." + type_.removeprefix("ansim.")

        def ready() -> list[LiveEvent]:
            return [
                event
                for event in self._log.events()
                if step in event.steps
                and event.type.startswith(wanted)
                and event.phase in (phase, "reported")
                and (step, event.id) not in self._given
            ]

        self._log.wait(f"{wanted} {phase} to be {step}", lambda: bool(ready()), seconds_of(within, "within", self.id))
        found = ready()[0]
        self._given.add((step, found.id))
        return found

    def wait_connected(self, within: str = _PATIENCE) -> None:
        """Until the broker has accepted the store."""
        self._log.wait("a connection", lambda: self._log.is_connected, seconds_of(within, "within", self.id))

    def wait_disconnected(self, within: str = _PATIENCE) -> None:
        """Until the store knows that it has no connection."""
        self._log.wait(
            "the end of a connection", lambda: not self._log.is_connected, seconds_of(within, "within", self.id)
        )

    def wait_for_lamp(self, look: str, within: str = _PATIENCE) -> None:
        """Until the light at the counter says so: dark, heard, sending, received, help or fault."""
        if look not in _LOOKS:
            raise Unplayable(f'lamp = "{look}": one of {", ".join(map(repr, _LOOKS))} is allowed')
        self._log.wait(f'the lamp to say "{look}"', lambda: self.lamp == look, seconds_of(within, "within", self.id))

    def events(self) -> list[LiveEvent]:
        """Everything that the device has told, over all its lives, and how far it has come."""
        return self._log.events()

    def transcript(self, last: int | None = None) -> list[str]:
        """What was done and what the store has said, a line each."""
        return self._log.lines(last)
