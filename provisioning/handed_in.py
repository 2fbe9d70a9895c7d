"""Files that somebody hands in at the office: a list, a request, a wheel."""

from pathlib import Path

from provisioning.errors import RefusedError


def read_handed_in(path: Path, max_bytes: int) -> bytes:
    """The whole file. RefusedError, in one line, if it cannot be read or is larger."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise RefusedError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise RefusedError(f"{path}: too big; at most {max_bytes} bytes are allowed")
    return data
