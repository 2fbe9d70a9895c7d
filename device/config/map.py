"""The map of a bank: what is wired where, as commissioning has proved it. One program writes it, the agent reads it."""

import re
from collections.abc import Iterator
from pathlib import Path

from device.config.addresses import LATCH, LOCK, REED
from device.config.bank import MAX_DOORS
from device.config.keys import Table, Tables, below, read_table, setting, specs, table
from device.config.kinds import NAME, Flag, Integer, OneOf, OneOfNumbers, Text
from device.config.load import read_text, read_toml
from device.config.model import Config
from device.config.reading import Faulty, Reading, cut, escaped, shown
from device.errors import ConfigError
from drivers.expander.settings import INPUTS
from drivers.locks import kerong_cu16, modbus_relay, xor8a
from drivers.locks.family import Family
from drivers.locks.frames import MAX_BOARD, MAX_LOCK
from drivers.locks.wiring import ByteOrder, Polarity

COMMISSION = "ansim-agent commission --config FILE"
"""What to run where there is no map, or none that is finished."""
VERSION = 1
MAX_BOARDS = 128
"""One for each door."""

# First board, last board, locks.
_LIMITS = {
    Family.XOR8A: (1, xor8a.MAX_BOARD, xor8a.MAX_LOCK),
    Family.KERONG_CU16: (0, kerong_cu16.MAX_BOARD, kerong_cu16.MAX_LOCK),
    Family.MODBUS_RELAY: (1, modbus_relay.MAX_BOARD, modbus_relay.MAX_LOCK),
}
_UTC = Text(20, re.compile(r"[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z"), 'UTC as "2026-11-28T10:00:00Z"')
_HEADING = f"# Written by `{COMMISSION}`: run it again when wires have changed.\n"


@table
class Proof:
    """That every door was opened and shut by hand and by its lock, and was seen to be where this file says."""

    finished: bool = setting(Flag(), doc="Whether the last door was proved.")
    at: str = setting(_UTC, doc="When.")
    doors: int = setting(Integer(0, MAX_DOORS, "doors"), doc="So many tables `[[door]]` there are.")
    version: int = setting(OneOfNumbers((VERSION,)), doc="Of the form of this file.")


@table
class Board:
    """One lock board, and how its feedback is read."""

    bus: str = setting(NAME, doc="The line that it is on.")
    number: int = setting(Integer(0, MAX_BOARD, "as on its switches"), doc="Its address there.")
    locks: int = setting(Integer(1, MAX_LOCK, "locks"), doc="How many it has.")
    polarity: Polarity = setting(OneOf(Polarity), doc="When the feedback of a lock is set.")
    order: ByteOrder = setting(OneOf(ByteOrder), doc="Which byte of the feedback has locks 1–8.")


@table
class Door:
    """One compartment. It has `latch` or `reed` or both."""

    name: str = setting(NAME, unique="a name", doc="One of `bank.doors`.")
    lock: str | None = setting(
        LOCK, default=None, unique="a lock", doc="What releases it. Without it only a key opens the door."
    )
    latch: str | None = setting(
        LATCH, default=None, unique="a feedback", doc="Whose feedback tells that the hook holds the door."
    )
    reed: str | None = setting(
        REED, default=None, unique="an input", doc="The contact that tells where the door itself is."
    )
    reed_closed_when_shut: bool = setting(
        Flag(), default=True, doc="`false`: the contact is open while the door is shut."
    )


@table
class BankMap:
    """The whole file."""

    proof: Proof = setting(Table(Proof, "[proof]"), doc="What was proved.")
    boards: tuple[Board, ...] = setting(
        Tables(Board, "[[board]]", 0, MAX_BOARDS), name="board", default=(), doc="The lock boards."
    )
    doors: tuple[Door, ...] = setting(
        Tables(Door, "[[door]]", 0, MAX_DOORS), name="door", default=(), doc="The compartments."
    )


def load_map(path: Path, config: Config) -> BankMap:
    """Read the map at `path` and compare it with what the configuration says of the same bank.

    Raises ConfigError: it is missing or unfinished (one line, which says what to run), is no map, or fits another bank.
    """
    file = str(path)
    text = read_text(path, file, absent=f"missing, because this bank is not commissioned yet; run: {COMMISSION}")
    return parse_map(text, file, config)


