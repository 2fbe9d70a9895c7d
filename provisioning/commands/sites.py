"""`import` and `export`: the list of sites, as a spreadsheet has it."""

from pathlib import Path

from drivers.files import Files
from provisioning.clock import now_utc
from provisioning.commands.desk import (
    Commands,
    Options,
    add_command,
    answer,
    complain,
    open_office,
    progress,
)
from provisioning.errors import OfficeError
from provisioning.handed_in import read_handed_in
from provisioning.sites_csv import MAX_FILE_BYTES, check_against, import_sites, read_sites, write_bad, write_sites

EX_DATAERR = 65
"""Some lines were bad (sysexits.h); the good ones are in."""


def add(commands: Commands) -> None:
    command = add_command(
        commands, "import", "take in a list of sites (CSV); bad lines are named, good ones taken", take
    )
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--dry-run", action="store_true", help="only say what would change")
    command.add_argument(
        "--encoding", choices=("utf-8", "cp949"), default="utf-8", help="cp949: as Korean Excel writes"
    )
    command.add_argument("--bad", type=Path, metavar="FILE", help="write the bad lines, each with its reason (CSV)")
    command = add_command(commands, "export", "write the list of sites (CSV)", give)
    command.add_argument("file", type=Path, metavar="FILE")


def take(options: Options) -> int:
    data = read_handed_in(options.file, MAX_FILE_BYTES)
    with open_office(options) as office:
        reading = check_against(office.registry, read_sites(data, str(options.file), options.encoding))
        if options.bad is not None and reading.bad:
            _write(options.bad, write_bad(reading.header, reading.bad))
        with progress("sites", len(reading.plans)) as step:
            tally = import_sites(office.registry, reading, now_utc(), dry_run=options.dry_run, progress=step)
    for line in reading.bad:
        complain(f"{options.file}: line {line.number}: {line.reason}")
    would = "would be " if options.dry_run else ""
    counts = {"new": tally.new, "changed": tally.changed, "same": tally.same, "bad": len(reading.bad)}
    text = f"{tally.new} {would}new, {tally.changed} {would}changed, {tally.same} the same, {len(reading.bad)} bad"
    answer(options, {**counts, "dry_run": options.dry_run}, [text])
    return EX_DATAERR if reading.bad else 0


def give(options: Options) -> int:
    with open_office(options) as office:
        plans = office.registry.plans()
    _write(options.file, write_sites(plans))
    answer(options, {"sites": len(plans)}, [f"{len(plans)} sites in {options.file}"])
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        # People's telephone numbers are in it.
        Files().write(path, data, 0o600)
    except OSError as error:
        raise OfficeError(f"{path}: cannot be written: {error.strerror}") from None
