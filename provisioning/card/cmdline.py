"""The kernel's arguments on a boot partition: one line in `cmdline.txt`. Pure.

An image without cloud-init runs a script at its first boot this way; Raspberry Pi Imager does the same
(systemd-run-generator(8)).
"""

from provisioning.errors import RefusedError

MAX_BYTES = 2048
"""Of the line: what the kernel takes on arm64 (COMMAND_LINE_SIZE)."""

ARGUMENTS = (
    "systemd.run=/boot/firmware/ansim/first-boot.sh",
    "systemd.run_success_action=reboot",
    "systemd.unit=kernel-command-line.target",
)


def with_arguments(text: str, file: str) -> str:
    """The same line with our arguments at its end; unchanged if it has them. The end of the line stays as it is.

    Raises RefusedError: not one line, too long, or told to run something else at boot. `file` is what that calls it.
    """
    line = text.rstrip("\r\n")
    if not line.strip() or len(line.splitlines()) != 1:
        raise RefusedError(f"{file}: {len(line.splitlines())} lines; allowed is one line of kernel arguments")
    words = line.split()
    for argument in ARGUMENTS:
        _check(argument, words, file)
    missing = [argument for argument in ARGUMENTS if argument not in words]
    if not missing:
        return text
    longer = " ".join([line.rstrip(), *missing])
    if len(longer.encode()) > MAX_BYTES:
        raise RefusedError(f"{file}: {len(longer.encode())} bytes with our arguments; allowed are {MAX_BYTES}")
    return longer + text[len(line) :]


def _check(argument: str, words: list[str], file: str) -> None:
    key = argument.partition("=")[0] + "="
    for word in words:
        if word.startswith(key) and word != argument:
            raise RefusedError(
                f"{file}: {word[:100]} is there already; allowed is an image that runs nothing else at its first boot"
            )
