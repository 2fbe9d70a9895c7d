"""Shapes and text as SVG, in millimetres. Pure. Whatever comes in is escaped here, and only here."""

from collections.abc import Iterator
from html import escape

import segno

from provisioning.errors import RefusedError
from provisioning.labels.typeset import MM_PER_POINT, Block

INK = "#000000"
HAIR = "#8c8c8c"
"""For lines that part or frame; never for text."""

QUIET = 4
"""Modules around a QR code that stay white (ISO/IEC 18004)."""
MAX_QR_MM = 31.0
"""Room for a QR code, quiet zone included."""

# Whole dots of a 300 dpi printer, so that modules come out even: 6, else 5. The least allowed is 0.4 mm.
_MODULES_MM = (6 * 25.4 / 300, 5 * 25.4 / 300)

SANS = "'Noto Sans CJK KR','Noto Sans KR','Apple SD Gothic Neo','Malgun Gothic','NanumGothic',sans-serif"
_MONO = "'DejaVu Sans Mono','Liberation Mono','Consolas','Menlo',monospace"


def number(value: float) -> str:
    """Micrometres are enough."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def text(x: float, y: float, content: str, points: float, *, bold: bool = False, mono: bool = False) -> str:
    """One line; `y` is its baseline."""
    weight = ' font-weight="700"' if bold else ""
    family = f' font-family="{_MONO}"' if mono else ""
    size = number(points * MM_PER_POINT)
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{size}"{weight}{family}>{escape(content)}</text>'


def block(x: float, y: float, lines: Block, *, bold: bool = False) -> Iterator[str]:
    """Lines of text whose first has its top at `y`."""
    for row, line in enumerate(lines.lines):
        yield text(x, y + row * lines.line_mm + 0.86 * lines.points * MM_PER_POINT, line, lines.points, bold=bold)


def rectangle(x: float, y: float, width: float, height: float, style: str) -> str:
    """`style`: attributes, written by us."""
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" {style}/>'


def line(x1: float, y1: float, x2: float, y2: float, width: float = 0.15) -> str:
    return (
        f'<path d="M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}" '
        f'stroke="{HAIR}" stroke-width="{number(width)}" fill="none"/>'
    )


def moved(x: float, y: float, parts: Iterator[str]) -> str:
    return f'<g transform="translate({number(x)} {number(y)})">\n' + "\n".join(parts) + "\n</g>"


class QrCode:
    """A QR code, error correction M, at the largest module size that fits. Raises RefusedError if none does."""

    def __init__(self, content: str, whose: str) -> None:
        self._symbol = segno.make(content, error="m", micro=False, boost_error=False)
        self._modules = len(self._symbol.matrix)
        across = self._modules + 2 * QUIET
        fitting = [size for size in _MODULES_MM if across * size <= MAX_QR_MM]
        if not fitting:
            raise RefusedError(
                f"{whose}: {len(content)} characters are too many for a QR code of {MAX_QR_MM:.0f} mm; "
                "allowed is a shorter address of the enrolment service"
            )
        self.module_mm = fitting[0]
        self.dark_mm = self._modules * self.module_mm
        """Width without the quiet zone."""

    def draw(self, x: float, y: float) -> str:
        """Place its dark part; the caller leaves the quiet zone around it white."""
        scale = number(self.module_mm)
        return (
            f'<path transform="translate({number(x)} {number(y)}) scale({scale})" d="{"".join(self._runs())}" '
            f'fill="{INK}" shape-rendering="crispEdges"/>'
        )

    def _runs(self) -> Iterator[str]:
        for y, row in enumerate(self._symbol.matrix):
            x = 0
            while x < len(row):
                start = x
                while x < len(row) and row[x]:
                    x += 1
                if x > start:
                    yield f"M{start} {y}h{x - start}v1h{start - x}z"
                x += 1
