from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.errors import RefusedError
from provisioning.model import Plan, Purpose, Site
from provisioning.registry.registry import Registry, Tally
from provisioning.sites_csv import (
    MAX_FILE_BYTES,
    MAX_LINES,
    BadLine,
    Reading,
    check_against,
    import_sites,
    read_sites,
    write_bad,
    write_sites,
)
from provisioning.sites_line import COLUMNS
from tests.provisioning.registry.values import NOW, certificate
from tests.provisioning.seoul import KINDS, seoul, seoul_csv, spoilt_csv

HEAD = "site,name,address,district,latitude,longitude,contact,devices\r\n"


def _read(text: str, encoding: str = "utf-8") -> Reading:
    return read_sites(text.encode(encoding), "sites.csv", encoding)


def _quiet() -> None:
    """Nobody watches."""


def _refusal(data: bytes, encoding: str = "utf-8") -> str:
    with pytest.raises(RefusedError) as caught:
        read_sites(data, "sites.csv", encoding)
    return str(caught.value)


# ------------------------------------------------------------ a chain in Seoul


def test_of_938_sites_each_of_20_bad_lines_is_named_and_none_is_lost() -> None:
    data, spoilt = spoilt_csv(938, 20, seed=1)
    assert len(spoilt) == len(KINDS)

    reading = read_sites(data, "sites.csv")

    assert len(reading.good) + len(reading.bad) == 938
    assert [line.number for line in reading.bad] == [line.number for line in spoilt]
    for bad, expected in zip(reading.bad, spoilt, strict=True):
        assert expected.reason in bad.reason
    bad_numbers = {line.number for line in spoilt}
    assert not bad_numbers & {line.number for line in reading.good}


def test_good_sites_are_read_whatever_is_bad_around_them() -> None:
    rows = {row[0]: row for row in seoul(938, seed=1)}

    plans = read_sites(seoul_csv(938, 20, seed=1), "sites.csv").plans

    assert len(plans) == 918
    for plan in plans:
        site, name, address, district, latitude, longitude, contact, devices = rows[plan.site.id]
        words = " ".join(address.split())
        expected = Site(site, name, words, district, float(latitude), float(longitude), contact)
        assert plan == Plan(expected, tuple(devices.split()) or (site,))


def test_to_import_what_was_exported_changes_nothing(tmp_path: Path) -> None:
    with Registry(tmp_path / "registry.db", "haeun") as registry:
        first = import_sites(registry, read_sites(seoul_csv(938, 0, seed=2), "a"), NOW, dry_run=False, progress=_quiet)
        before = (registry.plans(), registry.acts(2000))

        exported = read_sites(write_sites(registry.plans()), "b")
        again = import_sites(registry, exported, NOW, dry_run=False, progress=_quiet)

        assert (first, again) == (Tally(938, 0, 0), Tally(0, 0, 938))
        assert exported.bad == ()
        assert (registry.plans(), registry.acts(2000)) == before


def test_bad_lines_stay_bad_until_they_are_mended() -> None:
    # Without the two kinds that are bad only beside the good line whose name they take.
    reading = read_sites(seoul_csv(938, 20, seed=1), "sites.csv")
    bad = [line for line in reading.bad if "already" not in line.reason]

    again = read_sites(write_bad(reading.header, bad), "bad.csv")

    assert again.plans == ()
    assert again.header == reading.header
    assert len(again.bad) == len(bad)


def test_mended_lines_are_read_with_their_reasons_still_there() -> None:
    reading = _read(HEAD + "store-1,,a,,95,127,=1+1,\r\n")
    assert len(reading.bad) == 1

    text = write_bad(reading.header, reading.bad).decode()
    mended = _read(text.replace(",,a,", ",한빛,a,").replace(",95,", ",37.5,"))

    assert mended.plans == (Plan(Site("store-1", "한빛", "a", "", 37.5, 127.0, "=1+1"), ("store-1",)),)
    assert mended.header == COLUMNS


# ------------------------------------------------------------ what a file may look like


def test_columns_come_in_any_order_and_most_may_be_missing() -> None:
    reading = _read("Name, DEVICES ,site\n한빛,box-2 box-1,store-1\n")

    assert reading.plans == (Plan(Site("store-1", "한빛"), ("box-2", "box-1")),)
    assert reading.header == ("name", "devices", "site")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end: str) -> None:
    reading = _read(f"site,name{end}{end}store-1,a{end},{end}store-2,{end}store-3,b")

    assert [(line.number, line.plan.site.id) for line in reading.good] == [(3, "store-1"), (6, "store-3")]
    assert [(line.number, line.reason) for line in reading.bad] == [(5, "name: empty; allowed are 1–200 characters")]


def test_a_line_break_in_a_cell_is_a_space_and_counts_as_a_line() -> None:
    reading = _read('site,name,address\nstore-1,"한빛\n\n마트",서울\nstore-2,,x\n')

    assert reading.plans == (Plan(Site("store-1", "한빛 마트", "서울"), ("store-1",)),)
    assert [line.number for line in reading.bad] == [5]


