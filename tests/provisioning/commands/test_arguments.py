"""What may stand on the command line."""

from argparse import ArgumentTypeError

import pytest

from provisioning.commands.arguments import name, printable, whole


@pytest.mark.parametrize(("text", "expected"), [("1", 1), ("90", 90), ("007", 7)])
def test_a_whole_number_of_the_range_is_taken(text: str, expected: int) -> None:
    assert whole(1, 90)(text) == expected


@pytest.mark.parametrize("text", ["", "0", "91", "-1", "+1", "1.0", "1e1", " 1", "٣", "1" * 5000])
def test_any_other_number_is_told_the_range(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match=r"; allowed are 1–90$") as raised:
        whole(1, 90)(text)

    assert len(str(raised.value)) < 120


@pytest.mark.parametrize("text", ["", "ab", "Store-1", "-store", "store/1", "a" * 41, "편의점", "\udcff", "a\nb"])
def test_a_name_that_no_device_has_is_told_what_is_allowed(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="allowed are 3–40 characters a–z") as raised:
        name(text)

    assert "\n" not in str(raised.value)


def test_text_that_people_cannot_read_is_refused() -> None:
    assert printable("02-123-4567 상황실") == "02-123-4567 상황실"
    for text in ("\x1b[2J", "a\nb", "\udcff"):
        with pytest.raises(ArgumentTypeError, match="printable"):
            printable(text)
