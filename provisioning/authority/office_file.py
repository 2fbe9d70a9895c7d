"""Files of the office that nobody else could have read or changed."""

from pathlib import Path

from drivers.errors import KeyFileError
from drivers.guarded_file import read_guarded
from provisioning.errors import OfficeError


def read_office_file(path: Path, max_bytes: int, forbidden: int) -> bytes:
    """As `drivers.guarded_file.read_guarded`, but raises OfficeError."""
    try:
        return read_guarded(path, max_bytes, forbidden)
    except KeyFileError as error:
        raise OfficeError(str(error)) from None