def test_white_space_of_all_kinds_counts_as_one_space() -> None:
    reading = _read("site,name\n store-1 ,\u3000한빛\u00a0 \t마트 \n")

    assert reading.plans[0].site == Site("store-1", "한빛 마트")


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    assert read_sites(b"\xef\xbb\xbfsite,name\nstore-1,a\n", "a").plans == _read("site,name\nstore-1,a\n").plans


def test_a_korean_spreadsheet_is_read_in_its_own_encoding() -> None:
    reading = _read("site,name\r\nstore-1,똠방각하 편의점\r\n", "cp949")

    assert reading.plans[0].site.name == "똠방각하 편의점"


def test_empty_cells_that_a_spreadsheet_adds_at_the_end_do_not_count() -> None:
    reading = _read("site,name,,\nstore-1,a,,\nstore-2,b,c,\n")

    assert [plan.site.id for plan in reading.plans] == ["store-1"]
    assert [line.reason for line in reading.bad] == ["3 cells; allowed are 2, as in the header"]


def test_a_file_with_a_header_only_has_no_sites() -> None:
    assert _read(HEAD) == Reading((), (), COLUMNS)


# ------------------------------------------------------------ one bad line never costs another


@pytest.mark.parametrize(
    "spoilt",
    [
        'store-1,"a',
        'store-1,"a,',
        '"store-1,a',
        'store-1,a"b"c,"',
        'store-1,"a"b',
        "store-1," + "a" * 200_000,
        'store-1,"' + "a" * 19_000,
        "store-1,a\0b",
        "store-1," + '"' * 999,
    ],
)
@pytest.mark.parametrize("after", ["store-2,b", 'store-2,"b"', 'store-2,"b ""c"""', 'store-2,b"'])
def test_a_damaged_line_costs_only_itself(spoilt: str, after: str) -> None:
    reading = _read(f"site,name\n{spoilt}\n{after}\nstore-3,c\n")

    assert [(line.number, line.plan.site.id) for line in reading.good] == [(3, "store-2"), (4, "store-3")]
    assert [line.number for line in reading.bad] == [2]


def test_only_good_lines_take_a_name() -> None:
    reading = _read("site,name,devices\nstore-1,,\nstore-1,a,\nstore-2,b,store-1\nstore-1,c,store-9\n")

    assert [line.number for line in reading.good] == [3]
    assert [(line.number, line.reason) for line in reading.bad] == [
        (2, "name: empty; allowed are 1–200 characters"),
        (4, "device store-1 is in line 3 already; allowed is once"),
        (5, "site store-1 is in line 3 already; allowed is once"),
    ]


def test_a_bad_line_keeps_its_cells() -> None:
    (bad,) = _read("name,site\n한빛, Store \n").bad

    words = '3–40 characters a–z, 0–9 and "-" (not the first)'
    assert bad == BadLine(2, f"site: 'Store'; allowed are {words}", ("한빛", "Store"))


@pytest.mark.parametrize("degrees", ["90", "-90.0", "+1.5", ".5", "5.", "1e-05", "-0"])
def test_degrees_that_are_allowed(degrees: str) -> None:
    (plan,) = _read(f"site,name,latitude,longitude\nstore-1,a,{degrees},-180\n").plans

    assert (plan.site.latitude, plan.site.longitude) == (float(degrees), -180.0)


@pytest.mark.parametrize(
    "degrees", ["90.0001", "-91", "nan", "inf", "1e999", "1_0", "\uff13\uff17", "0x1", "37°", "37 .5", "-"]
)
def test_degrees_that_are_not(degrees: str) -> None:
    (bad,) = _read(f"site,name,latitude,longitude\nstore-1,a,{degrees},127\n").bad

    assert bad.reason == f"latitude: {degrees!r}; allowed are degrees from -90 to 90, such as 37.5665"


# ------------------------------------------------------------ the file as a whole


def test_an_unknown_column_is_named_with_what_is_allowed() -> None:
    allowed = "site, name, address, district, latitude, longitude, contact, devices"

    assert (
        _refusal(b"\nsite,name,lat\n") == f"sites.csv: line 2: column 'lat'; allowed are {allowed}, separated by commas"
    )
    assert _refusal(b"site;name\n").startswith("sites.csv: line 1: column 'site;name'; allowed are site, ")
    assert _refusal(b"site,address\n") == f"sites.csv: line 1: no column name; allowed are {allowed}"
    assert _refusal(b"site,name,site\n") == "sites.csv: line 1: column site is there twice; allowed is each once"
    assert _refusal(b'site,"name"x\n').startswith("sites.csv: line 1: quotation marks that do not match; ")


