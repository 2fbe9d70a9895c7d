"""One mistake in a map, one line: file, key, value, and what is allowed."""

import pytest

from tests.device.config.bank import BANK, MAP, faults_in_map, spoil_bank, spoil_map

NAME = '1–40 characters a–z, 0–9 and "-" (not the first)'
UTC = 'UTC as "2026-11-28T10:00:00Z"'
LOCK = 'a lock as "left/1/7" (line, board, lock) or "GPIO16"'
LATCH = 'the feedback of a lock as "left/1/7" (line, board, lock)'
INPUT = 'an input as "reeds/6" (chip, input 0–15) or "GPIO5"'
KNOWN_LOCK = "a lock of a [[board]] of this file, or a pin of bank.relays, is allowed"
KNOWN_LATCH = "a lock of a [[board]] of this file is allowed"
KNOWN_INPUT = "an input of an [[expander]], or a pin of bank.reeds, is allowed"
RUN = "run: ansim-agent commission --config FILE"
A1 = 'door[1] "a1"'
A2 = 'door[2] "a2"'
SECOND = '[[board]]\nbus = "right"'


def more_board(bus: str) -> str:
    """One more table, number 0 on this line."""
    return f'[[board]]\nbus = "{bus}"\nnumber = 0\nlocks = 2\npolarity = "set-when-open"\norder = "low-first"\n\n'


# What stands in MAP, what stands there instead, the one line behind "map.toml: ".
MISTAKES = [
    # the proof
    ("finished = true", "finished = false", f"proof.finished = false: true is allowed; {RUN}"),
    ("finished = true", "finished = 1", "proof.finished = 1: true or false is allowed"),
    ("finished = true\n", "", "proof.finished: missing; true or false is required"),
    ("doors = 4", "doors = 3", "proof.doors = 3: 4 is allowed, because there are 4 tables [[door]]"),
    ("doors = 4", "doors = 129", "proof.doors = 129: an integer 0–128 (doors) is allowed"),
    ("version = 1", "version = 2", "proof.version = 2: one of 1 is allowed"),
    ("version = 1", "version = true", "proof.version = true: one of 1 is allowed"),
    ("10:00:00Z", "10:00:00", f'proof.at = "2026-11-28T10:00:00": {UTC} is allowed'),
    # boards
    ("number = 0", "number = 248", "board[1].number = 248: an integer 0–247 (as on its switches) is allowed"),
    ("locks = 16", "locks = 51", "board[1].locks = 51: an integer 1–50 (locks) is allowed"),
    (
        "locks = 16",
        "locks = 17",
        "board[1].locks = 17: an integer 1–16 is allowed, because left is of the family kerong-cu16",
    ),
    (
        '"set-when-locked"',
        '"set"',
        'board[1].polarity = "set": one of "set-when-locked", "set-when-open" is allowed',
    ),
    (
        'polarity = "set-when-locked"\norder = "low-first"',
        'polarity = "set-when-locked"\norder = "high"',
        'board[1].order = "high": one of "low-first", "low-last" is allowed',
    ),
    (
        SECOND,
        f"{more_board('left')}{SECOND}",
        "board[2].number = 0: a board of its own is allowed; left/0 is taken by board[1]",
    ),
    (SECOND, f"{more_board('middle')}{SECOND}", 'board[2].bus = "middle": a [[bus]] of the configuration is allowed'),
    # doors
    ('"a1"', '"A1"', f'door[1] "A1".name = "A1": {NAME} is allowed'),
    ('"a2"', '"a1"', f'door[2] "a1".name = "a1": a name of its own is allowed; a1 is taken by {A1}.name'),
    (
        'name = "a4"\nreed = "reeds/0"',
        'name = "a4"',
        'door[3] "a4".latch: missing; a latch or a reed is required, to see whether the door is open',
    ),
    (
        "reed_closed_when_shut = false",
        "reed_closed_shut = false",
        'door[3] "a4".reed_closed_shut = false: unknown key; did you mean "reed_closed_when_shut"?',
    ),
    # locks
    ('"left/0/1"', '"left/0"', f'{A1}.lock = "left/0": {LOCK} is allowed'),
    ('"left/0/1"', '"left/0/0"', f'{A1}.lock = "left/0/0": {LOCK} is allowed'),
    ('"left/0/1"', '"left/00/1"', f'{A1}.lock = "left/00/1": {LOCK} is allowed'),
    ('"left/0/1"', '"BOARD36"', f'{A1}.lock = "BOARD36": {LOCK} is allowed'),
    ('"left/0/1"', '"GPIO28"', f'{A1}.lock = "GPIO28": {LOCK} is allowed'),
    ('"left/0/1"', "1", f"{A1}.lock = 1: {LOCK} is allowed"),
    ('"left/0/1"', '"left/0/17"', f'{A1}.lock = "left/0/17": {KNOWN_LOCK}'),
    ('"left/0/1"', '"left/1/1"', f'{A1}.lock = "left/1/1": {KNOWN_LOCK}'),
    ('"left/0/1"', '"middle/0/1"', f'{A1}.lock = "middle/0/1": {KNOWN_LOCK}'),
    ('"left/0/1"', '"GPIO5"', f'{A1}.lock = "GPIO5": {KNOWN_LOCK}'),
    (
        'lock = "right/7/8"',
        'lock = "left/0/1"',
        f'{A2}.lock = "left/0/1": a lock of its own is allowed; left/0/1 is taken by {A1}.lock',
    ),
    # feedback
    ('"left/0/2"', '"GPIO5"', f'{A1}.latch = "GPIO5": {LATCH} is allowed'),
    ('"left/0/2"', '"left/0/51"', f'{A1}.latch = "left/0/51": {KNOWN_LATCH}'),
    ('"left/0/2"', '"right/7/9"', f'{A1}.latch = "right/7/9": {KNOWN_LATCH}'),
    (
        'latch = "right/7/8"',
        'latch = "left/0/2"',
        f'{A2}.latch = "left/0/2": a feedback of its own is allowed; left/0/2 is taken by {A1}.latch',
    ),
    # contacts
    ('"reeds/15"', '"reeds/16"', f'{A1}.reed = "reeds/16": {INPUT} is allowed'),
    ('"reeds/15"', '"reeds/1/5"', f'{A1}.reed = "reeds/1/5": {INPUT} is allowed'),
    ('"reeds/15"', '"29"', f'{A1}.reed = "29": {INPUT} is allowed'),
    ('"reeds/15"', '"left/5"', f'{A1}.reed = "left/5": {KNOWN_INPUT}'),
    ('"reeds/15"', '"GPIO6"', f'{A1}.reed = "GPIO6": {KNOWN_INPUT}'),
    ('"reeds/15"', '"GPIO16"', f'{A1}.reed = "GPIO16": {KNOWN_INPUT}'),
    (
        '"reeds/0"',
        '"reeds/15"',
        f'door[3] "a4".reed = "reeds/15": an input of its own is allowed; reeds/15 is taken by {A1}.reed',
    ),
    # not TOML
    ("version = 1", "version =", "line 5, column 10: not TOML: Invalid value"),
]


