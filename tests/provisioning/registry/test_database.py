import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from provisioning.errors import RegistryError
from provisioning.registry import database
from provisioning.registry.registry import Registry
from provisioning.registry.schema import APPLICATION_ID, MIGRATIONS
from tests.provisioning.registry.values import NOW, PLANS, STORE

_WAIT_S = 30.0

# Dies in the middle of a transaction: after the first plan has been looked at, and after an act has been written.
_CRASH = """
import os, sys
from pathlib import Path
from provisioning.registry.database import Database
from tests.provisioning.registry.values import NOW

database = Database(Path(sys.argv[1]), "crash")
with database.change():
    database.run("UPDATE devices SET state='revoked'")
    database.note("revoked", "all", "", NOW)
    os._exit(9)
"""


def _pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _set_pragma(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA {text}")


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program in the middle of a change."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_a_new_registry_is_for_its_owner_alone(path: Path) -> None:
    with Registry(path, "haeun") as registry:
        registry.apply(PLANS, NOW)

        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

    assert modes == dict.fromkeys(("registry.db", "registry.db-wal", "registry.db-shm"), 0o600)


def test_a_new_registry_is_of_the_newest_version_and_writes_ahead(path: Path) -> None:
    Registry(path, "haeun").close()

    assert _pragma(path, "user_version") == len(MIGRATIONS)
    assert _pragma(path, "application_id") == APPLICATION_ID
    assert _pragma(path, "journal_mode") == "wal"
    assert [file.name for file in path.parent.iterdir()] == ["registry.db"]


def test_what_is_committed_is_there_after_opening_again(path: Path) -> None:
    with Registry(path, "haeun") as first:
        first.apply(PLANS, NOW)

    with Registry(path, "minjun") as second:
        assert second.plans() == list(PLANS)


def test_a_registry_of_a_newer_program_is_refused(path: Path) -> None:
    Registry(path, "haeun").close()
    _set_pragma(path, f"user_version={len(MIGRATIONS) + 1}")

    with pytest.raises(RegistryError) as caught:
        Registry(path, "haeun")

    known = len(MIGRATIONS)
    assert str(caught.value) == f"{path}: made by a newer program: version {known + 1}, at most {known} is known"


@pytest.mark.parametrize("content", [b"", b"site,name\n" * 200])
def test_a_file_that_is_no_registry_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(RegistryError) as caught:
        Registry(path, "haeun")

    assert str(caught.value) == f"{path}: not a registry; allowed is a file that ansim-provision has made"
    assert path.read_bytes() == content


def test_a_database_of_somebody_else_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")

    with pytest.raises(RegistryError, match="not a registry"):
        Registry(path, "haeun")


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "office" / "registry.db"

    with pytest.raises(RegistryError) as caught:
        Registry(path, "haeun")

    assert str(caught.value) == f"{path}: cannot be used: No such file or directory"


def test_a_folder_in_its_place_is_one_line(path: Path) -> None:
    path.mkdir()

    with pytest.raises(RegistryError) as caught:
        Registry(path, "haeun")

    assert str(caught.value) == f"{path}: cannot be used: unable to open database file"


def test_a_step_that_fails_leaves_the_version_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Registry(path, "haeun") as registry:
        registry.apply(PLANS, NOW)
    broken = (*MIGRATIONS, ("CREATE TABLE visits (at INTEGER)", "CREATE TABLE sites (id TEXT)"))
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", broken)
        with pytest.raises(RegistryError, match="table sites already exists"):
            Registry(path, "haeun")

    with Registry(path, "haeun") as registry:
        assert registry.plans() == list(PLANS)
    assert _pragma(path, "user_version") == len(MIGRATIONS)


def test_an_older_registry_is_brought_up_to_date_with_what_it_holds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Registry(path, "haeun") as registry:
        registry.apply(PLANS, NOW)
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, ("ALTER TABLE sites ADD COLUMN floor TEXT",)))

    with Registry(path, "haeun") as registry:
        assert registry.plans() == list(PLANS)

    assert _pragma(path, "user_version") == len(MIGRATIONS) + 1


def test_two_makers_at_the_same_time_have_the_same_registry(path: Path) -> None:
    ready = threading.Barrier(4)

    def make(actor: str) -> None:
        ready.wait(_WAIT_S)
        with Registry(path, actor) as registry:
            registry.note("opened", "registry", "", NOW)

    threads = [threading.Thread(target=make, args=(f"maker {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_WAIT_S)

    with Registry(path, "haeun") as registry:
        assert {act.actor for act in registry.acts()} == {f"maker {number}" for number in range(4)}
    assert [file.name for file in path.parent.iterdir()] == ["registry.db"]


def test_a_writer_waits_for_the_other_one(registry: Registry, path: Path) -> None:
    begun, done = threading.Event(), threading.Event()

    def retire() -> None:
        with Registry(path, "minjun") as other:
            begun.set()
            other.retire(STORE, NOW)
            done.set()

    thread = threading.Thread(target=retire)
    with _writing(path) as connection:
        # The other one opens, which changes nothing, and then has to wait.
        thread.start()
        assert begun.wait(_WAIT_S)
        assert not done.is_set()
        connection.execute("UPDATE sites SET name='renamed'")
        connection.execute("COMMIT")
    thread.join(_WAIT_S)

    assert done.is_set()
    assert {site.name for site in registry.sites()} == {"renamed"}
    assert registry.acts(1)[0].actor == "minjun"


def test_readers_do_not_wait_for_a_writer(registry: Registry, path: Path) -> None:
    with _writing(path) as connection:
        connection.execute("DELETE FROM acts")

        assert registry.plans() == list(PLANS)


def test_a_writer_that_waits_too_long_gives_up_with_one_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.0)
    with Registry(path, "haeun") as registry, _writing(path), pytest.raises(RegistryError) as caught:
        registry.apply(PLANS, NOW)

    assert str(caught.value) == f"{path}: another program has been changing it for 0 s; try again"


def test_two_counters_never_give_the_same_number(registry: Registry, path: Path) -> None:
    given: list[int] = []

    def count() -> None:
        with Registry(path, "service") as other:
            given.extend(other.next_crl_number() for _ in range(20))

    thread = threading.Thread(target=count)
    thread.start()
    own = [registry.next_crl_number() for _ in range(20)]
    thread.join(_WAIT_S)

    assert sorted(own + given) == list(range(1, 41))


def test_what_a_crash_cuts_short_has_not_happened(registry: Registry, path: Path) -> None:
    before = (registry.devices(), registry.acts())

    crashed = subprocess.run([sys.executable, "-c", _CRASH, str(path)], check=False, timeout=_WAIT_S)

    assert crashed.returncode == 9
    assert (registry.devices(), registry.acts()) == before
    registry.retire(STORE, NOW)


def test_an_error_in_the_middle_of_a_change_undoes_all_of_it(registry: Registry) -> None:
    calls = []

    def interrupted() -> None:
        calls.append(1)
        raise KeyboardInterrupt

    before = (registry.plans(), registry.acts())
    with pytest.raises(KeyboardInterrupt):
        registry.apply([PLANS[0]], NOW, progress=interrupted)

    assert len(calls) == 1
    assert (registry.plans(), registry.acts()) == before


def test_a_closed_registry_says_so_in_one_line(path: Path) -> None:
    registry = Registry(path, "haeun")
    registry.close()

    with pytest.raises(RegistryError, match="cannot be used: Cannot operate on a closed database"):
        registry.sites()
