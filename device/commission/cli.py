"""`ansim-agent commission`, behind the command line.

Exit status (sysexits.h): 0 the map is written; 64 there is no terminal to ask at; 65 the bank is not proved, and what
is in the way was named; 69 a line or a pin cannot be had; 73 a file cannot be written; 75 stopped, to be gone on with;
78 the configuration has no bank, or no such door.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from device.commission.hardware import Hardware, Openers, open_hardware, reeds_of
from device.commission.mapping import map_of, proved_of
from device.commission.notes import Notes
from device.commission.obstacles import check_files, of_port, of_terminal
from device.commission.plan import Plan, Proved
from device.commission.session import Front, run
from device.commission.survey import Survey, enough, survey_of
from device.commission.terminal import Stopped, Terminal
from device.commission.view import View
from device.commission.wizard import Wizard
from device.commission.words import Language, Words
from device.commission.words_en import ENGLISH
from device.commission.words_ko import KOREAN
from device.config.bank import Bank
from device.config.map import BankMap, load_map, parse_map, write_map
from device.config.model import Config
from device.errors import EX_CANTCREAT, EX_CONFIG, EX_UNAVAILABLE, ConfigError
from device.usage import EX_USAGE
from drivers.clock import SystemClock
from drivers.errors import GpioError
from drivers.files import Files
from drivers.locks.port import PortError
from drivers.ports import Clock

EX_DATAERR = 65
EX_TEMPFAIL = 75

# The agent reads it; only its owner writes.
_MODE = 0o644
# Ctrl-Z and Ctrl-\ too: a program that stands still, or dies at once, may leave a relay on.
_ENDING = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP, signal.SIGQUIT)
_WORDS = {Language.KOREAN: KOREAN, Language.ENGLISH: ENGLISH}


@dataclass(frozen=True, slots=True)
class Options:
    """again: prove every door anew. doors: prove these anew, keep the others of the map or of an interrupted run."""

    language: Language = Language.KOREAN
    again: bool = False
    doors: tuple[str, ...] = ()


class Shown(Front, Protocol):
    """A front that can also say something beside the wizard's views."""

    def tell(self, text: str) -> None: ...


def commission(
    config: Config,
    options: Options,
    *,
    front: Callable[[Words], Shown] | None = None,
    clock: Clock | None = None,
    openers: Openers | None = None,
) -> int:
    """Exit status. front, clock, openers: in place of the terminal and the machine's own."""
    bank = config.bank
    unknown = "" if bank is None else ", ".join(door for door in options.doors if door not in bank.doors)
    if bank is None:
        return _fail(EX_CONFIG, "bank: missing; a table [bank] with the names of the doors is required")
    if unknown:
        return _fail(EX_CONFIG, f"--door {unknown}: a name of bank.doors is allowed")
    words = _WORDS[options.language]
    obstacle = of_terminal(words) if front is None else None
    if obstacle is not None:
        return _fail(EX_USAGE, obstacle)
    try:
        with _interrupted_is_stopped():
            return _Run(config, bank, options, words, clock or SystemClock(), openers, front).run()
    except ConfigError as error:
        return _fail(EX_CONFIG, str(error))
    except PortError as error:
        return _fail(EX_UNAVAILABLE, error.why)
    except GpioError as error:
        return _fail(EX_UNAVAILABLE, str(error))
    except OSError as error:
        return _fail(EX_CANTCREAT, f"{error.filename or 'disk'}: {error.strerror or error}")


