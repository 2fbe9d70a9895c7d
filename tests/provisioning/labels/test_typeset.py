import pytest

from provisioning.labels.typeset import MIN_POINTS, MM_PER_POINT, fit, printable, width_mm

# Advance widths in thousandths of an em: the widest of Noto Sans CJK KR, DejaVu Sans, Arial and Malgun Gothic, bold.
WIDEST = {
    "W": 1103,
    "M": 995,
    "m": 1042,
    "w": 924,
    "A": 774,
    "O": 850,
    "0": 696,
    "a": 675,
    "i": 343,
    " ": 348,
    "안": 1000,
}


@pytest.mark.parametrize("text", ["안심 가게", "Corner Store Yeonnam", "0123456789", "store-0042"])
def test_a_width_is_an_upper_bound(text: str) -> None:
    widest_em = sum(WIDEST.get(char, 600) for char in text) / 1000

    assert width_mm(text, 10) >= 0.9 * widest_em * 10 * MM_PER_POINT


def test_hangul_has_full_width() -> None:
    assert width_mm("안심", 10) == pytest.approx(2 * 10 * MM_PER_POINT)


def test_a_short_text_keeps_its_size() -> None:
    block = fit("store-0042", 55, 20)

    assert (block.lines, block.points) == (("store-0042",), 20)


@pytest.mark.parametrize("text", ["W" * 300, "안" * 300, "a b " * 100, "CU 서귀포시 중문관광단지 앞", "x", ""])
@pytest.mark.parametrize("high_mm", [0.0, 6.0])
def test_nothing_leaves_its_room(text: str, high_mm: float) -> None:
    block = fit(text, 55, 10, high_mm)

    assert all(width_mm(line, block.points) <= 55 for line in block.lines)
    assert len(block.lines) == 1 or block.height_mm <= high_mm
    assert block.points >= MIN_POINTS


def test_a_text_shrinks_before_it_is_cut() -> None:
    block = fit("CU 서귀포시 중문관광단지 국제컨벤션센터 앞 점포", 55, 10)

    assert block.points < 10
    assert not block.lines[0].endswith("…")


def test_a_text_that_does_not_fit_at_the_least_size_ends_with_an_ellipsis() -> None:
    block = fit("안" * 300, 55, 10, 8.0)

    assert block.points == MIN_POINTS
    assert block.lines[-1].endswith("…")


def test_lines_break_at_spaces() -> None:
    assert fit("Corner Store Yeonnam Back Office", 40, 10, 9.0).lines == ("Corner Store", "Yeonnam Back Office")


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\n", "\u202e", "\u200d", "\ufffe", "\ud800"])
def test_what_cannot_be_printed_becomes_a_space(char: str) -> None:
    assert printable(f"a{char}b") == "a b"
