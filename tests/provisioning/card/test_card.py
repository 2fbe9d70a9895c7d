import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from device.enrol.label import parse_label
from device.errors import ConfigError
from drivers.files import Files
from provisioning.card.card import write_card
from provisioning.card.cloud_init import meta_data, user_data
from provisioning.errors import RefusedError
from tests.provisioning.card.builders import LABEL, TOKEN, config_toml, lock, wheel

FRESH = "console=tty1 root=PARTUUID=4d8fd085-02 rootwait\n"


def write(tmp_path: Path, **changes: Any) -> Path:
    folder = tmp_path / "card"
    arguments: dict[str, Any] = {
        "label": LABEL,
        "config_toml": config_toml(),
        "wheel": wheel(tmp_path),
        "requirements": lock(tmp_path),
    }
    write_card(folder, **{**arguments, **changes})
    return folder


def test_a_card_holds_all_that_the_first_boot_needs(tmp_path: Path) -> None:
    folder = write(tmp_path)

    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert found == [
        "ansim/SHA256SUMS",
        "ansim/agent.lock",
        "ansim/agent.toml",
        "ansim/ansim-agent.service",
        "ansim/ansim-enroll.service",
        "ansim/ansim-first-boot.service",
        "ansim/ansim_edge-0.1.0-py3-none-any.whl",
        "ansim/first-boot.sh",
        "ansim/label.txt",
        "meta-data",
        "user-data",
    ]
    assert parse_label((folder / "ansim/label.txt").read_text()) == LABEL


def test_the_token_stands_in_the_label_alone_which_only_its_owner_can_read(tmp_path: Path) -> None:
    folder = write(tmp_path)

    holding = [path.name for path in folder.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert holding == ["label.txt"]
    assert (folder / "ansim/label.txt").stat().st_mode & 0o777 == 0o600


def test_the_sums_cover_every_file_but_the_label(tmp_path: Path) -> None:
    ansim = write(tmp_path) / "ansim"

    lines = [line.split("  ") for line in (ansim / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}

    assert set(sums) == {path.name for path in ansim.iterdir()} - {"label.txt", "SHA256SUMS"}
    assert all(sums[name] == hashlib.sha256((ansim / name).read_bytes()).hexdigest() for name in sums)


def test_a_second_card_in_the_same_folder_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    old = write(tmp_path) / "ansim"
    newer = tmp_path / "ansim_edge-0.2.0-py3-none-any.whl"
    newer.write_bytes(b"newer")

    write(tmp_path, wheel=newer, requirements=None)

    assert [path.name for path in old.glob("*.whl")] == [newer.name]
    assert not (old / "agent.lock").exists()


def test_line_endings_are_those_that_a_shell_reads(tmp_path: Path) -> None:
    assert b"\r" not in (write(tmp_path) / "ansim/first-boot.sh").read_bytes()


def test_user_data_is_cloud_config_that_makes_no_user() -> None:
    told = yaml.safe_load(user_data())

    assert user_data().startswith("#cloud-config\n")
    assert told == {
        "users": [],
        "ssh_pwauth": False,
        "bootcmd": [["sh", "/boot/firmware/ansim/first-boot.sh"]],
    }


def test_meta_data_names_an_instance_of_its_own() -> None:
    assert yaml.safe_load(meta_data("store-0042")) == {"dsmode": "local", "instance-id": "ansim-store-0042"}


def test_a_label_without_a_token_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"^store-0042: its label has no token"):
        write(tmp_path, label=replace(LABEL, token=None))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"store-0042"', '"store-0043"', r'device\.id = "store-0043"; allowed is "store-0042"'),
        ("identity/device.crt", "identity/other.crt", r"identity\.certificate; allowed on a card is"),
        ("/var/lib/ansim/identity/device.key", "/etc/ansim/device.key", r'identity\.key = "/etc/ansim/device\.key"'),
        ("/var/lib/ansim/identity/ca.crt", "/etc/ssl/ca.crt", r'mqtt\.ca = "/etc/ssl/ca\.crt"'),
        ('state_dir = "/var/lib/ansim"', 'state_dir = "/srv"', r'device\.state_dir = "/srv"; allowed on a card is'),
    ],
)
def test_a_configuration_that_would_not_work_on_the_card_is_refused(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(RefusedError, match=rf"^agent\.toml: {told}"):
        write(tmp_path, config_toml=config_toml().replace(old, new))

    assert not (tmp_path / "card").exists()


def test_a_configuration_that_cannot_be_read_is_refused_as_the_agent_would(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^agent\.toml: "):
        write(tmp_path, config_toml="[device]\n")


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"notes\.txt: allowed is the wheel of ansim-edge"):
        write(tmp_path, wheel=tmp_path / "notes.txt")


def test_a_wheel_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"ansim_edge-9-py3-none-any\.whl: cannot be read: No such file"):
        write(tmp_path, wheel=tmp_path / "ansim_edge-9-py3-none-any.whl")


def test_a_lock_that_is_too_big_is_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.lock"
    big.touch()
    os.truncate(big, 2 * 1024 * 1024)

    with pytest.raises(RefusedError, match="too big; at most 1048576 bytes are allowed"):
        write(tmp_path, requirements=big)


def test_kernel_arguments_are_added_once_and_the_line_from_before_is_kept(tmp_path: Path) -> None:
    (tmp_path / "cmdline.txt").write_text(FRESH)

    write(tmp_path, boot=tmp_path)
    once = (tmp_path / "cmdline.txt").read_text()
    write(tmp_path, boot=tmp_path)

    assert "systemd.run=/boot/firmware/ansim/first-boot.sh" in once
    assert (tmp_path / "cmdline.txt").read_text() == once
    assert (tmp_path / "cmdline.before-ansim.txt").read_text() == FRESH


def test_a_folder_without_kernel_arguments_is_no_boot_partition(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"cmdline\.txt: missing; allowed is the mounted boot partition"):
        write(tmp_path, boot=tmp_path)

    assert not (tmp_path / "card").exists()


def test_kernel_arguments_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cmdline.txt").write_bytes(b"\xff\xfe\n")

    with pytest.raises(RefusedError, match="not a line of kernel arguments"):
        write(tmp_path, boot=tmp_path)


class _Full(Files):
    """A disk that is full when the kernel arguments are written."""

    def create(self, path: Path, data: bytes, mode: int) -> None:
        if path.name.startswith("cmdline.txt"):
            raise OSError(28, "No space left on device")
        super().create(path, data, mode)


def test_kernel_arguments_are_never_half_written(tmp_path: Path) -> None:
    (tmp_path / "cmdline.txt").write_text(FRESH)

    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, boot=tmp_path, files=_Full())

    assert (tmp_path / "cmdline.txt").read_text() == FRESH