class _Run:
    """One call of the command."""

    def __init__(
        self,
        config: Config,
        bank: Bank,
        options: Options,
        words: Words,
        clock: Clock,
        openers: Openers | None,
        front: Callable[[Words], Shown] | None,
    ) -> None:
        self._config = config
        self._bank = bank
        self._options = options
        self._words = words
        self._clock = clock
        self._openers = openers
        self._front = front
        self._notes = Notes(bank.map)

    def run(self) -> int:
        check_files(self._bank.map, self._notes.path)
        bank_map = _finished(self._bank.map, self._config)
        if bank_map is not None and not self._notes.path.exists() and not (self._options.again or self._options.doors):
            print(self._words.already)
            return 0
        if self._front is not None:
            return self._in_front(self._front(self._words), bank_map)
        with Terminal(self._words, sys.stdin.fileno(), sys.stdout) as terminal:
            return self._in_front(terminal, bank_map)

    def _in_front(self, front: Shown, bank_map: BankMap | None) -> int:
        try:
            with open_hardware(self._config, self._bank, self._clock, self._openers) as hardware:
                return self._prove(hardware, front, bank_map)
        except Stopped:
            self._say(front, self._words.stopped)
            return EX_TEMPFAIL

    def _prove(self, hardware: Hardware, front: Shown, bank_map: BankMap | None) -> int:
        survey = self._survey(hardware, front, bank_map)
        if survey.faults:
            front.show(View(0, len(self._bank.doors), 0, "", survey.faults, is_over=True))
            return EX_DATAERR
        on_header, on_chips = reeds_of(self._config, self._bank)
        plan = Plan(self._bank.doors, survey.boards, self._bank.relays, on_header, on_chips)
        wizard = Wizard(plan, self._begin(plan, bank_map))
        bench = hardware.bench(survey.boards)
        run(wizard, bench, front, self._notes.keep, self._clock.monotonic_ns)
        if wizard.proof.faults:
            return EX_DATAERR
        self._write(plan, wizard.proved)
        front.tell(self._words.written.format(path=self._bank.map))
        return 0

    def _survey(self, hardware: Hardware, front: Shown, bank_map: BankMap | None) -> Survey:
        surveys = []
        for one in hardware.lines:
            front.tell(self._words.searching.format(bus=one.name))
            try:
                surveys.append(survey_of(one.name, one.family, one.line, one.codec))
            except PortError as error:
                raise PortError(of_port(self._words, one.name, one.port, error)) from None
        names = {line.name for line in hardware.lines}
        mapped = () if bank_map is None or self._options.again else bank_map.boards
        expected = frozenset(f"{board.bus}/{board.number}" for board in mapped if board.bus in names)
        return enough(surveys, len(self._bank.doors), len(self._bank.relays), expected)

    def _begin(self, plan: Plan, bank_map: BankMap | None) -> tuple[Proved, ...]:
        """What is proved already. Written down at once: a door that is to be proved anew is not, from now on."""
        known: tuple[Proved, ...] | None = None
        if not self._options.again:
            known = self._notes.read(plan)
            if known is None and bank_map is not None:
                known = proved_of(bank_map, plan)
        proved = tuple(one for one in known or () if one.door not in self._options.doors)
        self._notes.keep(proved)
        return proved

    def _write(self, plan: Plan, proved: tuple[Proved, ...]) -> None:
        text = write_map(map_of(plan, proved, datetime.now(UTC)))
        # A map that the agent would refuse is never put in the place of one that it takes.
        parse_map(text, str(self._bank.map), self._config)
        Files().write(self._bank.map, text.encode(), _MODE)
        self._notes.remove()

    @staticmethod
    def _say(front: Shown, text: str) -> None:
        try:
            front.tell(text)
        except Stopped:  # nobody is there to read it
            pass


def _finished(path: Path, config: Config) -> BankMap | None:
    """The map, if there is one that the agent takes."""
    try:
        return load_map(path, config)
    except ConfigError:
        return None


@contextmanager
def _interrupted_is_stopped() -> Iterator[None]:
    """Ctrl-C, Ctrl-Z, a phone that hangs up, and a system that goes down, all end a run as the installer does.

    Once: whoever is impatient, and presses again, must not interrupt what puts his terminal right.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _fail(status: int, text: str) -> int:
    print(text, file=sys.stderr)
    return status
