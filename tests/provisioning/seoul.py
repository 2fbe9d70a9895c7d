"""A list of stores such as a chain in Seoul might send, with as many bad lines as wanted, each of another kind."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

HEADER = ("site", "name", "address", "district", "latitude", "longitude", "contact", "devices")

DISTRICTS = (
    ("강남구", 37.517, 127.047, "테헤란로"),
    ("강동구", 37.530, 127.124, "천호대로"),
    ("강북구", 37.640, 127.026, "도봉로"),
    ("강서구", 37.551, 126.850, "공항대로"),
    ("관악구", 37.478, 126.952, "남부순환로"),
    ("광진구", 37.539, 127.083, "능동로"),
    ("구로구", 37.495, 126.888, "디지털로"),
    ("금천구", 37.457, 126.896, "시흥대로"),
    ("노원구", 37.654, 127.057, "동일로"),
    ("도봉구", 37.669, 127.047, "방학로"),
    ("동대문구", 37.574, 127.040, "왕산로"),
    ("동작구", 37.512, 126.940, "장승배기로"),
    ("마포구", 37.566, 126.902, "월드컵로"),
    ("서대문구", 37.579, 126.937, "연세로"),
    ("서초구", 37.484, 127.033, "서초대로"),
    ("성동구", 37.563, 127.037, "왕십리로"),
    ("성북구", 37.589, 127.017, "보문로"),
    ("송파구", 37.515, 127.106, "올림픽로"),
    ("양천구", 37.517, 126.867, "목동동로"),
    ("영등포구", 37.526, 126.896, "여의대로"),
    ("용산구", 37.532, 126.990, "이태원로"),
    ("은평구", 37.603, 126.929, "통일로"),
    ("종로구", 37.573, 126.979, "종로"),
    ("중구", 37.564, 126.998, "을지로"),
    ("중랑구", 37.606, 127.093, "망우로"),
)
_CHAINS = ("한빛편의점", "다온마트", "새벽24", "이웃상회")
_FAMILY_NAMES = ("김", "이", "박", "최", "정", "강", "조", "윤")


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A bad line: where it begins in the file, from 1, and words that its reason has to hold."""

    number: int
    reason: str


def seoul(count: int, seed: int) -> list[tuple[str, ...]]:
    """Rows without a header; every tenth site has two devices, every fourth has a quoted line break in its address."""
    random = Random(seed)
    return [_row(index, random) for index in range(1, count + 1)]


def seoul_csv(sites: int, bad: int, seed: int) -> bytes:
    """UTF-8. `sites` records in all, `bad` of them bad."""
    return spoilt_csv(sites, bad, seed)[0]


def spoilt_csv(sites: int, bad: int, seed: int) -> tuple[bytes, tuple[Spoilt, ...]]:
    """And which are bad. The first record is always good."""
    rows = seoul(sites, seed)
    chosen = sorted(Random(seed).sample(range(1, sites), bad))
    kinds = {index: KINDS[place % len(KINDS)] for place, index in enumerate(chosen)}
    lines, spoilt = [_line(HEADER)], []
    number = 2
    for index, row in enumerate(rows):
        kind = kinds.get(index)
        text = _line(row) if kind is None else kind.spoil(row, rows[0])
        if kind is not None:
            spoilt.append(Spoilt(number, kind.reason))
        lines.append(text)
        number += text.count("\n")
    return "".join(lines).encode(), tuple(spoilt)


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to spoil a row; the second row given is one that is good."""

    reason: str
    spoil: Callable[[tuple[str, ...], tuple[str, ...]], str]


def _with(column: str, value: str) -> Callable[[tuple[str, ...], tuple[str, ...]], str]:
    at = HEADER.index(column)
    return lambda row, good: _line((*row[:at], value, *row[at + 1 :]))


KINDS = (
    Kind("site: ''", _with("site", "")),
    Kind("site: 'Store-9'", _with("site", "Store-9")),
    Kind("site: 'a/b'", _with("site", "a/b")),
    Kind("already; allowed is once", lambda row, good: _line((good[0], *row[1:]))),
    Kind("device store-0001 is in line 2 already", lambda row, good: _line((*row[:-1], good[0]))),
    Kind("name: empty", _with("name", "")),
    Kind("name: 201 characters", _with("name", "편" * 201)),
    Kind("name: holds U+0007", _with("name", "종\a소리")),
    Kind("address: 201 characters", _with("address", "가" * 201)),
    Kind("district: 201 characters", _with("district", "구" * 201)),
    Kind("contact: 1001 characters; at most 1000", _with("contact", "1" * 1001)),
    Kind("latitude: '91'", _with("latitude", "91")),
    Kind("latitude: 'nan'", _with("latitude", "nan")),
    Kind("longitude: '-180.5'", _with("longitude", "-180.5")),
    Kind("longitude: '127,05'", _with("longitude", "127,05")),
    Kind("latitude: empty", _with("latitude", "")),
    Kind("devices: '#'", _with("devices", "store-8888 #")),
    Kind("devices: store-8888 is named twice", _with("devices", "store-8888 store-8888")),
    Kind("5 cells; allowed are 8", lambda row, good: _line(row[:5])),
    Kind("quotation marks that do not match", lambda row, good: f'{row[0]},"{row[1]},,,,,,\r\n'),
)


def _row(index: int, random: Random) -> tuple[str, ...]:
    district, latitude, longitude, street = random.choice(DISTRICTS)
    site = f"store-{index:04d}"
    gap = "\r\n" if index % 4 == 0 else " "
    return (
        site,
        f"{random.choice(_CHAINS)} {district[:-1]} {index}호점",
        f"서울특별시 {district}{gap}{street} {random.randint(1, 400)}, 1층",
        district,
        f"{latitude + random.uniform(-0.02, 0.02):.5f}",
        f"{longitude + random.uniform(-0.02, 0.02):.5f}",
        f"{random.choice(_FAMILY_NAMES)} 점장 +82-2-{random.randint(200, 999)}-{random.randint(0, 9999):04d}",
        f"{site} {site}-b" if index % 10 == 0 else "",
    )


def _line(row: tuple[str, ...]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(row)
    return text.getvalue()
