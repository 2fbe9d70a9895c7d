"""The slip for one visit, with the one-time token. Pure. Whoever has it can enrol the device until it expires."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from provisioning.labels.box_label import BRAND, HEIGHT_MM, PAD_MM, WIDTH_MM, place
from provisioning.labels.drawing import HAIR, QUIET, QrCode, block, line, rectangle, text
from provisioning.labels.text import LabelText
from provisioning.labels.typeset import fit

# Korea has no summer time.
_KST = timezone(timedelta(hours=9), "KST")
_RIGHT_MM = WIDTH_MM - PAD_MM
_GROUP = 4


def visit_slip(label: LabelText, token: str) -> Iterator[str]:
    """Draw it with its upper left corner at the origin. Raises RefusedError if the QR code has no room."""
    code = QrCode(str(label.label), label.label.device)
    room_mm = _RIGHT_MM - code.dark_mm - (QUIET + 1) * code.module_mm - PAD_MM
    frame = f'fill="#ffffff" stroke="{HAIR}" stroke-width="0.2" stroke-dasharray="1.2 1.2"'
    yield rectangle(0, 0, WIDTH_MM, HEIGHT_MM, frame)
    yield code.draw(_RIGHT_MM - code.dark_mm, PAD_MM)
    yield text(PAD_MM, 6.2, f"{BRAND} · 방문 설치표 Visit slip", 7.5, bold=True)
    yield from place(label, 8.4, room_mm)
    yield line(PAD_MM, 33.2, _RIGHT_MM, 33.2)
    yield from _row(36.8, "토큰 Token", grouped(token), mono=True)
    yield from _row(40.8, "등록 서버 EST", label.label.est)
    if label.valid_until is not None:
        yield from _row(44.6, "유효 기간 Until", until(label.valid_until))
    yield line(PAD_MM, 48.0, _RIGHT_MM, 48.0)
    yield text(PAD_MM, 53.0, "사용 후 파기하십시오", 9.0, bold=True)
    yield text(PAD_MM, 57.0, "Destroy after use. Works once, for this device only.", 7.5)


def grouped(token: str) -> str:
    """As it is read aloud or typed."""
    return " ".join(token[start : start + _GROUP] for start in range(0, len(token), _GROUP))


def until(at: datetime) -> str:
    """The same moment in Korea's time and in UTC, to the minute: never later than it is."""
    return f"{at.astimezone(_KST):%Y-%m-%d %H:%M} KST · {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _row(baseline_mm: float, name: str, value: str, *, mono: bool = False) -> Iterator[str]:
    yield text(PAD_MM, baseline_mm, name, 6.5)
    if mono:
        yield text(25.0, baseline_mm, value, 7.5, mono=True)
    else:
        lines = fit(value, _RIGHT_MM - 25.0, 7.5)
        yield from block(25.0, baseline_mm - 0.86 * lines.points * 25.4 / 72, lines)
