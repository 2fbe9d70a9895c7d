"""One line of a list of sites: from its cells to a plan. Pure.

White space of any kind, line breaks too, counts as one space, and as none at either end of a cell.
"""

import re
from collections.abc import Mapping

from device.logic.device_id import DEVICE_ID_WORDS, is_device_id
from provisioning.errors import RefusedError
from provisioning.model import Plan, Site

COLUMNS = ("site", "name", "address", "district", "latitude", "longitude", "contact", "devices")
REQUIRED = ("site", "name")
MAX_CELL_CHARS = 1000

_MAX_TEXT_CHARS = 200
_MAX_LATITUDE = 90
_MAX_LONGITUDE = 180
# As `repr` writes a float; float() itself would take "nan", "1_0" and the digits of every script.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def plan_of(cells: Mapping[str, str]) -> Plan:
    """cells: by column; a missing column is an empty cell. Raises RefusedError: the reason, without file and line."""
    for column, cell in cells.items():
        if len(cell) > MAX_CELL_CHARS:
            raise RefusedError(f"{column}: {len(cell)} characters; at most {MAX_CELL_CHARS} are allowed in a cell")
    site_id = _id("site", cells["site"])
    latitude = _degrees(cells, "latitude", _MAX_LATITUDE)
    longitude = _degrees(cells, "longitude", _MAX_LONGITUDE)
    if (latitude is None) is not (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise RefusedError(f"{missing}: empty; allowed are both latitude and longitude, or neither")
    name = _text(cells, "name")
    if not name:
        raise RefusedError(f"name: empty; allowed are 1–{_MAX_TEXT_CHARS} characters")
    address, district, contact = (_text(cells, column) for column in ("address", "district", "contact"))
    return Plan(Site(site_id, name, address, district, latitude, longitude, contact), _devices(cells, site_id))


def _id(column: str, cell: str) -> str:
    if not is_device_id(cell):
        raise RefusedError(f"{column}: {cell!r:.80}; allowed are {DEVICE_ID_WORDS}")
    return cell


def _text(cells: Mapping[str, str], column: str) -> str:
    cell = cells.get(column, "")
    if len(cell) > _MAX_TEXT_CHARS:
        raise RefusedError(f"{column}: {len(cell)} characters; at most {_MAX_TEXT_CHARS} are allowed")
    if not cell.isprintable():
        odd = next(character for character in cell if not character.isprintable())
        raise RefusedError(f"{column}: holds U+{ord(odd):04X}; only printable characters are allowed")
    return cell


def _degrees(cells: Mapping[str, str], column: str, limit: int) -> float | None:
    cell = cells.get(column, "")
    if not cell:
        return None
    if not is_number(cell) or not -limit <= float(cell) <= limit:
        raise RefusedError(f"{column}: {cell!r:.80}; allowed are degrees from -{limit} to {limit}, such as 37.5665")
    return float(cell)


def _devices(cells: Mapping[str, str], site_id: str) -> tuple[str, ...]:
    devices = tuple(_id("devices", word) for word in cells.get("devices", "").split())
    for index, device in enumerate(devices):
        if device in devices[:index]:
            raise RefusedError(f"devices: {device} is named twice; allowed is each once")
    return devices or (site_id,)
