import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from provisioning.errors import RefusedError
from provisioning.labels.sheet import PER_PAGE, pages
from provisioning.labels.text import LabelText
from provisioning.labels.typeset import MIN_POINTS, MM_PER_POINT
from provisioning.labels.wires import Colour, Line, Wire
from tests.provisioning.labels.builders import FINGERPRINT, TOKEN, make_bank_label, make_label

SVG = "{http://www.w3.org/2000/svg}"


def sheet(labels: list[LabelText], call: str = "") -> str:
    (page,) = pages(labels, call)
    return page


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def many_wires(count: int) -> tuple[Wire, ...]:
    return tuple(Wire(str(number), f"contact-{number}", Colour.WHITE) for number in range(1, count + 1))


def test_a_page_is_a4_in_millimetres() -> None:
    root = ElementTree.fromstring(sheet([make_label()]))

    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("210mm", "297mm", "0 0 210 297")


def test_the_box_label_says_who_where_and_whom_to_believe() -> None:
    said = texts(sheet([make_label(token=None)], call="02-1234-5678"))

    assert {"store-0042", "연남 모퉁이 가게", "서울특별시 동교로 200, 마포구", "Ansim 안심"} <= set(said)
    assert [text for text in said if text in FINGERPRINT or re.fullmatch(r"([0-9a-f]{4} ?){8}", text)] == [
        "3f9a 0c61 d27b e845 3f9a 0c61 d27b e845"
    ] * 2
    assert said[-1] == "고장 시 연락 · If a lamp shows a fault: 02-1234-5678"


def test_wires_are_named_by_letters_terminal_and_function() -> None:
    said = texts(sheet([make_label(token=None)]))

    start = said.index("WH")
    assert said[start : start + 6] == ["WH", "11", "counter-button NO", "BU", "13", "counter-button NC"]


def test_a_label_without_a_token_has_no_slip() -> None:
    assert not any("Visit slip" in text for text in texts(sheet([make_label(token=None)])))


def test_a_slip_tells_the_token_when_it_ends_and_what_becomes_of_it() -> None:
    said = texts(sheet([make_label()]))

    assert "abcd efgh ijkl mnop qrst uvwx y2" in said
    assert "2026-11-28 18:00 KST · 2026-11-28 09:00 UTC" in said
    assert {"사용 후 파기하십시오", "Destroy after use. Works once, for this device only."} <= set(said)


def test_a_slip_without_an_end_says_none() -> None:
    said = texts(sheet([replace(make_label(), valid_until=None)]))

    assert not any("KST" in text for text in said)


def test_the_token_is_in_plain_text_nowhere_but_on_the_slip() -> None:
    svg = sheet([make_label()])

    assert TOKEN not in svg
    assert svg.count("abcd efgh") == 1


def test_names_from_a_list_of_sites_cannot_become_markup() -> None:
    name = "<script>&\"'</text>\x00\u202e"

    said = texts(sheet([make_label(name=name, address=name, district=name)], call=name))

    assert "<script>&\"'</text>" in said


def test_no_text_is_smaller_than_what_can_be_read() -> None:
    crowded = make_label("w" * 40, "W" * 200, "M" * 200, "안" * 200)
    wires = (Wire("GND", "W" * 60, Colour.BLACK),)
    svg = sheet([replace(crowded, wires=wires, lines=(Line("W" * 40, "W" * 60, "W" * 200),))], call="x" * 200)

    sizes = [float(size) / MM_PER_POINT for size in re.findall(r'font-size="([0-9.]+)"', svg)]
    assert min(sizes) >= MIN_POINTS - 0.01


def test_a_box_with_more_wires_than_its_label_has_room_for_has_a_wiring_label() -> None:
    said = texts(sheet([replace(make_label(token=None), wires=many_wires(9))]))

    assert said.count("store-0042") == 2
    assert said.index("배선은 배선 라벨에 있습니다 · Wires: on the wiring label") < said.index("contact-1")
    assert [text for text in said if text.startswith("contact-")] == [f"contact-{number}" for number in range(1, 10)]


def test_the_label_of_a_banks_wires_names_pins_chips_and_lines() -> None:
    said = texts(sheet([make_bank_label(token=None)]))

    start = said.index("Ansim 안심 · 배선 Wiring")
    assert said[start:] == [
        "Ansim 안심 · 배선 Wiring",
        "bank-0007",
        *("WH", "11", "panic-button NO", "BU", "13", "panic-button NC"),
        *("WH", "16", "service-key NO"),
        *("BU", "18", "cabinet NC"),
        *("YE", "15", "panic-led lamp", "YE", "22", "health-led lamp"),
        *("WH", "3", "reeds 0x20 SDA", "YE", "5", "reeds 0x20 SCL", "BU", "7", "reeds 0x20 INT"),
        *("BK", "GND", "common", "OG", "3V3", "supply"),
        "RS-485: A-A, B-B, GND-GND, 120 Ω at both ends",
        *("left: xor8a 9600 8N1", "usb-FTDI_FT232R_USB_UART_A10L5V2K-if00-port0"),
    ]


def test_what_has_no_room_on_a_wiring_label_is_counted() -> None:
    lines = tuple(Line(f"line-{number}", "xor8a 9600 8N1", f"tty{number}") for number in range(1, 6))

    said = texts(sheet([replace(make_label(token=None), wires=many_wires(30), lines=lines)]))

    shown = [text for text in said if text.startswith("contact-")]
    assert shown == [f"contact-{number}" for number in range(1, len(shown) + 1)]
    assert f"+ {30 - len(shown)}: agent.toml" in said
    assert [text for text in said if text.startswith("line-")] == [
        f"line-{number}: xor8a 9600 8N1" for number in range(1, 5)
    ]
    assert "RS-485: A-A, B-B, GND-GND, 120 Ω at both ends · + 1: agent.toml" in said


def test_a_bank_on_two_lines_with_two_chips_has_room_on_its_label() -> None:
    lines = tuple(Line(f"line-{number}", "modbus-relay 115200 8N1", "x" * 60) for number in range(2))

    said = texts(sheet([replace(make_label(token=None), wires=many_wires(16), lines=lines)]))

    assert not any("agent.toml" in text for text in said)


@pytest.mark.parametrize(("count", "page_count"), [(0, 0), (1, 1), (PER_PAGE, 1), (PER_PAGE + 1, 2), (9, 3)])
def test_a_site_with_more_devices_takes_more_pages(count: int, page_count: int) -> None:
    labels = [make_label(f"store-{number:04}", token=None) for number in range(count)]

    found = pages(labels)

    assert len(found) == page_count
    said = [text for page in found for text in texts(page)]
    assert [text for text in said if text.startswith("store-")] == [label.label.device for label in labels]
    assert not found or f"1 / {page_count}" in texts(found[0])


def test_a_wiring_label_takes_a_row_of_its_own() -> None:
    assert len(pages([make_bank_label()] * 2)) == 1
    assert len(pages([make_bank_label()] * 3)) == 2


def test_an_address_that_makes_the_code_too_dense_is_refused() -> None:
    with pytest.raises(
        RefusedError, match=r"^store-0042: .* characters are too many for a QR code of 31 mm; allowed is"
    ):
        sheet([make_label(est=f"https://{'x' * 250}.example")])


def test_the_same_labels_give_the_same_sheet() -> None:
    assert sheet([make_label()]) == sheet([make_label()])
