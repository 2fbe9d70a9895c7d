"""Sheets of labels: A4, SVG, in real millimetres. Pure.

Print at 100 %. A row is a device: its box label, and beside it the slip for the visit if there is a token.
"""

from collections.abc import Iterator, Sequence

from provisioning.labels.box_label import BRAND, HEIGHT_MM, WIDTH_MM, box_label
from provisioning.labels.drawing import INK, SANS, line, moved, rectangle, text
from provisioning.labels.text import LabelText
from provisioning.labels.typeset import fit, width_mm
from provisioning.labels.visit_slip import visit_slip

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
PER_PAGE = 4

_LEFT_MM = 12.0
_TOP_MM = 21.0
_SLIP_MM = PAGE_WIDTH_MM - _LEFT_MM - WIDTH_MM
_PITCH_MM = HEIGHT_MM + 5.0
_GAP_MM, _MARK_MM = 0.6, 2.2


def pages(labels: Sequence[LabelText], call: str = "") -> list[str]:
    """One SVG document per page, for one site or many. `call`: whom to call when a lamp shows a fault.

    Raises RefusedError if a label is too long to be printed.
    """
    starts = range(0, len(labels), PER_PAGE)
    return [
        sheet(labels[start : start + PER_PAGE], call, f"{number} / {len(starts)}")
        for number, start in enumerate(starts, start=1)
    ]


def sheet(labels: Sequence[LabelText], call: str = "", page: str = "1 / 1") -> str:
    """One page of at most PER_PAGE labels. Raises ValueError for more, RefusedError as `pages` does."""
    if len(labels) > PER_PAGE:
        raise ValueError(f"{len(labels)} labels on one page; at most {PER_PAGE} are allowed")
    return "\n".join(_document(labels, call, page)) + "\n"


def _document(labels: Sequence[LabelText], call: str, page: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PAGE_WIDTH_MM}mm" height="{PAGE_HEIGHT_MM}mm" '
        f'viewBox="0 0 {PAGE_WIDTH_MM} {PAGE_HEIGHT_MM}" font-family="{SANS}" fill="{INK}" xml:space="preserve">'
    )
    yield rectangle(0, 0, PAGE_WIDTH_MM, PAGE_HEIGHT_MM, 'fill="#ffffff"')
    yield from _head(labels, page)
    for row, label in enumerate(labels):
        yield from _row(label, call, _TOP_MM + row * _PITCH_MM)
    yield "</svg>"


def _head(labels: Sequence[LabelText], page: str) -> Iterator[str]:
    yield text(_LEFT_MM, 12.5, BRAND, 12, bold=True)
    site = labels[0].site_name if len({label.site_name for label in labels}) == 1 else ""
    if site:
        title = fit(site, 120, 9)
        yield text(_LEFT_MM + 28, 12.5, title.lines[0], title.points)
    yield text(PAGE_WIDTH_MM - _LEFT_MM - width_mm(page, 9), 12.5, page, 9)
    yield text(_LEFT_MM, 16.6, "100 % 크기로 인쇄 · Print at 100 %, do not scale", 6.5)


def _row(label: LabelText, call: str, top_mm: float) -> Iterator[str]:
    yield from _cut_marks(_LEFT_MM, top_mm)
    yield moved(_LEFT_MM, top_mm, box_label(label, call))
    token = label.label.token
    if token is not None:
        yield moved(_SLIP_MM, top_mm, visit_slip(label, token))
        yield from _cut_marks(_SLIP_MM, top_mm)


def _cut_marks(left_mm: float, top_mm: float) -> Iterator[str]:
    """Outside the corners, so that nothing of them stays on what was cut out."""
    for x, outwards in ((left_mm, -1), (left_mm + WIDTH_MM, 1)):
        for y, away in ((top_mm, -1), (top_mm + HEIGHT_MM, 1)):
            yield line(x + outwards * _GAP_MM, y, x + outwards * _MARK_MM, y)
            yield line(x, y + away * _GAP_MM, x, y + away * _MARK_MM)
