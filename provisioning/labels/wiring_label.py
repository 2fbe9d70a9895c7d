"""The label for the inside of a box with many wires, as that of a locker bank. Pure. It holds no secret."""

from collections.abc import Iterator

from provisioning.labels.box_label import BRAND, HEIGHT_MM, PAD_MM, PRINT_POINTS, ROW_MM, WIDTH_MM, columns
from provisioning.labels.drawing import HAIR, block, line, rectangle, text
from provisioning.labels.text import LabelText
from provisioning.labels.typeset import fit
from provisioning.labels.wires import Line

_RIGHT_MM = WIDTH_MM - PAD_MM
_ROOM_MM = WIDTH_MM - 2 * PAD_MM
_WIRES_MM = 14.6
_BOTTOM_MM = HEIGHT_MM - 3.6
_LINE_MM = 2 * ROW_MM
_GAP_MM = 1.4
_RS485 = "RS-485: A-A, B-B, GND-GND, 120 Ω at both ends"
MAX_LINES = 4
"""What leaves room for wires. A bank of a hundred doors has two."""


def wiring_label(label: LabelText) -> Iterator[str]:
    """Draw it with its upper left corner at the origin."""
    lines = label.lines[:MAX_LINES]
    lines_mm = _BOTTOM_MM - (_LINE_MM * len(lines) + ROW_MM if lines else 0.0)
    yield rectangle(0, 0, WIDTH_MM, HEIGHT_MM, f'fill="#ffffff" stroke="{HAIR}" stroke-width="0.2"')
    yield text(PAD_MM, 6.2, f"{BRAND} · 배선 Wiring", 7.5, bold=True)
    yield from block(PAD_MM, 7.2, fit(label.label.device, _ROOM_MM, 14.0), bold=True)
    yield line(PAD_MM, 13.2, _RIGHT_MM, 13.2)
    yield from columns(label.wires, _WIRES_MM, int((lines_mm - _GAP_MM - _WIRES_MM) / ROW_MM))
    if lines:
        more = f" · + {len(label.lines) - len(lines)}: agent.toml" if len(lines) < len(label.lines) else ""
        yield line(PAD_MM, lines_mm - _GAP_MM / 2, _RIGHT_MM, lines_mm - _GAP_MM / 2)
        yield from block(PAD_MM, lines_mm, fit(f"{_RS485}{more}", _ROOM_MM, PRINT_POINTS))
    for row, one in enumerate(lines):
        yield from _line(one, lines_mm + ROW_MM + _LINE_MM * row)


def _line(one: Line, top_mm: float) -> Iterator[str]:
    yield from block(PAD_MM, top_mm, fit(f"{one.name}: {one.speaks}", _ROOM_MM, PRINT_POINTS), bold=True)
    yield from block(PAD_MM, top_mm + ROW_MM, fit(one.port, _ROOM_MM, PRINT_POINTS))
