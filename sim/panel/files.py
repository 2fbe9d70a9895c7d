"""The files of the page. Nothing else is served from the disk."""

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """Bytes, and what they are."""

    content_type: str
    data: bytes


def page_file(name: str, folder: Traversable | None = None) -> PageFile | None:
    """None if there is no such file of a kind that is served. A name has no folder."""
    content_type = _TYPES.get(name.rpartition(".")[2])
    place = folder or files("sim.panel").joinpath("page")
    # Compared with what is there: no path is ever made of what somebody asks for.
    known = {entry.name: entry for entry in place.iterdir() if entry.is_file()}
    if content_type is None or name not in known:
        return None
    return PageFile(content_type, known[name].read_bytes())
