"""What goes wrong below becomes one line and an exit status (sysexits.h)."""

from collections.abc import Iterator
from contextlib import contextmanager

from device.errors import EX_CANTCREAT, EX_CONFIG, EX_UNAVAILABLE, EnrolError
from drivers.errors import KeyFileError
from drivers.https import EstError, Fault

EX_PROTOCOL = 76
"""Something came that is not to be believed; perhaps the clock is wrong."""
EX_NOPERM = 77
"""The office has refused."""

_STATUS = {Fault.UNREACHED: EX_UNAVAILABLE, Fault.REFUSED: EX_NOPERM, Fault.UNBELIEVABLE: EX_PROTOCOL}


@contextmanager
def as_enrol_errors() -> Iterator[None]:
    """Raise EnrolError instead of EstError, KeyFileError and OSError."""
    try:
        yield
    except EstError as error:
        raise EnrolError(str(error), _STATUS[error.fault]) from None
    except KeyFileError as error:
        raise EnrolError(str(error), EX_CONFIG) from None
    except OSError as error:
        raise EnrolError(f"{error.filename or 'disk'}: {error.strerror or error}", EX_CANTCREAT) from None


@contextmanager
def unbelievable(source: str) -> Iterator[None]:
    """Raise EnrolError, which begins with `source`, instead of ValueError."""
    try:
        yield
    except ValueError as error:
        raise EnrolError(f"{source}: {error}", EX_PROTOCOL) from None
