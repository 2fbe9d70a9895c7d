"""Labels to print."""

from datetime import UTC, datetime
from pathlib import Path

from device.config.load import load
from device.enrol.label import Label
from provisioning.labels.text import LabelText
from provisioning.labels.wires import wires_of

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
    return LabelText(label, name, address, district, WIRES, UNTIL if token else None)
