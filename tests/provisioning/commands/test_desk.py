"""What every command needs."""

import argparse
import getpass
import os
from pathlib import Path

import pytest

from provisioning.commands.desk import actor, answer, login, passphrase, progress, table
from provisioning.errors import OfficeError


def test_behind_sudo_it_is_the_person_who_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "minji")

    assert actor() == "minji"


def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", nobody)

    assert actor() == login() == str(os.geteuid())


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_end_of_the_line_is_no_part_of_a_pass_phrase(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "passphrase"
    path.touch(0o600)
    path.write_bytes(b" blanks belong to it " + end)

    assert passphrase(argparse.Namespace(passphrase_file=path)) == b" blanks belong to it "


def test_a_pass_phrase_behind_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "real").touch(0o600)
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(OfficeError, match="link: a symbolic link; allowed is a regular file"):
        passphrase(argparse.Namespace(passphrase_file=tmp_path / "link"))


def test_korean_is_not_escaped_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    answer(argparse.Namespace(json=True), {"name": "마포"}, ["for people"])

    assert capsys.readouterr().out == '{"name": "마포"}\n'


def test_without_a_terminal_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("labels", 2) as step:
        step()
        step()

    assert capsys.readouterr() == ("", "")


def test_a_table_without_rows_is_its_head() -> None:
    assert list(table(("who", "what"), [])) == ["who  what"]


def test_other_wide_letters_take_two_columns_too() -> None:
    assert list(table(("a", "b"), [("日本", "1"), ("CU25", "2")])) == ["a     b", "日本  1", "CU25  2"]
