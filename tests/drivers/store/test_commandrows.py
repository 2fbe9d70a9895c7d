"""Commands on real files: cut off at any byte, killed at any time, with a bit flipped."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from drivers.command_ports import CommandKept, CommandState, Conclusion, KeptCommand
from drivers.ports import Beginning, Saved
from drivers.store.database import FILE_NAME
from tests.contract.store_benches import FileBench, event, fact_of, load
from tests.drivers.store import store_writer

S = 1_000_000_000
KILLS = 12
ROOT = Path(__file__).parents[3]
TAKEN, DONE = CommandState.TAKEN, CommandState.DONE


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[FileBench]:
    made = FileBench(tmp_path)
    yield made
    made.close(orderly=True)
    assert made.left_over() == []


def taken(bench: FileBench, jti: str = "c-1") -> KeptCommand:
    now_ns = bench.time.clock.wall().utc_ns
    return KeptCommand(jti, "door.unlock", "07", 1, now_ns, now_ns + 60 * S, TAKEN)


def states(beginning: Beginning) -> dict[str, CommandState]:
    return {command.jti: command.state for command in beginning.commands}


def test_log_cut_at_any_length_leaves_a_command_taken_or_concluded_with_its_event(bench: FileBench) -> None:
    bench.open()
    bench.close(orderly=True)
    database = bench.folder / FILE_NAME
    image = database.read_bytes()
    bench.open()
    bench.store.keep_command(taken(bench))
    fact_of(bench, CommandKept)
    kept = Path(f"{database}-wal").stat().st_size
    bench.store.save(event(1), Conclusion("c-1", DONE))
    fact_of(bench, Saved)
    log = Path(f"{database}-wal").read_bytes()
    bench.close(orderly=True)

    found = []
    for length in (*range(0, len(log), 512), kept, len(log)):
        database.write_bytes(image)
        Path(f"{database}-shm").unlink(missing_ok=True)
        Path(f"{database}-wal").write_bytes(log[:length])
        beginning = bench.open()
        bench.close(orderly=True)
        found.append((length, beginning.commands != (), states(beginning).get("c-1"), beginning.unanswered))

    outcomes = [rest for _, *rest in sorted(found)]
    assert [outcome for number, outcome in enumerate(outcomes) if outcome not in outcomes[:number]] == [
        [False, None, 0],
        [True, TAKEN, 0],
        [True, DONE, 1],
    ]
    assert all(is_there for length, is_there, *_ in found if length >= kept)


def test_whatever_was_confirmed_of_a_command_survives_kill_9(bench: FileBench) -> None:
    chance, said = Random(2), set[tuple[str, str]]()

    for _ in range(KILLS):
        said |= run_and_kill(bench.folder, chance)
    beginning = bench.open()

    known = states(beginning)
    assert {jti for word, jti in said if word == "kept"} <= known.keys()
    assert all(known[jti] is DONE for word, jti in said if word == "done")
    told = {record.envelope.decode() for record in load(bench, urgent=False, limit=10_000).records}
    assert told == {jti for jti, state in known.items() if state is DONE}
    assert len(told) > KILLS


def run_and_kill(folder: Path, chance: Random) -> set[tuple[str, str]]:
    command = [sys.executable, "-m", store_writer.__name__, "obey", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(chance.randrange(40))]
        writer.kill()
        lines += writer.stdout.read().splitlines()
    words = [line.decode().split() for line in lines]
    return {(word, jti) for word, jti in words if word in {"kept", "done"}}


@pytest.mark.parametrize("change", ["state = 'done'", "opens = 0", "jti = 'c-3'", "expires_ns = 0", "name = 5"])
def test_command_with_a_flipped_bit_is_not_believed_and_neither_is_the_memory(bench: FileBench, change: str) -> None:
    bench.open()
    for jti in ("c-1", "c-2"):
        bench.store.keep_command(taken(bench, jti))
        fact_of(bench, CommandKept)
    bench.close(orderly=True)
    with closing(sqlite3.connect(bench.folder / FILE_NAME)) as connection, connection:
        connection.execute(f"UPDATE commands SET {change} WHERE jti = 'c-1'")
    bench.time.run_for(S)

    lost = bench.open()
    began_ns = bench.time.clock.wall().utc_ns
    bench.time.run_for(S)
    bench.store.keep_command(taken(bench, "c-4"))
    fact_of(bench, CommandKept)
    whole = bench.crash()

    assert (states(lost), lost.commands_from_ns) == ({"c-2": TAKEN}, None)
    assert (states(whole), whole.commands_from_ns) == ({"c-2": TAKEN, "c-4": TAKEN}, began_ns)


def test_damage_that_is_found_while_the_store_is_open_ends_what_is_remembered(bench: FileBench) -> None:
    bench.open()
    bench.store.keep_command(taken(bench))
    fact_of(bench, CommandKept)
    with closing(sqlite3.connect(bench.folder / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE commands SET opens = 9")
    bench.time.run_for(20 * S)
    found_ns = bench.time.clock.wall().utc_ns

    bench.store.keep_command(taken(bench, "c-2"))
    fact_of(bench, CommandKept)
    beginning = bench.crash()

    assert (states(beginning), beginning.commands_from_ns) == ({"c-2": TAKEN}, found_ns)
