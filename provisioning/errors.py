"""What can go wrong at the office. Every message is one line: what, which value, what is allowed.

ProvisioningError
├── OfficeError      the office's folder, one of its files, or the pass phrase cannot be used
├── RegistryError    the registry cannot be read or written
├── RefusedError     what was asked for is not allowed: unknown, revoked, wrong name, wrong request
│   └── DeniedError  an enrolment that is refused; `status` is what HTTP says of it
└── ReachError       a broker, or the program that serves it, cannot be reached or does not do what it should
"""


class ProvisioningError(Exception):
    """Root of everything that `provisioning` raises."""


class OfficeError(ProvisioningError, OSError):
    """A file of the office, or its pass phrase, cannot be used. The message names the file and what is allowed."""


class RegistryError(ProvisioningError, OSError):
    """The registry cannot be read or written; nothing was changed."""


class RefusedError(ProvisioningError, ValueError):
    """What was asked for is not allowed; nothing was changed."""


class DeniedError(RefusedError):
    """An enrolment is refused. The text is for the log and for the device; it helps no guesser."""

    def __init__(self, message: str, status: int) -> None:
        """status: of HTTP, 400–499."""
        super().__init__(message)
        self.status = status


class ReachError(ProvisioningError, ConnectionError):
    """A broker cannot be reached, configured or reloaded."""
