"""Time turned by hand around a wizard: readings five times a second, as over a real line."""

from device.commission.plan import Plan, Proved
from device.commission.signals import Bit
from device.commission.view import Choice, Phrase, Typed, View
from device.commission.wizard import Wizard
from device.logic.units import MS
from tests.device.commission.bank import FakeBank, plan_of
from tests.device.commission.installer import Installer

ROUND_NS = 200 * MS
_MOST_ROUNDS = 5_000


class Hands:
    """`Doors` on a FakeBank."""

    def __init__(self, bank: FakeBank) -> None:
        self._bank = bank
        self.open_doors, self.shut, self.pull = bank.open_doors, bank.shut, bank.pull

    def tug(self, name: str) -> None:
        """Doors of this bank spring open."""

    def has(self, phrase: Phrase, door: str) -> bool:
        compartment = self._bank.doors[door]
        return (compartment.latch if phrase is Phrase.LACKS_LATCH else compartment.reed) is not None


class Rounds:
    """A wizard, a bank, and time."""

    def __init__(self, bank: FakeBank, proved: tuple[Proved, ...] = (), plan: Plan | None = None) -> None:
        self.bank = bank
        self.wizard = Wizard(plan or bank.plan, proved)
        self.now_ns = 0

    @property
    def view(self) -> View:
        return self.wizard.view(self.now_ns)

    @property
    def phrase(self) -> object:
        """Of the first thing on the screen; a Fault by its flaw."""
        first = self.view.said[0]
        return getattr(first, "phrase", None) or getattr(first, "flaw", None)

    def turn(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            lock = self.wizard.wish(self.now_ns)
            if lock is not None:
                self.wizard.pulsed(self.bank.pulse(lock), self.now_ns)
            self.wizard.see(self.bank.read(), self.now_ns)
            self.now_ns += ROUND_NS

    def seconds(self, seconds: float) -> None:
        self.turn(round(seconds * 1_000_000_000 / ROUND_NS))

    def until(self, phrase: object) -> None:
        """Turn until the screen says this. Fails after some minutes."""
        for _ in range(_MOST_ROUNDS):
            if self.phrase == phrase:
                return
            self.turn()
        raise AssertionError(f"never came to {phrase}; the screen says {self.view}")

    def press(self, choice: Choice) -> None:
        self.wizard.press(choice)

    def read(self, name: str = "") -> None:
        """Wait for the question which door is open, and type a name; without one, that of the open door."""
        self.until(Phrase.WHICH_IS_OPEN)
        self.wizard.read(name or self.bank.open_doors()[0])

    def begin(self) -> None:
        """To the first door: two readings, and the word that all is shut."""
        self.turn(2)
        self.press(Choice.ALL_SHUT)
        self.until(Phrase.OPEN)

    def prove(self, door: str) -> None:
        """What a good door needs."""
        self.until(Phrase.OPEN)
        assert self.view.door == door
        self.bank.pull(door)
        self.until(Phrase.SHUT)
        self.bank.shut(door)
        self.read()
        self.turn()
        self.bank.shut()

    def walk(self, tries: int = 1, *, has_key: bool = True) -> Installer:
        """The whole bank, with an installer who does as he is told."""
        installer = Installer(Hands(self.bank), tries, has_key=has_key)
        for _ in range(_MOST_ROUNDS):
            if self.wizard.is_over:
                return installer
            match installer.look(self.view, self.now_ns):
                case Typed(name):
                    self.wizard.read(name)
                case Choice() as choice:
                    self.press(choice)
            self.turn()
        raise AssertionError(f"never ended; the screen says {self.view}")


def begun(doors: int = 4, *, reeds: int = 0, proved: tuple[Proved, ...] = (), inverted: str = "") -> Rounds:
    """At the first door. inverted: whose feedback says the opposite of the others'."""
    rounds = Rounds(FakeBank(plan_of(doors, reeds=reeds)), proved)
    if inverted:
        rounds.bank.doors[inverted].latch_set_when_shut = False
    rounds.begin()
    return rounds


def proved(number: int) -> Proved:
    """Door, lock and feedback with this number."""
    return Proved(f"{number:02}", f"left/1/{number}", Bit("left", 1, number - 1))
