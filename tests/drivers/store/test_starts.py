"""The start counter."""

from pathlib import Path

import pytest

from drivers.store import starts

RANDOM = "9f3c51d7"


def test_epochs_sort_by_start() -> None:
    epochs = [starts.epoch_of(count, RANDOM) for count in (1, 9, 10, 16, 255, 4_000_000_000, starts.UNKNOWN)]

    assert epochs == sorted(epochs)
    assert epochs[0] == f"00000001{RANDOM}"
    assert epochs[-1] == f"ffffffff{RANDOM}"


@pytest.mark.parametrize("random_hex", ["", "9f3c51d", "9f3c51d77", "9F3C51D7", "9f3c51dg"])
def test_random_half_must_be_eight_hex_digits(random_hex: str) -> None:
    with pytest.raises(ValueError, match="8 lower-case hex digits"):
        starts.epoch_of(1, random_hex)


def test_counter_is_read_back(tmp_path: Path) -> None:
    starts.write(tmp_path, 41)
    starts.write(tmp_path, 42)

    assert starts.read(tmp_path) == 42
    assert [path.name for path in tmp_path.iterdir()] == ["starts"]


def test_any_flipped_bit_is_noticed() -> None:
    text = starts.encode(42)
    flipped = [
        text[:at] + chr(ord(text[at]) ^ 1 << bit) + text[at + 1 :] for at in range(len(text)) for bit in range(7)
    ]

    assert [starts.decode(spoilt) for spoilt in flipped] == [None] * len(flipped)


@pytest.mark.parametrize("content", [b"", b"\n", b"42", b"\xff\xfe\x00", b"-1 00000000", b"4" * 100])
def test_file_that_is_not_a_counter_counts_for_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / starts.FILE_NAME).write_bytes(content)

    assert starts.read(tmp_path) is None


def test_missing_counter_counts_for_nothing(tmp_path: Path) -> None:
    assert starts.read(tmp_path) is None
    assert starts.read(tmp_path / "missing") is None


def test_count_that_leaves_no_room_is_not_believed() -> None:
    assert starts.decode(starts.encode(starts.UNKNOWN - 2)) == starts.UNKNOWN - 2
    assert starts.decode(starts.encode(starts.UNKNOWN - 1)) is None