@pytest.mark.parametrize("data", [b"", b"\n\r\n,,\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_one_line(data: bytes) -> None:
    assert _refusal(data) == f"sites.csv: empty; the first line has to name the columns: {', '.join(COLUMNS)}"


def test_a_wrong_encoding_names_the_place_and_the_other_one() -> None:
    text = "site,name\nstore-1,a\nstore-2,한빛\n"

    assert _refusal(text.encode("cp949")) == "sites.csv: line 3, byte 28: not utf-8; try encoding cp949"
    assert _refusal(b"\xef\xbb\xbf" + text.encode("cp949")).startswith("sites.csv: line 3, byte 31: not utf-8; ")
    assert _refusal(b"site\n\xff\xff", "cp949") == "sites.csv: line 2, byte 5: not cp949; try encoding utf-8"
    assert _refusal(b"\xef\xbb\xbfsite", "cp949").endswith(
        "line 1, byte 0: not cp949; it begins as utf-8 does, try that"
    )
    assert _refusal(b"site", "utf-16") == "sites.csv: encoding 'utf-16'; allowed are utf-8, cp949"


def test_a_file_has_bounds() -> None:
    lines = b"site,name\n" + b"\n" * (MAX_LINES - 1)

    assert read_sites(lines, "sites.csv").good == ()
    assert _refusal(lines + b"\n") == "sites.csv: too long; at most 100000 lines are allowed"
    assert _refusal(b"x" * (MAX_FILE_BYTES + 1)) == "sites.csv: too big; at most 16777216 bytes are allowed"


# ------------------------------------------------------------ against the registry


def test_what_the_registry_would_not_take_becomes_a_bad_line(tmp_path: Path) -> None:
    reading = _read("site,name,devices\nstore-1,a,\nstore-2,b,box-1\n,c,\ncontrol-room,d,\n")
    with Registry(tmp_path / "registry.db", "haeun") as registry:
        registry.apply([Plan(Site("mapo-1", "마포"), ("box-1",))], NOW)
        registry.add_certificate(certificate("control-room", purpose=Purpose.CLIENT), NOW)

        checked = check_against(registry, reading)
        tally = import_sites(registry, reading, NOW, dry_run=False, progress=_quiet)

        assert [line.number for line in checked.good] == [2]
        assert [(line.number, line.reason.partition(";")[0]) for line in checked.bad] == [
            (3, "device box-1 belongs to site mapo-1"),
            (4, "site: ''"),
            (5, "device control-room is called like a client or server"),
        ]
        assert checked.bad[0].cells == ("store-2", "b", "box-1")
        assert tally == Tally(1, 0, 0)
        assert [site.id for site in registry.sites()] == ["mapo-1", "store-1"]


def test_a_dry_run_tells_each_site_and_changes_nothing(tmp_path: Path) -> None:
    seen: list[int] = []
    with Registry(tmp_path / "registry.db", "haeun") as registry:
        reading = read_sites(seoul_csv(30, 0, seed=1), "sites.csv")

        tally = import_sites(registry, reading, NOW, dry_run=True, progress=lambda: seen.append(1))

        assert (tally, len(seen)) == (Tally(30, 0, 0), 30)
        assert (registry.sites(), registry.acts()) == ([], [])


# ------------------------------------------------------------ there and back


@pytest.mark.parametrize(
    "name", ["=1+1", "+82 2", "-", "@a", "'=1", "''", "'a", "'", "\uff1d1", "'\uff20", "-5", "+1.5e3"]
)
def test_formulas_are_written_as_text_and_read_back(name: str) -> None:
    plan = Plan(Site("store-1", name), ("store-1",))

    data = write_sites([plan])

    assert read_sites(data, "sites.csv").plans == (plan,)
    cell = data.decode("utf-8-sig").splitlines()[1].split(",")[1]
    is_plain = cell in {"-5", "+1.5e3"}
    assert is_plain or not cell.startswith(("=", "+", "-", "@", "\uff1d", "\uff20"))


@given(st.data())
def test_any_printable_cells_come_back_as_they_were(data: st.DataObject) -> None:
    words = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)
    text = st.lists(words, max_size=5).map(lambda parts: " ".join(" ".join(parts).split()))
    ids = st.from_regex(r"[a-z0-9][a-z0-9-]{2,39}", fullmatch=True)
    places = st.one_of(st.just((None, None)), st.tuples(st.floats(-90, 90), st.floats(-180, 180)))
    plans = []
    for site_id in data.draw(st.lists(ids, unique=True, max_size=4)):
        name = data.draw(text.filter(bool))
        latitude, longitude = data.draw(places)
        site = Site(site_id, name, data.draw(text), data.draw(text), latitude, longitude, data.draw(text))
        plans.append(Plan(site, (site_id,)))

    reading = read_sites(write_sites(plans), "sites.csv")

    assert (list(reading.plans), reading.bad) == (plans, ())


@given(st.binary(max_size=300).map(lambda tail: HEAD.encode() + tail))
def test_no_bytes_at_all_break_the_reader(data: bytes) -> None:
    # RefusedError is the one way out: bytes that are not UTF-8.
    with suppress(RefusedError):
        reading = read_sites(data, "sites.csv")
        assert read_sites(write_sites(reading.plans), "again").plans == reading.plans


@given(st.text("\",\n\r ='abc1", max_size=80))
def test_no_marks_at_all_break_the_reader(tail: str) -> None:
    reading = _read("site,name\n" + tail)

    again = read_sites(write_bad(reading.header, reading.bad), "again")

    assert len(again.bad) + len(again.good) == len(reading.bad)
    assert all("\n" not in line.reason for line in reading.bad)
