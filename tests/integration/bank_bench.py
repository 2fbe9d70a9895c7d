"""A locker bank whose doors are real to its agent: lock boards behind a pty in this process, the agent in its own.

Between agent and control room everything is as in the field: certificates, TLS, Mosquitto, a ledger.
"""

import json
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.config.map import VERSION, BankMap, Board, Door, Proof, write_map
from drivers.keystore import KeySigner
from drivers.locks.wiring import ByteOrder, Polarity
from drivers.ports import Message
from sim.acts.bank import BankAct, CommandAct
from sim.acts.model import StoreAct
from sim.board.remote import Running
from sim.control_room.commands import CommandWriter
from sim.control_room.ledger import Filing
from sim.control_room.values import VerifiedEvent
from sim.locks.live_bank import LiveBank
from sim.locks.setup import BoardSetup, BusSetup, DoorSetup, Family
from sim.locks.truth import Current
from sim.office import CONTROL_ROOM, TrialOffice
from sim.site import Place
from sim.stage import Stage
from tests.fixtures_broker import installed_mosquitto
from tests.integration.bank_board import Death
from tests.integration.operator_bench import Journal
from tests.integration.witness import TIMEOUT_S, Witness

BANK, ANOTHER = "bank-0001", "bank-0002"
PANIC = "panic-button"
BUS = "left"
MANY = 20
"""The most doors that a control room can be allowed to open in ten minutes."""

_TABLES = """\
[[zone]]
name = "panic-button"
type = "panic"
pin = "GPIO17"
stable_ms = 20

[bank]
doors = [{doors}]
map = "{map}"
remote_opens = {remote_opens}

[[bus]]
name = "left"
port = "{port}"
family = "{family}"
reply_ms = {reply_ms}
latency_ms = 0
"""


def plain(doors: int, boards: int = 1, family: Family = Family.XOR8A) -> tuple[tuple[DoorSetup, ...], BusSetup]:
    """Door after door on lock after lock, as many on each board; all of them spring open."""
    each = doors // boards
    spots = {f"{door + 1:02}": f"{BUS}/{door // each + 1}/{door % each + 1}" for door in range(doors)}
    setup = BoardSetup(16 if family is Family.KERONG_CU16 else each)
    return tuple(DoorSetup(name, spot, spot) for name, spot in spots.items()), BusSetup(BUS, family, (setup,) * boards)


def map_of(doors: Sequence[DoorSetup], bus: BusSetup) -> BankMap:
    """What commissioning would write of a plain bank of the 8A/80 family."""
    boards = tuple(
        Board(
            bus=bus.name,
            number=number,
            locks=setup.locks,
            polarity=Polarity.SET_WHEN_LOCKED,
            order=ByteOrder.LOW_FIRST,
        )
        for number, setup in enumerate(bus.boards, start=1)
    )
    proof = Proof(finished=True, at="2026-11-28T10:00:00Z", doors=len(doors), version=VERSION)
    mapped = tuple(Door(name=door.name, lock=door.lock, latch=door.latch) for door in doors)
    return BankMap(proof=proof, boards=boards, doors=mapped)


