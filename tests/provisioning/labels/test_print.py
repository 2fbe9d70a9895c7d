"""What comes out of a printer: size, codes and margins, measured on the picture of a page."""

import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from provisioning.labels.sheet import pages
from provisioning.labels.wires import Colour, Line, Wire
from tests.conftest import external
from tests.provisioning.labels.builders import make_bank_label, make_label

LABELS = [
    make_label("w" * 40, "W" * 200, "M" * 200, "<&>"),
    make_label("store-0043-back-office", "제주" * 60, "서귀포시 중문관광로 " * 12, "서귀포시"),
    replace(
        make_bank_label(token=None),
        wires=(Wire("GND", "W" * 60, Colour.BLACK),) * 40,
        lines=(Line("W" * 40, "W" * 60, "W" * 200),) * 4,
    ),
]
CODES = {str(label.label) for label in LABELS} | {str(label.label).partition("&token=")[0] for label in LABELS}
# Upper left corners of the frames.
FRAMES_MM = [(12, 21), (108, 21), (12, 88), (108, 88), (12, 155), (12, 222)]
WIDTH_MM, HEIGHT_MM = 90, 62
DPI = 300


@dataclass(frozen=True)
class Raster:
    """Grey values of a page, 0 is black."""

    width: int
    data: bytes

    def row(self, y_mm: float, from_mm: float, to_mm: float) -> bytes:
        start = px(y_mm) * self.width
        return self.data[start + px(from_mm) : start + px(to_mm)]

    def column(self, x_mm: float, from_mm: float, to_mm: float) -> bytes:
        return self.data[px(from_mm) * self.width + px(x_mm) : px(to_mm) * self.width : self.width]


def px(mm: float) -> int:
    return round(mm * DPI / 25.4)


def dark_mm(values: bytes, from_mm: float) -> list[float]:
    return [from_mm + index * 25.4 / DPI for index, value in enumerate(values) if value < 220]


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    convert = external(shutil.which("rsvg-convert"), "apt install librsvg2-bin")
    folder = tmp_path_factory.mktemp("print")
    (page,) = pages(LABELS, call="02-1234-5678")
    (folder / "page.svg").write_text(page)
    subprocess.run([convert, "-f", "pdf", "-o", folder / "page.pdf", folder / "page.svg"], check=True)
    return folder / "page.pdf"


@pytest.fixture(scope="module")
def raster(pdf: Path) -> Raster:
    data = picture(pdf, DPI, "-gray").read_bytes()
    _, size, _, pixels = data.split(b"\n", 3)
    return Raster(int(size.split()[0]), pixels)


def picture(pdf: Path, dpi: int, kind: str) -> Path:
    to_ppm = external(shutil.which("pdftoppm"), "apt install poppler-utils")
    stem = pdf.with_name(f"page{dpi}")
    subprocess.run([to_ppm, "-r", str(dpi), kind, "-singlefile", pdf, stem], check=True)
    return stem.with_suffix(".pgm" if kind == "-gray" else ".png")


def test_the_page_is_printed_as_a4(pdf: Path) -> None:
    pdfinfo = external(shutil.which("pdfinfo"), "apt install poppler-utils")

    told = subprocess.run([pdfinfo, pdf], capture_output=True, text=True, check=True).stdout

    assert "(A4)" in told
    assert "Pages:           1" in told


@pytest.mark.parametrize(("left_mm", "top_mm"), FRAMES_MM)
def test_a_label_has_its_size_on_paper(raster: Raster, left_mm: float, top_mm: float) -> None:
    # Between the place and the first rule nothing is printed on the left, and dashes have gaps: a band is read.
    across = [
        dark
        for y in range(-10, 11)
        for dark in dark_mm(raster.row(top_mm + 32.6 + y / 12, left_mm - 0.5, left_mm + 90.5), left_mm - 0.5)
    ]
    down = [
        dark
        for x in range(-10, 11)
        for dark in dark_mm(raster.column(left_mm + 2 + x / 12, top_mm - 0.5, top_mm + 62.5), top_mm - 0.5)
    ]

    assert max(across) - min(across) == pytest.approx(WIDTH_MM, abs=0.3)
    assert max(down) - min(down) == pytest.approx(HEIGHT_MM, abs=0.3)


@pytest.mark.parametrize(("left_mm", "top_mm"), FRAMES_MM)
def test_nothing_touches_the_edge_of_a_label(raster: Raster, left_mm: float, top_mm: float) -> None:
    for inset_mm in (0.6, 1.2, 1.8):
        right_mm, bottom_mm = left_mm + WIDTH_MM - inset_mm, top_mm + HEIGHT_MM - inset_mm
        sides = (
            raster.row(top_mm + inset_mm, left_mm + 0.6, right_mm)
            + raster.row(bottom_mm, left_mm + 0.6, right_mm)
            + raster.column(left_mm + inset_mm, top_mm + 0.6, bottom_mm)
            + raster.column(right_mm, top_mm + 0.6, bottom_mm)
        )
        assert min(sides) > 250


@pytest.mark.parametrize("dpi", [300, 150])
def test_every_code_is_read_from_paper_and_from_a_poor_copy(pdf: Path, dpi: int) -> None:
    zbarimg = external(shutil.which("zbarimg"), "apt install zbar-tools")

    done = subprocess.run(
        [zbarimg, "--quiet", "--raw", "--nodbus", picture(pdf, dpi, "-png")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(done.stdout.split()) == CODES
