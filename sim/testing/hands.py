"""What can be done in a store, as sentences. Every word is that of an act, with the same arguments."""

from abc import ABC, abstractmethod

from sim.acts.model import Act
from sim.testing.words import act_of
from sim.world.setup import PHONE

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True


class Hands(ABC):
    """Somebody in a store. Everything raises Unplayable if it is not known, or cannot be done here."""

    id: str

    @abstractmethod
    def perform(self, act: Act) -> None:
        """Do it now."""

    def do(self, word: str, **arguments: object) -> None:
        """An act as a scenario file writes it: `do("press", zone="counter-button", for_="200ms")`."""
        self.perform(act_of(word, arguments, self.id))

    # ------------------------------------------------------------ at the counter

    def press(self, zone: str, for_: str = "200ms") -> None:
        """Press, and let go."""
        self.do("press", zone=zone, for_=for_)

    def hold(self, zone: str) -> None:
        """Press, and stay."""
        self.do("hold", zone=zone)

    def release(self, zone: str) -> None:
        self.do("release", zone=zone)

    def lift(self, zone: str = PHONE) -> None:
        """Take the handset off the hook."""
        self.hold(zone)

    def hang_up(self, zone: str = PHONE) -> None:
        self.release(zone)

    def chatter(self, zone: str, edges: int = 100) -> None:
        """The contact flutters."""
        self.do("chatter", zone=zone, edges=edges)

    def cut_wire(self, zone: str, leg: str = "common") -> None:
        self.do("wire", zone=zone, state="cut", leg=leg)

    def short_wire(self, zone: str, leg: str = "common") -> None:
        """Crushed against ground."""
        self.do("wire", zone=zone, state="shorted", leg=leg)

    def mend_wire(self, zone: str) -> None:
        self.do("wire", zone=zone, state="whole")

    # ------------------------------------------------------------ at a locker bank

    def pull(self, door: str) -> None:
        """Nothing happens as long as its lock holds it."""
        self.do("pull", door=door)

    def shut(self, door: str) -> None:
        self.do("shut", door=door)

    def force(self, door: str) -> None:
        """With a crowbar."""
        self.do("force", door=door)

    # ------------------------------------------------------------ the box

    def power_off(self) -> None:
        """At whatever instruction: what was not committed is lost."""
        self.do("power", state="off")

    def power_on(self) -> None:
        self.do("power", state="on")

    def unplug(self) -> None:
        """The mains: with a battery the device lives on."""
        self.do("mains", state="off")

    def plug_in(self) -> None:
        self.do("mains", state="on")

    def restart(self) -> None:
        """The agent, in good order."""
        self.do("restart")

    def network(self, state: str, **arguments: object) -> None:
        """The way to the brokers: `network("black")`, `network("slow", delay="300ms")`."""
        self.do("network", state=state, **arguments)

    def disk(self, state: str, **arguments: object) -> None:
        self.do("disk", state=state, **arguments)

    def jump_clock(self, by: str) -> None:
        """What the device believes the time to be; backwards behind a minus."""
        self.do("clock", jump=by)