class BankBench:
    """A context manager: everything is up inside, except the agent. All methods: the test's thread."""

    def __init__(self, folder: Path, office: TrialOffice, doors: Sequence[DoorSetup], bus: BusSetup) -> None:
        """office: knows BANK. Nothing is wired to the locks as yet that `write_map` would not say."""
        self.witness = Witness()
        self._folder = folder
        self._doors, self._bus = doors, bus
        self._undo = ExitStack()
        self._death: Death | None = None
        self._stage = Stage(
            folder,
            broker=office.open_broker(installed_mosquitto()),
            places=(Place(BANK),),
            office=office,
            on_board=self.witness.board,
            on_room=self.witness.room,
            start_board=self._start,
        )
        stranger = KeySigner(Ed25519PrivateKey.generate())
        self._writer = CommandWriter(office.room_signer, stranger, CONTROL_ROOM, partial(secrets.token_urlsafe, 16))
        self.bank: LiveBank
        self.journals: list[Journal] = []
        """What each run of the agent has logged."""

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            ports = self._folder / "ports"
            ports.mkdir()
            self.bank = undo.enter_context(LiveBank(self._doors, [self._bus], ports, self._stage.clock))
            undo.callback(self._close_journals)
            undo.enter_context(self._stage)
            self.configure()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    # ------------------------------------------------------------ its files

    @property
    def config(self) -> Path:
        return self._stage.site.config

    @property
    def map(self) -> Path:
        return self._folder / "bank.toml"

    def configure(self, *, remote_opens: int = MANY, reply_ms: int = 250) -> None:
        """In place of a store's counter there are doors."""
        head, _, _ = self.config.read_text(encoding="utf-8").partition("[[zone]]")
        tables = _TABLES.format(
            doors=", ".join(f'"{door.name}"' for door in self._doors),
            map=self.map,
            remote_opens=remote_opens,
            port=self.bank.paths[BUS],
            family=self._bus.family,
            reply_ms=reply_ms,
        )
        self.config.write_text(head + tables, encoding="utf-8")

    def write_map(self) -> None:
        """As if it had been commissioned."""
        self.map.write_text(write_map(map_of(self._doors, self._bus)), encoding="utf-8")

    # ------------------------------------------------------------ the agent

    def power_on(self, death: Death | None = None) -> None:
        """Returns when it has told of its start: every door has been read then."""
        starts = len(self.witness.arrived("system.started"))
        self._death = death
        self._stage.board.power_on()
        self.wait("a start", lambda: len(self.witness.arrived("system.started")) > starts)

    def cut_power(self) -> None:
        """SIGKILL."""
        self._stage.board.cut_power()

    def wait_death(self) -> None:
        """It dies as it was told at its start."""
        status = self._process.wait(TIMEOUT_S)
        assert status == -signal.SIGKILL, self.journals[-1].lines

    def press(self, act: StoreAct) -> None:
        """At one of its zones: held, or released."""
        self._stage.board.order(act)

    def _start(self, options: Sequence[str]) -> Running:
        config = options[options.index("--config") + 1]
        death = () if self._death is None else ("--death", self._death)
        command = [sys.executable, "-m", "tests.integration.bank_board", "--config", config, *death]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)
        assert self._process.stderr is not None
        self.journals.append(Journal(self._process.stderr))
        return self._process

    def _close_journals(self) -> None:
        for journal in self.journals:
            journal.join()

    # ------------------------------------------------------------ the control room

    def write(self, asked: CommandAct, device: str = BANK) -> tuple[str, Message]:
        """The `jti` of a command that is issued now, and its message, for this bank whatever it says."""
        written = self._writer.write(asked, device, self._stage.clock.wall())
        return written.jti, Message(f"ansim/v1/{BANK}/command", written.messages[0].payload)

    def send(self, *messages: Message) -> None:
        self._stage.room.send(*messages)

    def order(self, asked: CommandAct) -> str:
        """Write and send; the `jti`."""
        jti, message = self.write(asked)
        self.send(message)
        return jti

    def told(self, what: str, subject: str | None = None, phase: str | None = None) -> list[VerifiedEvent]:
        """What the control room has verified and stored, each once: `what` as in `alarm.forced`, or its beginning."""
        events = (arrival.event for arrival in self.witness.arrivals if arrival.filing is Filing.NEW)
        return [
            event
            for event in events
            if event.type.startswith(f"ansim.{what}")
            and subject in (None, event.subject)
            and phase in (None, event.phase)
        ]

    def wait_told(self, what: str, subject: str, phase: str | None = None) -> VerifiedEvent:
        """The first of them."""
        self.wait(f"{what} of {subject}", lambda: bool(self.told(what, subject, phase)))
        return self.told(what, subject, phase)[0]

    def outcome(self, jti: str) -> dict[str, Any]:
        """What the first event about a command says, with its type as `end`."""
        event = self.wait_told("command.", jti)
        return {"end": event.type.removeprefix("ansim.command."), **detail(event)}

    def wait(self, what: str, is_so: Callable[[], bool]) -> None:
        try:
            self.witness.wait(what, is_so)
        except AssertionError as error:
            told = [(event.type, event.phase.value, event.subject, event.detail_json) for event in self.told("")]
            raise AssertionError(f"{error}; told: {told}; logged: {self.journals[-1].lines}") from None

    # ------------------------------------------------------------ what is true

    def do(self, act: BankAct) -> None:
        self.bank.perform(act)

    def pulses(self) -> list[Current]:
        """Every coil that ever had current."""
        return self.bank.ask(lambda bank: list(bank.truth.currents))

    def pulsed(self) -> list[str]:
        """Their doors."""
        return [pulse.door for pulse in self.pulses()]


def detail(event: VerifiedEvent) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event.detail_json)
    return found


@contextmanager
def running_bank(folder: Path, office: TrialOffice, **options: int) -> Iterator[BankBench]:
    """24 doors on two boards, commissioned, and an agent that has read them all. options: of `configure`."""
    doors, bus = plain(24, boards=2)
    with BankBench(folder, office, doors, bus) as bench:
        bench.configure(**options)
        bench.write_map()
        bench.power_on()
        yield bench
