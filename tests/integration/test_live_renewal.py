"""A store gets a new key while somebody presses: real agent, real office, real Mosquitto, real control room."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from drivers.files import Files
from drivers.keystore import load_signer
from provisioning.clock import now_utc
from provisioning.model import Certificate
from sim.board.lines import Order
from sim.board.remote import RemoteBoard, Running
from sim.control_room.chain import examine
from sim.control_room.ledger import Filing, Ledger
from tests.integration.operator_bench import Desk, Journal, agent
from tests.integration.witness import Witness
from tests.provisioning.broker.office import revoked
from tests.provisioning.broker.running import RunningBroker, running

STORE = "store-0042"
ALARM, RENEWED = "alarm.panic", "system.renewed"
PRESS_MS = 100
PINS = ("GPIO5", "GPIO6", "GPIO12", "GPIO13", "GPIO16", "GPIO19")
_BELL = '[[zone]]\nname = "bell-{number}"\ntype = "panic"\npin = "{pin}"\nstable_ms = 20\n\n'
# A third of its life is over: it is due.
AGE, LIFETIME = timedelta(days=2), timedelta(days=4)
REFUSED = "WARNING device.loop: no connection to broker 1: TLS refused by the broker: certificate revoked"
IN_FORCE = {"device.key", "device.crt", "ca.crt", "control-room.jwks.json"}


class Store:
    """A store with six bells, whose certificate is due; the office that gave it, and the control room."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.authority = self.desk.found(timedelta(days=10))
        self.desk.plan(STORE)
        self.desk.write_broker()
        self.desk.provision("sign", self.desk.request_for_room())
        wiring = folder / "wiring.toml"
        wiring.write_text("".join(_BELL.format(number=number, pin=pin) for number, pin in enumerate(PINS, 1)))
        self.desk.set_up(STORE, "--wiring", wiring)
        self.first = self.desk.give(self.authority, STORE, age=AGE, lifetime=LIFETIME)
        self.witness = Witness()
        self.pressed = 0
        self.board: RemoteBoard
        self.journal: Journal

    @contextmanager
    def open_board(self) -> Iterator[None]:
        """Its start has been received."""
        with ExitStack() as undo:

            def start(options: Sequence[str]) -> Running:
                command = [sys.executable, "-m", "tests.integration.hurried_board", *options]
                pipe = subprocess.PIPE
                process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)
                assert process.stderr is not None
                self.journal = Journal(process.stderr)
                undo.callback(self.journal.join)
                undo.callback(self.board.close)
                return process

            self.board = RemoteBoard(self.desk.config(STORE), self.witness.board, start=start)
            self.board.power_on()
            self.witness.wait_start()
            yield

    def press(self, *bells: int) -> None:
        """Returns when every press is on the disk, or in the control room; fingers are still on the bells then."""
        self.pressed += len(bells)
        for bell in bells:
            self.board.order(Order(f"bell-{bell}", "press", PRESS_MS))
        self.wait("presses", lambda: len(self.raised) == self.pressed and self.raised <= self.kept)

    def wait(self, what: str, is_so: Callable[[], bool]) -> None:
        self.witness.wait(what, is_so)

    def wait_received(self) -> None:
        """All that the board has said, with all fingers off the bells."""
        self.wait("releases", lambda: len(self.witness.ids(ALARM)) == 2 * self.pressed)
        self.wait("receipts", lambda: {seen.values[0] for seen in self.witness.lines("event")} <= self.witness.received)

    @property
    def raised(self) -> set[str]:
        return self.witness.ids(ALARM, "raised")

    @property
    def kept(self) -> set[str]:
        return self.witness.saved | self.witness.received

    @property
    def files(self) -> set[str]:
        return {path.name for path in self.desk.identity(STORE).iterdir()}

    @property
    def in_force(self) -> tuple[str, int]:
        """Thumbprint of the key, and serial of the certificate."""
        place = self.desk.identity(STORE)
        certificate = x509.load_pem_x509_certificate((place / "device.crt").read_bytes())
        return load_signer(place / "device.key").kid, certificate.serial_number

    def certificates(self) -> list[Certificate]:
        """Newest first."""
        with self.desk.open() as office:
            return office.registry.certificates(STORE)

    def shut_out(self, certificate: Certificate) -> None:
        """This one alone, for a broker that starts after this."""
        crl = self.authority.revocation_list([revoked(certificate)], 1_000, now_utc())
        Files().write(self.desk.broker.folder / "crl.pem", crl, 0o644)

    def kids(self, what: str) -> list[str]:
        """The keys that events of this type were signed with, in the order in which they came for the first time."""
        new = [arrival.event for arrival in self.witness.arrivals if arrival.filing is Filing.NEW]
        return [event.kid for event in new if event.type == f"ansim.{what}"]

    def check_presses(self) -> None:
        """Every press and its release is there once, and nothing is missing between them."""
        assert sorted(self.witness.arrived(ALARM)) == sorted(self.witness.ids(ALARM))
        assert len(self.witness.arrived(ALARM)) == 2 * self.pressed
        with Ledger(self.desk.room_folder / "ledger.db") as ledger:
            assert examine(ledger.links(STORE), ledger.spans(STORE)).is_whole


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@contextmanager
def standing_still(broker: RunningBroker) -> Iterator[None]:
    """The kernel takes what is sent to it, and nobody answers."""
    broker.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        broker.process.send_signal(signal.SIGCONT)