FAMILIES = [
    ("xor8a", "1–32", 0),
    ("xor8a", "1–32", 33),
    ("kerong-cu16", "0–9", 10),
    ("modbus-relay", "1–247", 0),
]


@pytest.mark.parametrize(("right", "wrong", "line"), MISTAKES)
def test_one_mistake_is_one_line(right: str, wrong: str, line: str) -> None:
    assert faults_in_map(spoil_map(right, wrong)) == (f"map.toml: {line}",)


def test_the_map_that_is_spoilt_is_good() -> None:
    assert faults_in_map(MAP) == ()


@pytest.mark.parametrize(("family", "allowed", "number"), FAMILIES)
def test_a_number_that_no_board_of_the_family_has_is_refused(family: str, allowed: str, number: int) -> None:
    bank = BANK.replace('"kerong-cu16"', f'"{family}"')
    text = MAP.replace("number = 0", f"number = {number}").replace("left/0/", f"left/{number}/")
    text = text.replace("locks = 16", "locks = 2")

    allowed = f"an integer {allowed} is allowed, because left is of the family {family}"
    assert faults_in_map(text, bank) == (f"map.toml: board[1].number = {number}: {allowed}",)


def test_a_door_that_the_bank_has_not_is_refused() -> None:
    text = spoil_map("doors = 4", "doors = 5") + '\n[[door]]\nname = "a5"\nreed = "reeds/1"\n'

    assert faults_in_map(text) == ('map.toml: door[5] "a5".name = "a5": a door of bank.doors is allowed',)


def test_a_door_that_was_never_proved_is_named_with_what_to_run() -> None:
    bank = spoil_bank('"a1", "a2"', '"a0", "a1", "a2", "b1"')

    assert faults_in_map(MAP, bank) == (
        f"map.toml: door: missing; a table [[door]] for a0, b1 of bank.doors is required; {RUN}",
    )


def test_many_doors_that_were_never_proved_are_one_line() -> None:
    more = ", ".join(f'"c{number}"' for number in range(100))

    (line,) = faults_in_map(MAP, spoil_bank('"a1", "a2"', f'"a1", "a2", {more}'))

    assert len(line) < 200
    assert line.endswith(RUN)


def test_a_line_on_which_no_board_was_found_is_named_with_what_to_run() -> None:
    bank = BANK.replace("[[expander]]", '[[bus]]\nname = "middle"\nport = "/dev/m"\nfamily = "xor8a"\n\n[[expander]]')

    assert faults_in_map(MAP, bank) == (
        f'map.toml: board: missing; a table [[board]] for the [[bus]] "middle" is required; {RUN}',
    )


def test_a_line_that_has_another_name_now_is_told_once_on_either_side() -> None:
    assert faults_in_map(MAP, BANK.replace('"left"', '"west"')) == (
        'map.toml: board[1].bus = "left": a [[bus]] of the configuration is allowed',
        f'map.toml: board: missing; a table [[board]] for the [[bus]] "west" is required; {RUN}',
    )


def test_of_an_unfinished_map_nothing_else_is_told() -> None:
    text = spoil_map("finished = true", "finished = false").replace("doors = 4", "doors = 0").replace('"a1"', '"A 1"')

    assert faults_in_map(text) == (f"map.toml: proof.finished = false: true is allowed; {RUN}",)


def test_an_empty_map_lacks_its_proof() -> None:
    assert faults_in_map("") == ("map.toml: proof: missing; a table [proof] is required",)


def test_the_map_of_another_bank_fits_nowhere() -> None:
    bank = (
        BANK.replace('"a1", "a2", "a3", "a4"', '"b1"')
        .replace('fits_person = ["a4"]', "")
        .replace('reeds = ["GPIO5"]', "")
        .replace('relays = ["GPIO16"]', "")
        .replace('"reeds"', '"contacts"')
    )

    faults = faults_in_map(MAP, bank)

    assert len(faults) == 1 + 4 + 4
    assert [fault for fault in faults if "a door of bank.doors" in fault] == [
        f'map.toml: door[{number}] "{name}".name = "{name}": a door of bank.doors is allowed'
        for number, name in enumerate(("a1", "a2", "a4", "a3"), start=1)
    ]
