"""Labels to print."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from device.config.load import load
from device.enrol.label import Label
from provisioning.labels.text import LabelText
from provisioning.labels.wires import lines_of, wires_of

TOKEN = "abcdefghijklmnopqrstuvwxy2"
FINGERPRINT = "3f9a0c61d27be845" * 4
EST = "https://enrol.example:8443"
WIRES = wires_of(load(Path("docs/examples/store.toml")))
UNTIL = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def make_label(
    device: str = "store-0042",
    name: str = "연남 모퉁이 가게",
    address: str = "서울특별시 동교로 200",
    district: str = "마포구",
    token: str | None = TOKEN,
    est: str = EST,
) -> LabelText:
    label = Label(device, est, FINGERPRINT, token)
    return LabelText(label, name, address, district, WIRES, valid_until=UNTIL if token else None)


def make_bank_label(token: str | None = TOKEN) -> LabelText:
    bank = load(Path("docs/examples/bank.toml"))
    label = make_label("bank-0007", "망원 안심택배함", "서울 마포구 망원로 60", token=token)
    return replace(label, wires=wires_of(bank), lines=lines_of(bank))
