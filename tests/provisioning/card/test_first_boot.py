import shutil
import subprocess
from pathlib import Path

import pytest

from provisioning.card.card import write_card
from provisioning.card.cmdline import with_arguments
from tests.conftest import external
from tests.provisioning.card.builders import LABEL, TOKEN, config_toml, lock, wheel
from tests.provisioning.card.fake_board import CONFIG, SCRIPT, FakeBoard

FRESH = "console=tty1 root=PARTUUID=4d8fd085-02 rootwait\n"
STEPS = ("prepare", "install", "label", "enrolled")


def make_board(folder: Path, cmdline: str | None = None) -> FakeBoard:
    folder.mkdir(exist_ok=True)
    card = folder / "card"
    write_card(card, LABEL, config_toml(), wheel(folder), lock(folder))
    return FakeBoard(folder, card, cmdline)


def test_the_script_is_clean() -> None:
    shellcheck = external(shutil.which("shellcheck"), "apt install shellcheck")

    done = subprocess.run([shellcheck, SCRIPT], capture_output=True, text=True, check=False)

    assert done.stdout == ""


def test_the_first_boot_makes_a_device_that_is_ready_to_enrol(tmp_path: Path) -> None:
    board = make_board(tmp_path)

    assert [board.run(step) for step in STEPS[:3]] == [0, 0, 0]

    disk = board.disk()
    assert disk["etc/ansim/agent.toml"] == (0o100644, config_toml().encode())
    assert disk["var/lib/ansim/label.txt"] == (0o100600, f"{LABEL}\n".encode())
    assert disk["var/lib/ansim/identity"][0] == 0o040700
    assert sorted(path.name for path in (board.root / "enabled").iterdir()) == [
        "ansim-agent.service",
        "ansim-enroll.service",
        "ansim-first-boot.service",
    ]
    assert b"m ansim gpio\n" in disk["users"][1]


def test_the_program_comes_from_the_card_and_the_rest_only_with_the_right_hashes(tmp_path: Path) -> None:
    board = make_board(tmp_path)

    assert board.run("install") == 0, board.said

    ansim = board.boot / "ansim"
    pip = [told for told in board.told if "pip" in told]
    assert pip == [
        f"-m pip install --require-hashes --only-binary :all: -r {ansim}/agent.lock",
        f"-m pip install --no-index --no-deps {ansim}/ansim_edge-0.1.0-py3-none-any.whl",
    ]


def test_the_token_leaves_the_boot_partition_before_it_is_used_and_the_disk_after(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    board.run("install")

    board.run("label")
    holding = [path for path, (_, data) in board.disk().items() if TOKEN.encode() in data]
    board.run("enrolled")
    left = [path for path, (_, data) in board.disk().items() if TOKEN.encode() in data]

    assert holding == ["var/lib/ansim/label.txt"]
    assert left == []
    assert board.told[-1] == "start --no-block ansim-agent.service"


def test_a_new_label_on_the_card_takes_the_place_of_one_that_was_refused(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    board.run("install")
    board.run("label")
    (board.boot / "ansim/label.txt").write_text("a newer label\n")

    board.run("label")

    assert (board.root / "var/lib/ansim/label.txt").read_text() == "a newer label\n"


@pytest.mark.parametrize("cmdline", [None, with_arguments(FRESH, "cmdline.txt")], ids=["cloud-init", "kernel"])
def test_a_power_cut_at_any_command_changes_nothing_of_what_comes_out(tmp_path: Path, cmdline: str | None) -> None:
    whole = make_board(tmp_path / "whole", cmdline)
    counts = {}
    for step in STEPS:
        assert whole.run(step) == 0, whole.said
        counts[step] = whole.commands

    uncut = make_board(tmp_path / "uncut", cmdline)
    for step in STEPS:
        # With kernel arguments only the first step is another.
        for cut in range(1, counts[step] + 1) if cmdline is None or step == "prepare" else ():
            board = uncut.twin(tmp_path / f"{step}-{cut}")
            assert board.run(step, cut=cut) != 0
            for after in STEPS[STEPS.index(step) :]:
                assert board.run(after) == 0, board.said
            assert without_parts(board) == without_parts(whole), f"{step}, cut before command {cut}"
        uncut.run(step)


def without_parts(board: FakeBoard) -> dict[str, tuple[int, bytes]]:
    return {path: found for path, found in board.disk().items() if not path.endswith((".part", ".new"))}


def test_running_everything_again_changes_nothing(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    for step in STEPS:
        board.run(step)
    once = board.disk()

    assert [board.run(step) for step in STEPS] == [0, 0, 0, 0]

    assert board.disk() == once


def test_without_a_network_nothing_is_called_installed_and_the_next_try_succeeds(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    board.have("no-network")

    assert board.run("install") != 0
    assert not (board.root / "opt/ansim/installed").exists()
    board.lose("no-network")

    assert board.run("install") == 0, board.said


def test_a_system_without_venv_is_given_it(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    board.lose("ensurepip")

    assert board.run("install") == 0, board.said

    assert "apt-get install --yes --no-install-recommends python3-venv" in board.told


def test_a_damaged_card_installs_nothing(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    (board.boot / "ansim/agent.toml").write_text("damaged")

    assert board.run("install") != 0

    assert "agent.toml: FAILED" in board.said
    assert not (board.root / "opt").exists()


def test_kernel_arguments_go_once_they_have_done_their_work_and_others_stay(tmp_path: Path) -> None:
    board = make_board(tmp_path, with_arguments(FRESH, "cmdline.txt"))

    board.run("prepare")

    assert (board.boot / "cmdline.txt").read_text() == FRESH
    assert not any(told.startswith("start") for told in board.told)


def test_nobody_is_asked_at_the_screen_to_make_an_account(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    dialog = board.root / "usr/lib/systemd/system/userconfig.service"
    dialog.parent.mkdir(parents=True)
    dialog.touch()

    board.run("prepare")

    assert "disable userconfig.service" in board.told


def test_a_pin_whose_program_is_killed_is_let_go_from_the_next_boot_on(tmp_path: Path) -> None:
    board = make_board(tmp_path)

    assert board.run("install") == 0, board.said

    assert (board.boot / "config.txt").read_text() == f"dtparam=strict_gpiod\n{CONFIG}"
    assert board.told[-1] == "reboot --no-block"
    assert (board.root / "opt/ansim/installed").exists()


@pytest.mark.parametrize("config", ["dtparam=strict_gpiod", f"dtparam=strict_gpiod\n{CONFIG}", None])
def test_a_board_that_has_let_go_of_pins_from_its_start_needs_no_other(tmp_path: Path, config: str | None) -> None:
    board = make_board(tmp_path)
    path = board.boot / "config.txt"
    if config is None:
        path.unlink()
    else:
        path.write_text(config)

    assert board.run("install") == 0, board.said

    assert (path.read_text() if path.exists() else None) == config
    assert board.told[-1] == "start --no-block ansim-enroll.service ansim-agent.service"


def test_pins_are_let_go_on_every_model_also_where_one_has_it_for_itself(tmp_path: Path) -> None:
    board = make_board(tmp_path)
    (board.boot / "config.txt").write_text("[pi5]\ndtparam=strict_gpiod\n")

    board.run("install")

    assert (board.boot / "config.txt").read_text() == "dtparam=strict_gpiod\n[pi5]\ndtparam=strict_gpiod\n"


def test_a_wrong_word_is_told_what_is_allowed(tmp_path: Path) -> None:
    board = make_board(tmp_path)

    assert board.run("instal") == 64

    assert board.said == "ansim: allowed are: prepare, install, label, enrolled\n"
