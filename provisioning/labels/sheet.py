"""Sheets of labels: A4, SVG, in real millimetres. Pure.

Print at 100 %. A row is a device: its box label, and beside it the slip for the visit if there is a token. If the wires
have a label of their own, that is a row as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from provisioning.labels.box_label import BRAND, HEIGHT_MM, WIDTH_MM, box_label, has_wiring_label
from provisioning.labels.drawing import INK, SANS, line, moved, rectangle, text
from provisioning.labels.text import LabelText
from provisioning.labels.typeset import fit, width_mm
from provisioning.labels.visit_slip import visit_slip
from provisioning.labels.wiring_label import wiring_label

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
PER_PAGE = 4

_LEFT_MM = 12.0
_TOP_MM = 21.0
_RIGHT_HALF_MM = PAGE_WIDTH_MM - _LEFT_MM - WIDTH_MM
_PITCH_MM = HEIGHT_MM + 5.0
_GAP_MM, _MARK_MM = 0.6, 2.2


@dataclass(frozen=True, slots=True)
class _Row:
    """What is cut out of one row: its left half, and its right half if there is anything in it."""

    site_name: str
    left: tuple[str, ...]
    right: tuple[str, ...] = ()


def pages(labels: Iterable[LabelText], call: str = "") -> list[str]:
    """One SVG document per page, for one site or many. `call`: whom to call when a lamp shows a fault.

    Raises RefusedError if a label is too long to be printed.
    """
    rows = [row for label in labels for row in _rows(label, call)]
    starts = range(0, len(rows), PER_PAGE)
    return [
        "\n".join(_document(rows[start : start + PER_PAGE], f"{number} / {len(starts)}")) + "\n"
        for number, start in enumerate(starts, start=1)
    ]


def _rows(label: LabelText, call: str) -> Iterator[_Row]:
    token = label.label.token
    slip = () if token is None else tuple(visit_slip(label, token))
    yield _Row(label.site_name, tuple(box_label(label, call)), slip)
    if has_wiring_label(label):
        yield _Row(label.site_name, tuple(wiring_label(label)))


def _document(rows: Sequence[_Row], page: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PAGE_WIDTH_MM}mm" height="{PAGE_HEIGHT_MM}mm" '
        f'viewBox="0 0 {PAGE_WIDTH_MM} {PAGE_HEIGHT_MM}" font-family="{SANS}" fill="{INK}" xml:space="preserve">'
    )
    yield rectangle(0, 0, PAGE_WIDTH_MM, PAGE_HEIGHT_MM, 'fill="#ffffff"')
    yield from _head({row.site_name for row in rows}, page)
    for number, row in enumerate(rows):
        yield from _drawn(row, _TOP_MM + number * _PITCH_MM)
    yield "</svg>"


def _head(sites: set[str], page: str) -> Iterator[str]:
    yield text(_LEFT_MM, 12.5, BRAND, 12, bold=True)
    site = sites.pop() if len(sites) == 1 else ""
    if site:
        title = fit(site, 120, 9)
        yield text(_LEFT_MM + 28, 12.5, title.lines[0], title.points)
    yield text(PAGE_WIDTH_MM - _LEFT_MM - width_mm(page, 9), 12.5, page, 9)
    yield text(_LEFT_MM, 16.6, "100 % 크기로 인쇄 · Print at 100 %, do not scale", 6.5)


def _drawn(row: _Row, top_mm: float) -> Iterator[str]:
    for left_mm, half in ((_LEFT_MM, row.left), (_RIGHT_HALF_MM, row.right)):
        if half:
            yield from _cut_marks(left_mm, top_mm)
            yield moved(left_mm, top_mm, iter(half))


def _cut_marks(left_mm: float, top_mm: float) -> Iterator[str]:
    """Outside the corners, so that nothing of them stays on what was cut out."""
    for x, outwards in ((left_mm, -1), (left_mm + WIDTH_MM, 1)):
        for y, away in ((top_mm, -1), (top_mm + HEIGHT_MM, 1)):
            yield line(x + outwards * _GAP_MM, y, x + outwards * _MARK_MM, y)
            yield line(x, y + away * _GAP_MM, x, y + away * _MARK_MM)
