import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.files import Files


@pytest.fixture
def narrow_umask() -> Iterator[None]:
    """As a hardened service sets it."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_a_file_is_written_and_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "ca.crt"

    Files().write(path, b"old", 0o644)
    Files().write(path, b"new", 0o644)

    assert path.read_bytes() == b"new"
    assert [file.name for file in tmp_path.iterdir()] == ["ca.crt"]


@pytest.mark.usefixtures("narrow_umask")
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_mode_is_what_was_asked_for(tmp_path: Path, mode: int) -> None:
    Files().write(tmp_path / "file", b"data", mode)

    assert (tmp_path / "file").stat().st_mode & 0o7777 == mode


def test_a_secret_has_its_mode_before_it_has_content(tmp_path: Path) -> None:
    seen = []

    class Watched(Files):
        def fill(self, descriptor: int, data: bytes) -> None:
            seen.append((os.fstat(descriptor).st_mode & 0o7777, os.fstat(descriptor).st_size))
            super().fill(descriptor, data)

    before = os.umask(0)
    try:
        Watched().write(tmp_path / "device.key", b"secret", 0o600)
    finally:
        os.umask(before)

    assert seen == [(0o600, 0)]


def test_what_a_power_cut_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(b"half")

    Files().write(tmp_path / "file", b"whole", 0o600)

    assert (tmp_path / "file").read_bytes() == b"whole"


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "file.part").symlink_to(tmp_path / "precious")

    Files().write(tmp_path / "file", b"data", 0o600)

    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not (tmp_path / "file").is_symlink()


def test_what_is_not_there_is_removed_without_complaint(tmp_path: Path) -> None:
    Files().remove(tmp_path / "file")


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Files().write(tmp_path / "no" / "file", b"data", 0o600)
