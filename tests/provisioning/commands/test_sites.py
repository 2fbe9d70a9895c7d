"""The list of sites, in and out."""

import stat

import pytest

from tests.provisioning.commands.counter import Bad, Counter, check_refused

_LIST = "site,name,devices\nstore-0100,한빛,\nstore-0101,,\nstore-0102,다온,store-0102 store-0102-b\n"

REFUSED = (
    Bad("import", 64, "required: FILE"),
    Bad("import {here}/none.csv", 65, "none.csv: cannot be read: No such file or directory"),
    Bad("import {here}", 65, "cannot be read: Is a directory"),
    Bad("import {here}/l", 65, "l: empty; the first line has to name the columns", lambda at: at.lay("l", "")),
    Bad("import {here}/l", 65, "l: ", lambda at: at.lay("l", bytes(range(256)) * 9)),
    Bad("import {here}/l", 65, "cp949", lambda at: at.lay("l", "site,name\nstore-0100,한빛\n".encode("cp949"))),
    Bad("import {here}/l --encoding latin-1", 64, "(choose from 'utf-8', 'cp949')"),
    Bad("import {here}/l", 65, "l: line 1: ", lambda at: at.lay("l", "site,nam\nstore-0100,x\n")),
    Bad("import /dev/zero", 65, "/dev/zero: too big; at most 16777216 bytes"),
    Bad("import {here}/l --bad {here}/no/bad.csv", 78, "cannot be written: No such", lambda at: at.lay("l", _LIST)),
    Bad("import {here}/l --bad {here}/passphrase/b", 78, "written: Not a directory", lambda at: at.lay("l", _LIST)),
    Bad("export {here}/no/list.csv", 78, "list.csv: cannot be written: No such file or directory"),
    Bad("export {here}/passphrase/list.csv", 78, "list.csv: cannot be written: Not a directory"),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_is_not_allowed_is_one_line_and_changes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)


def test_good_lines_are_taken_and_bad_ones_named(counter: Counter) -> None:
    counter.lay("list.csv", _LIST)

    answer = counter.type("import {here}/list.csv --bad {here}/bad.csv")

    bad = counter.folder / "bad.csv"
    assert answer.status == 65
    assert answer.out == "2 new, 0 changed, 0 the same, 1 bad\n"
    assert answer.err == f"{counter.folder}/list.csv: line 3: name: empty; allowed are 1–200 characters\n"
    assert "store-0101" in bad.read_text("utf-8-sig")
    assert stat.S_IMODE(bad.stat().st_mode) == 0o600
    with counter.open() as office:
        assert office.registry.site("store-0100") is not None
        assert office.registry.site("store-0101") is None


def test_a_dry_run_only_tells(counter: Counter) -> None:
    counter.lay("list.csv", _LIST)
    before = counter.snapshot()

    answer = counter.type("import {here}/list.csv --dry-run --json")

    assert answer.value == {"new": 2, "changed": 0, "same": 0, "bad": 1, "dry_run": True}
    assert counter.snapshot() == before


def test_what_is_exported_is_the_same_when_it_is_imported(counter: Counter) -> None:
    given = counter.type("export {here}/list.csv --json")
    taken = counter.type("import {here}/list.csv")

    assert given.value == {"sites": 3}
    assert (taken.status, taken.out, taken.err) == (0, "0 new, 0 changed, 3 the same, 0 bad\n", "")
    assert stat.S_IMODE((counter.folder / "list.csv").stat().st_mode) == 0o600


def test_an_excel_list_in_korean_is_read_as_it_is(counter: Counter) -> None:
    counter.lay("list.csv", "site,name\nstore-0100,한빛편의점\n".encode("cp949"))

    answer = counter.type("import {here}/list.csv --encoding cp949")

    with counter.open() as office:
        site = office.registry.site("store-0100")
    assert answer.out == "1 new, 0 changed, 0 the same, 0 bad\n"
    assert site is not None
    assert site.name == "한빛편의점"
