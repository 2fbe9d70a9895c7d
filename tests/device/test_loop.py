"""The main loop on ports that are lists: what it feeds, what it does, and when it gives up."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from device.errors import ThreadDiedError
from device.inbox import Inbox
from device.logic.agent import Agent, AgentSettings
from device.logic.effects import Effect, Light, Save
from device.logic.kinds import ZoneType
from device.logic.lamp import Shows
from device.logic.zone import ZoneSettings
from device.loop import Loop, Ports
from drivers.clock import SystemClock
from drivers.command_ports import Conclusion, KeptCommand
from drivers.errors import GpioError
from drivers.lock_bank import LockBank
from drivers.ports import Beginning, Edge, Fact, LinkUp, Message, Place, Pull, Record, Saved
from drivers.systemd import ServiceManager
from tests.builders import make_keys, make_signer

_LAMP = "counter-led"


@dataclass
class _Inputs:
    closed: bool = False

    def watch(self, pin: str, pull: Pull) -> None:
        """The test posts the edges."""

    def resample(self) -> None:
        """No edge is lost here."""

    def close(self) -> None:
        self.closed = True


@dataclass
class _Outputs:
    fails: bool = False
    lit: list[bool] = field(default_factory=list)
    closed: bool = False

    def claim(self, pin: str, active_high: bool) -> None:
        """Every pin can be had."""

    def set(self, pin: str, on: bool) -> None:
        if self.fails:
            raise GpioError("GPIO22: gone")
        self.lit.append(on)

    def close(self) -> None:
        self.closed = True


@dataclass
class _Link:
    alive: bool = True
    asked: list[str] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)

    def connect(self, broker: int, will: Message | None) -> None:
        self.asked.append(f"connect {broker}")

    def leave(self, farewell: Message | None) -> None:
        self.asked.append("leave")

    def drop(self) -> None:
        self.asked.append("drop")

    def publish(self, message: Message, token: int) -> None:
        self.sent.append(message)

    def stand_by(self) -> None:
        """Always is."""

    def probe(self, broker: int) -> None:
        self.asked.append(f"probe {broker}")

    def close(self) -> None:
        self.asked.append("close")


@dataclass
class _Store:
    inbox: Inbox
    alive: bool = True
    saved: list[Record] = field(default_factory=list)
    closed: list[bool] = field(default_factory=list)

    def save(self, record: Record, concludes: Conclusion | None = None) -> None:
        self.saved.append(record)
        self.inbox.post(Saved(0, (record.place,)))

    def settle(self, place: Place, state: str) -> None:
        """Nobody answers in these tests."""

    def load(self, urgent: bool, after: Place | None, limit: int) -> None:
        """Nothing is stored in these tests."""

    def note(self, text: str) -> None:
        """Nothing is short in these tests."""

    def keep_command(self, command: KeptCommand) -> None:
        """No command is given in these tests."""

    def close(self, orderly: bool) -> None:
        self.closed.append(orderly)


class _Renewer:
    """There is no office in these tests."""

    def run_errand(self) -> None:
        raise AssertionError("no errand was asked for")

    def present(self, staged: bool) -> None:
        raise AssertionError("there is one identity only")

    def promote(self) -> None:
        raise AssertionError("there is nothing to promote")

    def close(self) -> None:
        """Nothing is under way."""


class _Bench:
    """A loop with one hold-up button, and hooks for what it does."""

    def __init__(self) -> None:
        self.clock = SystemClock(ask_synced=lambda: True)
        self.inbox = Inbox()
        self.inputs, self.outputs, self.link, self.store = _Inputs(), _Outputs(), _Link(), _Store(self.inbox)
        settings = AgentSettings(
            "store-0042",
            "test",
            (ZoneSettings("counter-button", ZoneType.HOLDUP, "GPIO17"),),
            ((_LAMP, Shows.ALARM),),
            1,
            15,
            None,
        )
        beginning = Beginning("00000001aaaaaaaa", None, 0, 0, same_boot=False, orderly=False)
        signer, room = make_signer(), make_keys(make_signer(owner="room"))
        agent = Agent(settings, beginning, "boot", self.clock.wall(), signer, room, lambda: 0.5)
        ports = Ports(
            self.clock,
            self.inputs,
            self.outputs,
            self.link,
            self.store,
            _Renewer(),
            LockBank(),
            ServiceManager({}),
            {_LAMP: "GPIO22"},
        )
        self.when: Callable[[Fact | Effect], None] = lambda _: None
        self.loop = Loop(agent, ports, self.inbox, lambda what, _: self.when(what))

    def post_level(self, *, high: bool) -> None:
        self.inbox.post(Edge(self.clock.monotonic_ns(), "GPIO17", high))

    def run_until(self, is_enough: Callable[[Fact | Effect], bool]) -> None:
        """Run the loop until something is fed or done that is enough."""

        def watch(what: Fact | Effect) -> None:
            if is_enough(what):
                self.loop.stop()

        self.when = watch
        self.loop.run()


def _is_event(what: str) -> Callable[[Fact | Effect], bool]:
    return lambda effect: isinstance(effect, Save) and effect.happening is not None and effect.happening.what == what


def test_press_is_lit_saved_and_sent() -> None:
    bench = _Bench()
    bench.inbox.post(LinkUp(bench.clock.monotonic_ns(), 0, 20))
    bench.post_level(high=False)

    bench.run_until(_is_event("alarm.holdup"))

    assert bench.outputs.lit[0] is True
    assert "ansim/v1/store-0042/alarm" in [message.topic for message in bench.link.sent]
    assert len(bench.store.saved) >= 2


def test_end_is_orderly_and_closes_every_port() -> None:
    bench = _Bench()
    bench.post_level(high=True)

    bench.run_until(_is_event("system.started"))

    assert bench.link.asked == ["connect 0", "leave", "close"]
    assert bench.store.closed == [True]
    assert bench.inputs.closed
    assert bench.outputs.closed


def test_dead_thread_ends_the_loop_and_closes_every_port() -> None:
    bench = _Bench()
    bench.link.alive = False

    with pytest.raises(ThreadDiedError):
        bench.loop.run()

    assert bench.store.closed == [False]
    assert bench.inputs.closed


def test_dead_lamp_does_not_take_the_alarm_with_it(caplog: pytest.LogCaptureFixture) -> None:
    bench = _Bench()
    bench.outputs.fails = True
    bench.inbox.post(LinkUp(bench.clock.monotonic_ns(), 0, 20))
    bench.post_level(high=False)

    bench.run_until(_is_event("alarm.holdup"))

    assert "ansim/v1/store-0042/alarm" in [message.topic for message in bench.link.sent]
    assert "indicator counter-led: GPIO22: gone" in caplog.text


def test_light_is_switched_before_anything_is_sent_or_stored() -> None:
    bench = _Bench()
    order: list[str] = []
    bench.inbox.post(LinkUp(bench.clock.monotonic_ns(), 0, 20))
    bench.post_level(high=False)

    def note(what: Fact | Effect) -> bool:
        order.append(type(what).__name__)
        return _is_event("alarm.holdup")(what)

    bench.run_until(note)

    first_light = order.index(Light.__name__)
    assert order[first_light : first_light + 3] == ["Light", "Publish", "Save"]
