"""An office that is made once, and copied for each test."""

from pathlib import Path

import pytest

from tests.provisioning.commands.counter import Counter, copy_office, make_office


@pytest.fixture(scope="session")
def made_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "office"
    make_office(folder)
    return folder


@pytest.fixture
def counter(made_office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Counter:
    return copy_office(made_office, tmp_path, capsys)
