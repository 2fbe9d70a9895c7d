import pytest

from provisioning.card.cmdline import ARGUMENTS, with_arguments
from provisioning.errors import RefusedError

OURS = " ".join(ARGUMENTS)
FRESH = "console=serial0,115200 console=tty1 root=PARTUUID=4d8fd085-02 rootfstype=ext4 rootwait resize"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_arguments_stand_at_the_end_of_the_one_line_and_its_ending_stays(ending: str) -> None:
    after = with_arguments(FRESH + ending, "cmdline.txt")

    assert after == f"{FRESH} {OURS}{ending}"


def test_a_line_that_has_the_arguments_stays_as_it_is() -> None:
    once = with_arguments(FRESH + "\n", "cmdline.txt")

    assert with_arguments(once, "cmdline.txt") == once


def test_a_line_that_lost_one_of_the_arguments_is_completed() -> None:
    assert with_arguments(f"{FRESH} {ARGUMENTS[0]}", "cmdline.txt") == f"{FRESH} {OURS}"


@pytest.mark.parametrize("foreign", ["systemd.run=/boot/firstrun.sh", "systemd.unit=rescue.target"])
def test_a_line_that_runs_something_else_is_refused(foreign: str) -> None:
    with pytest.raises(RefusedError, match=rf"^cmdline\.txt: {foreign} is there already; allowed is .*$"):
        with_arguments(f"{FRESH} {foreign}\n", "cmdline.txt")


@pytest.mark.parametrize("text", ["", "\n", "   \n", f"{FRESH}\n{FRESH}\n"])
def test_anything_but_one_line_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match=r"^cmdline\.txt: \d lines; allowed is one line"):
        with_arguments(text, "cmdline.txt")


def test_a_line_that_the_kernel_would_cut_is_refused() -> None:
    with pytest.raises(RefusedError, match="allowed are 2048"):
        with_arguments("x" * 1990, "cmdline.txt")