def parse_map(text: str, file: str, config: Config) -> BankMap:
    """Read TOML; `file` is what fault lines call it. Raises ConfigError as `load_map` does."""
    reading = Reading(file)
    try:
        bank_map = read_table(BankMap, read_toml(text, reading), "", reading)
    except Faulty:
        bank_map = None
    if any(not proof.finished for _, proof in reading.kept(Proof)):
        # Whatever else is wrong with it will be another way when it is finished.
        raise ConfigError((f"{escaped(file)}: proof.finished = false: true is allowed; run: {COMMISSION}",))
    if bank_map is None:
        raise ConfigError(reading.faults)
    for fault in _misfits(bank_map, config, reading):
        reading.report(fault)
    if reading.faults:
        raise ConfigError(reading.faults)
    return bank_map


def write_map(bank_map: BankMap) -> str:
    """The text that reads as `bank_map` again."""
    boards = (f"[[board]]\n{_keys(board)}" for board in bank_map.boards)
    doors = (f"[[door]]\n{_keys(door)}" for door in bank_map.doors)
    return "\n".join((_HEADING, f"[proof]\n{_keys(bank_map.proof)}", *boards, *doors))


def _keys(made: Proof | Board | Door) -> str:
    values = ((spec.name, getattr(made, spec.attribute)) for spec in specs(type(made)))
    return "".join(f"{name} = {_toml(value)}\n" for name, value in values if value is not None)


def _toml(value: str | bool | int) -> str:
    # No key of this file may hold a character that TOML escapes.
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _misfits(bank_map: BankMap, config: Config, reading: Reading) -> Iterator[str]:
    yield from _doors(bank_map, config, reading)
    yield from _boards(bank_map, config, reading)
    yield from _wires(bank_map, config, reading)


def _doors(bank_map: BankMap, config: Config, reading: Reading) -> Iterator[str]:
    found = len(bank_map.doors)
    if bank_map.proof.doors != found:
        yield f"proof.doors = {bank_map.proof.doors}: {found} is allowed, because there are {found} tables [[door]]"
    known = config.bank.doors if config.bank else ()
    mapped = {door.name for door in bank_map.doors}
    missing = [name for name in known if name not in mapped]
    if missing:
        names = cut(", ".join(missing))
        yield f"door: missing; a table [[door]] for {names} of bank.doors is required; run: {COMMISSION}"
    for at, door in reading.kept(Door):
        if door.name not in known:
            yield f"{below(at, 'name')} = {shown(door.name)}: a door of bank.doors is allowed"
        if door.latch is None and door.reed is None:
            yield f"{below(at, 'latch')}: missing; a latch or a reed is required, to see whether the door is open"


def _boards(bank_map: BankMap, config: Config, reading: Reading) -> Iterator[str]:
    families = {bus.name: bus.family for bus in config.buses}
    owners: dict[tuple[str, int], str] = {}
    for at, board in reading.kept(Board):
        owner = owners.setdefault((board.bus, board.number), at)
        if owner != at:
            allowed = f"a board of its own is allowed; {board.bus}/{board.number} is taken by {owner}"
            yield f"{below(at, 'number')} = {board.number}: {allowed}"
        if board.bus not in families:
            yield f"{below(at, 'bus')} = {shown(board.bus)}: a [[bus]] of the configuration is allowed"
        else:
            yield from _beyond_family(at, board, families[board.bus])
    with_boards = {board.bus for board in bank_map.boards}
    for name in families:
        if name not in with_boards:
            yield f"board: missing; a table [[board]] for the [[bus]] {shown(name)} is required; run: {COMMISSION}"


def _beyond_family(at: str, board: Board, family: Family) -> Iterator[str]:
    first, last, locks = _LIMITS[family]
    if not first <= board.number <= last:
        allowed = f"an integer {first}–{last} is allowed, because {board.bus} is of the family {family}"
        yield f"{below(at, 'number')} = {board.number}: {allowed}"
    if board.locks > locks:
        allowed = f"an integer 1–{locks} is allowed, because {board.bus} is of the family {family}"
        yield f"{below(at, 'locks')} = {board.locks}: {allowed}"


def _wires(bank_map: BankMap, config: Config, reading: Reading) -> Iterator[str]:
    relays, reeds = (config.bank.relays, config.bank.reeds) if config.bank else ((), ())
    latches = {f"{board.bus}/{board.number}/{lock}" for board in bank_map.boards for lock in range(1, board.locks + 1)}
    inputs = {f"{chip.name}/{number}" for chip in config.expanders for number in range(INPUTS)}
    for at, door in reading.kept(Door):
        for key, address, known, allowed in (
            ("lock", door.lock, latches.union(relays), "a lock of a [[board]] of this file, or a pin of bank.relays,"),
            ("latch", door.latch, latches, "a lock of a [[board]] of this file"),
            ("reed", door.reed, inputs.union(reeds), "an input of an [[expander]], or a pin of bank.reeds,"),
        ):
            if address is not None and address not in known:
                yield f"{below(at, key)} = {shown(address)}: {allowed} is allowed"
