"""Lines of lock boards and relays as one `Locks`."""

import pytest

from drivers.lock_bank import LockBank
from drivers.lock_ports import Locks, PulseBegan, PulseEnd, PulseOver


class Part:
    """A `Locks` that keeps what it is asked."""

    def __init__(self, log: list[str], name: str, *, breaks: bool = False) -> None:
        self.alive = True
        self._log = log
        self._name = name
        self._breaks = breaks

    def pulse(self, lock: str, until_ns: int) -> None:
        self._log.append(f"{self._name} pulses {lock} until {until_ns}")

    def reread(self) -> None:
        self._log.append(f"{self._name} reads again")

    def close(self) -> None:
        self._log.append(f"{self._name} closes")
        if self._breaks:
            raise OSError(f"{self._name} is gone")


def test_every_lock_is_pulsed_where_it_is() -> None:
    log: list[str] = []
    bank: Locks = LockBank({"left": Part(log, "left"), "right": Part(log, "right")}, Part(log, "relays"))

    bank.pulse("right/1/7", 9)
    bank.pulse("GPIO16", 9)
    bank.pulse("left/2/24", 9)

    assert log == ["right pulses right/1/7 until 9", "relays pulses GPIO16 until 9", "left pulses left/2/24 until 9"]


@pytest.mark.parametrize("lock", ["middle/1/7", "GPIO16", "left", "", "/1/7"])
def test_a_lock_that_nobody_has_is_refused_and_nothing_is_pulsed(lock: str) -> None:
    log: list[str] = []

    with pytest.raises(ValueError, match=f"lock '{lock}': there is no line, and no relay, of this name"):
        LockBank({"left": Part(log, "left")}).pulse(lock, 9)

    assert log == []


@pytest.mark.parametrize("dead", [0, 1, 2])
def test_it_lives_as_long_as_all_of_its_parts(dead: int) -> None:
    parts = [Part([], name) for name in ("left", "right", "relays")]
    bank = LockBank({"left": parts[0], "right": parts[1]}, parts[2])
    assert bank.alive

    parts[dead].alive = False

    assert not bank.alive


@pytest.mark.parametrize("broken", ["left", "right", "relays"])
def test_all_are_closed_whatever_one_of_them_raises_and_the_relays_first(broken: str) -> None:
    log: list[str] = []
    left, right, relays = (Part(log, name, breaks=name == broken) for name in ("left", "right", "relays"))

    with pytest.raises(OSError, match=f"{broken} is gone"):
        LockBank({"left": left, "right": right}, relays).close()

    assert log == ["relays closes", "left closes", "right closes"]


def test_a_device_without_locks_has_a_bank_that_is_well() -> None:
    bank = LockBank()

    assert bank.alive
    with pytest.raises(ValueError, match="there is no line"):
        bank.pulse("left/1/7", 9)
    bank.close()


def test_after_a_pulse_every_other_line_is_read_again() -> None:
    log: list[str] = []
    bank = LockBank({"left": Part(log, "left"), "right": Part(log, "right")}, Part(log, "relays"))

    bank.heard(PulseBegan(1, "right/1/7"))
    assert log == []

    bank.heard(PulseOver(2, "right/1/7", PulseEnd.UNANSWERED))
    assert log == ["left reads again"]

    bank.heard(PulseOver(3, "GPIO16", PulseEnd.ACKNOWLEDGED))
    assert log == ["left reads again", "left reads again", "right reads again"]
