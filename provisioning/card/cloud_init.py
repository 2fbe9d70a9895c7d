"""What cloud-init reads on the boot partition: Raspberry Pi OS from Trixie on. Pure. Older images ignore it.

Format: cloud-init's NoCloud data source. `network-config` is not ours: what the image, or Imager, put there stays.
"""


def user_data() -> str:
    """The script at every boot, early: a command that runs once is lost when the power is cut, and a late one waits
    for the dialog in which Raspberry Pi OS asks for a user.
    """
    return (
        "#cloud-config\n"
        "# Nobody can log in: no user, no password, no ssh.\n"
        "users: []\n"
        "ssh_pwauth: false\n"
        "bootcmd:\n"
        "  - [sh, /boot/firmware/ansim/first-boot.sh]\n"
    )


def meta_data(device_id: str) -> str:
    """Another instance than the image's own, so that cloud-init believes what is new. A device id needs no quoting."""
    return f"dsmode: local\ninstance-id: ansim-{device_id}\n"
