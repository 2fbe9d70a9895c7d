"""A label, a configuration and the files that go onto a card."""

from pathlib import Path

from device.enrol.label import Label

TOKEN = "abcdefghijklmnopqrstuvwxy2"
LABEL = Label("store-0042", "https://enrol.example:8443", "3f9a0c61d27be845" * 4, TOKEN)
STORE = Path("docs/examples/store.toml")


def config_toml() -> str:
    """The documented store, with its identity where a card puts it."""
    return STORE.read_text()


def wheel(folder: Path) -> Path:
    path = folder / "ansim_edge-0.1.0-py3-none-any.whl"
    path.write_bytes(b"wheel")
    return path


def lock(folder: Path) -> Path:
    path = folder / "agent.lock"
    path.write_text("pyserial==3.5 --hash=sha256:00\n")
    return path
