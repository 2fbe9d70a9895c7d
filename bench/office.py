"""What the operator's office costs: a list of sites, enrolments, a revocation, and the programs of every day."""

import csv
import io
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from bench.enrolments import enrolments
from bench.figure import Figure, Spread, spread
from bench.head_office import SEED, SITES
from bench.programs import renewal, trial
from bench.revocations import revocations
from bench.run import Run
from provisioning.clock import now_utc
from provisioning.registry.registry import Registry
from provisioning.sites_csv import check_against, import_sites, read_sites
from tests.provisioning.seoul import HEADER, seoul_csv

_BAD = 20
_MANY = 10_000
_BUDGET_MS = 2_000
_MS_PER_S = 1_000


def measure(run: Run) -> list[Figure]:
    parts = (_imports, enrolments, revocations, renewal, trial)
    figures: list[Figure] = []
    for number, part in enumerate(parts):
        figures += part(run)
        run.step(number + 1, len(parts))
    return figures


def _imports(run: Run) -> list[Figure]:
    """Read, check, apply, into a new registry each time; the floor keeps the same lines in one table, unread."""
    runs = 3 if run.quick else 9
    ours, floor = _import(run, SITES, runs)
    many, many_floor = _import(run, _MANY, runs)
    what = f"sites with {_BAD} bad lines: import"
    return [
        Figure(f"{SITES} {what} p50", ours.p50, "ms", floor.p50),
        Figure(f"{SITES} {what} max of {runs}", ours.most, "ms", floor.most, at_most=_BUDGET_MS),
        Figure(f"{_MANY} {what} p50", many.p50, "ms", many_floor.p50),
    ]


def _import(run: Run, sites: int, runs: int) -> tuple[Spread, Spread]:
    data = seoul_csv(sites, _BAD, SEED)
    ours, floors = [], []
    for number in range(runs):
        folder = run.folder / f"import-{sites}-{number}"
        folder.mkdir()
        ours.append(_imported_after_ms(folder, data, sites))
        floors.append(_kept_after_ms(folder, data))
    return spread(ours), spread(floors)


def _imported_after_ms(folder: Path, data: bytes, sites: int) -> float:
    with Registry(folder / "registry.db", "bench") as registry:
        begun_s = time.monotonic()
        reading = check_against(registry, read_sites(data, "sites.csv"))
        tally = import_sites(registry, reading, now_utc(), dry_run=False, progress=_no_bar)
        took_ms = (time.monotonic() - begun_s) * _MS_PER_S
    if (tally.new, len(reading.bad)) != (sites - _BAD, _BAD):
        raise ValueError(f"of {sites} sites {tally.new} are new and {len(reading.bad)} bad")
    return took_ms


def _kept_after_ms(folder: Path, data: bytes) -> float:
    columns = ",".join(HEADER)
    places = ",".join("?" * len(HEADER))
    with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(f"CREATE TABLE sites ({columns})")
        begun_s = time.monotonic()
        rows = (_filled(row) for row in csv.reader(io.StringIO(data.decode(), newline="")))
        database.execute("BEGIN IMMEDIATE")
        database.executemany(f"INSERT INTO sites VALUES ({places})", rows)
        database.execute("COMMIT")
        return (time.monotonic() - begun_s) * _MS_PER_S


def _filled(row: list[str]) -> list[str]:
    """Some bad lines are too short."""
    return [*row, *[""] * (len(HEADER) - len(row))]


def _no_bar() -> None:
    """Nobody watches."""
