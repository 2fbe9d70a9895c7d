"""What the installer reads, in both languages, on a phone."""

import re
from string import Formatter

import pytest

from device.commission.faults import Fault, Flaw
from device.commission.layout import COLUMNS, bar, lines_of, width, wrapped
from device.commission.view import Choice, Phrase, Said, View
from device.commission.words import Words
from device.commission.words_en import ENGLISH
from device.commission.words_ko import KOREAN

BOTH = pytest.mark.parametrize("words", [KOREAN, ENGLISH], ids=["ko", "en"])


def fields(text: str) -> set[str]:
    """What is put in, with a capital or without."""
    return {name.lower() for _, name, _, _ in Formatter().parse(text) if name}


@BOTH
def test_there_are_words_for_everything(words: Words) -> None:
    assert set(words.phrases) == set(Phrase)
    assert set(words.flaws) == set(Flaw)
    assert set(words.choices) == set(Choice)


def test_both_languages_say_which_door_and_which_wire() -> None:
    for phrase in Phrase:
        assert fields(KOREAN.phrases[phrase]) == fields(ENGLISH.phrases[phrase]), phrase
    for flaw in Flaw:
        assert fields(KOREAN.flaws[flaw]) - {"door"} == fields(ENGLISH.flaws[flaw]) - {"door"}, flaw
    for choice in Choice:
        assert fields(KOREAN.choices[choice]) == fields(ENGLISH.choices[choice]), choice


def test_english_begins_with_a_capital_also_where_it_begins_with_a_door() -> None:
    said = [ENGLISH.said(Said(phrase, "07", ("03",), ("left/1/7",))) for phrase in Phrase]
    faults = [ENGLISH.said(Fault(flaw, (), "07")) for flaw in Flaw]

    assert [text for text in said + faults if not text[0].isupper()] == []
    assert ENGLISH.said(Said(Phrase.WATCHING, "b7", (), ())).startswith("Door b7 was released.")


@BOTH
def test_a_name_on_a_door_stays_as_it_is_written(words: Words) -> None:
    assert "b7" in words.said(Said(Phrase.WATCHING, "b7"))


@BOTH
def test_in_the_end_the_doors_are_to_be_shut_and_the_agent_started(words: Words) -> None:
    assert ("닫으세요" if words is KOREAN else "Shut") in words.phrases[Phrase.FINISHED]
    assert "sudo systemctl start ansim-agent" in wrapped(words.written.format(path="/var/lib/ansim/bank-map.toml"))


@BOTH
def test_every_view_fits_forty_columns(words: Words) -> None:
    wires = ("left/12/24", "a-very-long-name-of-an-expander-chip-00/15", "GPIO16")
    said = [Said(phrase, "07", ("03", "a-very-long-name-of-a-door-0123456789-ab"), wires) for phrase in Phrase]
    faults = [Fault(flaw, wires, "07", "ENOENT: No such file or directory") for flaw in Flaw]
    view = View(7, 24, 6, "07", (*said, *faults), tuple(Choice))

    assert max(width(line) for line in lines_of(view, words)) <= COLUMNS


@BOTH
def test_every_refusal_repeats_its_wires(words: Words) -> None:
    for flaw in Flaw:
        assert "left/1/7?, reeds/3" in words.said(Fault(flaw, ("left/1/7?", "reeds/3"), "07"))


@BOTH
def test_progress_stands_first(words: Words) -> None:
    first, second, *_ = lines_of(View(7, 24, 6, "07", (Said(Phrase.OPEN, "07"),)), words)

    assert {"7", "24", "6"} <= set(re.findall(r"\d+", first))
    assert "07" in first
    assert second == "[######..................]"


def test_the_first_answer_is_the_enter_key_and_the_others_have_numbers() -> None:
    view = View(1, 2, 0, "01", (Fault(Flaw.NO_REED, (), "01"),), (Choice.AGAIN, Choice.LEAVE))

    assert lines_of(view, ENGLISH)[-3:] == (
        "[Enter] try again",
        "[2] leave this door for later",
        "[0 Enter] stop (to go on later)",
    )


@BOTH
def test_the_number_that_is_to_be_read_from_the_door_does_not_stand_on_the_screen(words: Words) -> None:
    view = View(7, 24, 6, "77", (Said(Phrase.WHICH_IS_OPEN),), (Choice.TWO,), asks_which=True)

    lines = lines_of(view, words)

    assert "7" not in "".join(lines)
    assert [line for line in lines if "Enter]" in line] == [f"[0 Enter] {words.stop}"]
    assert f"[+] {words.choice(Choice.TWO, '77')}" in lines
    assert lines[-1] == words.number


def test_at_the_end_there_is_nothing_to_stop() -> None:
    view = View(0, 2, 2, "", (Said(Phrase.FINISHED),), is_over=True)

    assert not any("[0" in line for line in lines_of(view, KOREAN))


def test_a_korean_syllable_counts_twice() -> None:
    assert width("07번 문") == 7
    assert wrapped("가나다 라마", 6) == ("가나다", "라마")


def test_a_word_that_is_too_long_is_cut() -> None:
    assert wrapped("abcdefgh ij", 4) == ("abcd", "efgh", "ij")
    assert wrapped("가나다라", 5) == ("가나", "다라")


def test_lines_of_the_text_are_kept() -> None:
    assert wrapped("one\n\ntwo", 40) == ("one", "", "two")


@pytest.mark.parametrize(("done", "filled"), [(0, 0), (1, 1), (12, 12), (24, 24)])
def test_the_bar_is_full_when_all_are_done(done: int, filled: int) -> None:
    assert bar(done, 24).count("#") == filled


def test_doors_without_a_number_are_called_by_their_name() -> None:
    assert KOREAN.door("07") == "07번 문"
    assert KOREAN.door("large-1") == "large-1 문"
