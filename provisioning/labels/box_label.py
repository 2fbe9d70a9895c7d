"""The label that stays on the box for years. Pure. It holds no secret: whoever sees the box may read it."""

from collections.abc import Iterator
from dataclasses import replace

from provisioning.labels.drawing import HAIR, INK, QUIET, QrCode, block, line, rectangle, text
from provisioning.labels.text import LabelText
from provisioning.labels.typeset import fit, printable
from provisioning.labels.wires import Colour, Wire

WIDTH_MM = 90.0
HEIGHT_MM = 62.0
PAD_MM = 4.0
BRAND = "Ansim 안심"

MAX_WIRES = 8
"""Two columns of four. A box with more, or with lines to lock boards, has a wiring label too."""

_RIGHT_MM = WIDTH_MM - PAD_MM
_ROOM_MM = WIDTH_MM - 2 * PAD_MM
_COLUMN_MM = _ROOM_MM / 2
_WIRES_MM = 43.1
ROW_MM = 3.05
PRINT_POINTS = 6.5

# Paint for a swatch: blue, yellow and vermilion of Okabe and Ito's palette for every kind of colour vision.
_PAINT = {
    Colour.WHITE: "#ffffff",
    Colour.BLUE: "#0072b2",
    Colour.YELLOW: "#f0e442",
    Colour.ORANGE: "#d55e00",
    Colour.BLACK: "#000000",
}


def box_label(label: LabelText, call: str) -> Iterator[str]:
    """Draw it with its upper left corner at the origin. `call`: whom to call when the lamp shows a fault; may be empty.

    Raises RefusedError if the QR code has no room.
    """
    code = QrCode(str(replace(label.label, token=None)), label.label.device)
    room_mm = _RIGHT_MM - code.dark_mm - (QUIET + 1) * code.module_mm - PAD_MM
    yield rectangle(0, 0, WIDTH_MM, HEIGHT_MM, f'fill="#ffffff" stroke="{HAIR}" stroke-width="0.2"')
    yield code.draw(_RIGHT_MM - code.dark_mm, PAD_MM)
    yield text(PAD_MM, 6.2, BRAND, 7.5, bold=True)
    yield from place(label, 8.4, room_mm)
    yield from _fingerprint(label.label.fingerprint)
    yield line(PAD_MM, 41.4, _RIGHT_MM, 41.4)
    if has_wiring_label(label):
        yield text(PAD_MM, 46.6, "배선은 배선 라벨에 있습니다 · Wires: on the wiring label", 7.5)
    else:
        yield from columns(label.wires, _WIRES_MM, MAX_WIRES // 2)
    if call:
        yield from block(PAD_MM, 56.9, fit(f"고장 시 연락 · If a lamp shows a fault: {call}", _ROOM_MM, 7.0))


def has_wiring_label(label: LabelText) -> bool:
    """Whether the wires stand there, all together, and not on the box label."""
    return bool(label.lines) or len(label.wires) > MAX_WIRES


def place(label: LabelText, top_mm: float, room_mm: float) -> Iterator[str]:
    """The device id, large, and where it belongs. Ends 23.6 mm below `top_mm` at the latest."""
    y = top_mm
    name = fit(label.label.device, room_mm, 20, 9.0)
    yield from block(PAD_MM, y, name, bold=True)
    y += name.height_mm + 0.7
    site = fit(label.site_name, room_mm, 10, 7.6)
    yield from block(PAD_MM, y, site, bold=True)
    y += site.height_mm + 0.4
    where = ", ".join(filter(None, map(printable, (label.address, label.district))))
    yield from block(PAD_MM, y, fit(where, room_mm, 7.5, 5.9))


def _fingerprint(digits: str) -> Iterator[str]:
    yield line(PAD_MM, 33.2, _RIGHT_MM, 33.2)
    yield text(PAD_MM, 36.5, "CA", PRINT_POINTS, bold=True)
    yield text(PAD_MM, 39.7, "SHA-256", PRINT_POINTS)
    groups = [digits[start : start + 4] for start in range(0, len(digits), 4)]
    for row in range(2):
        yield text(17.5, 36.5 + 3.2 * row, " ".join(groups[8 * row : 8 * row + 8]), 7.5, mono=True)


def columns(wires: tuple[Wire, ...], top_mm: float, rows: int) -> Iterator[str]:
    """Wires in two columns. Those that find no room are counted in the last place."""
    shown = wires if len(wires) <= 2 * rows else wires[: 2 * rows - 1]
    for index, wire in enumerate(shown):
        column, row = divmod(index, rows)
        yield from _wire(wire, PAD_MM + column * _COLUMN_MM, top_mm + ROW_MM * row)
    if len(shown) < len(wires):
        baseline_mm = top_mm + ROW_MM * (rows - 1) + 2.1
        yield text(PAD_MM + _COLUMN_MM, baseline_mm, f"+ {len(wires) - len(shown)}: agent.toml", PRINT_POINTS)


def _wire(wire: Wire, x: float, y: float) -> Iterator[str]:
    yield rectangle(x, y, 4.6, 2.2, f'fill="{_PAINT[wire.colour]}" stroke="{INK}" stroke-width="0.15"')
    yield text(x + 5.6, y + 2.1, wire.colour.value, PRINT_POINTS, bold=True)
    yield text(x + 10.4, y + 2.1, printable(wire.terminal), PRINT_POINTS, bold=True)
    yield from block(x + 17.4, y + 0.1, fit(wire.function, _COLUMN_MM - 18.4, PRINT_POINTS))
