from pathlib import Path

import pytest

from provisioning.errors import RefusedError
from provisioning.handed_in import read_handed_in


def test_a_file_may_have_just_so_many_bytes(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"12345")

    assert read_handed_in(path, 5) == b"12345"
    with pytest.raises(RefusedError, match="list: too big; at most 4 bytes are allowed"):
        read_handed_in(path, 4)


def test_a_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="list: cannot be read: No such file or directory"):
        read_handed_in(tmp_path / "list", 4)