def renew_by_itself(store: Store, broker: RunningBroker) -> None:
    """Six presses: before, while the connection changes, while the new key is on trial, and afterwards."""
    store.press(1)
    store.wait_received()
    store.journal.wait_line("the office was asked in vain: ")
    with store.desk.serve():
        store.witness.wait_for("down")
        with standing_still(broker):
            store.press(2, 3)
        store.press(4)
        store.wait("a trial", lambda: bool(store.witness.ids(RENEWED)))
        store.press(5)
        store.journal.wait_line("a new identity is in force")
    store.press(6)
    store.wait_received()


def test_a_store_renews_while_somebody_presses(store: Store) -> None:
    old = store.in_force
    with running(store.desk.broker) as broker, store.desk.open_room(store.witness.room), store.open_board():
        renew_by_itself(store, broker)

    new = store.in_force
    newest, first = store.certificates()
    assert (old, new) == ((first.kid, first.serial), (newest.kid, newest.serial))
    assert old[0] != new[0]
    assert store.files == IN_FORCE
    assert store.kids(RENEWED) == [new[0]]
    assert (store.kids(ALARM)[0], store.kids(ALARM)[-1]) == (old[0], new[0])
    store.check_presses()


def test_afterwards_the_old_certificate_is_not_used_any_more(store: Store) -> None:
    with ExitStack() as undo, ExitStack() as first_broker:
        broker = first_broker.enter_context(running(store.desk.broker))
        undo.enter_context(store.desk.open_room(store.witness.room))
        undo.enter_context(store.open_board())
        renew_by_itself(store, broker)
        first_broker.close()
        newest, first = store.certificates()

        store.shut_out(first)
        with running(store.desk.broker):
            store.press(1)
            store.wait_received()
        store.shut_out(newest)
        with running(store.desk.broker):
            store.journal.wait_line(REFUSED)

    assert store.kids(ALARM)[-1] == newest.kid
    store.check_presses()


def test_a_broker_that_refuses_the_new_certificate_costs_no_press(store: Store) -> None:
    old = store.in_force
    with store.desk.serve():
        assert agent("renew", "--config", store.desk.config(STORE)).status == 0
    staged, _ = store.certificates()
    store.shut_out(staged)

    with running(store.desk.broker), store.desk.open_room(store.witness.room), store.open_board():
        store.press(1)
        store.journal.wait_line(REFUSED)
        store.press(2)
        store.witness.wait_for("up", 2)
        store.press(3)
        store.wait_received()

        assert sum(REFUSED in line for line in store.journal.lines) == 1

    assert store.in_force == old
    # It is tried again within the hour.
    assert store.files == IN_FORCE | {"device.key.next", "device.crt.next"}
    assert store.kids(RENEWED) == []
    assert set(store.kids(ALARM)) == {old[0]}
    store.check_presses()
