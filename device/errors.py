"""What can go wrong in the agent.

AgentError
├── ConfigError          the configuration cannot be used; the program ends with EX_CONFIG
├── LabelError           what was typed or scanned is not a label
├── EnrolError           no identity was had: not reached, refused, or not to be believed
└── ThreadDiedError      a driver's thread has ended; only a new start helps
"""

EX_UNAVAILABLE = 69
"""Exit status where a pin, a line, the event store or the office is not to be had: later it may (sysexits.h)."""
EX_CANTCREAT = 73
"""Exit status where a file cannot be written, or would replace an identity that works."""
EX_CONFIG = 78
"""Exit status for a bad configuration (sysexits.h); service managers can be told not to restart on it."""


class AgentError(Exception):
    """Root of everything that `device` raises."""


class ConfigError(AgentError, ValueError):
    """The configuration cannot be used. `faults`: one line each, naming file, key, value and what is allowed."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class LabelError(AgentError, ValueError):
    """What was typed or scanned is not a device's label. The message never repeats a token."""


class EnrolError(AgentError):
    """No identity, or no new one, was had; what the device had before is untouched. `status`: for the command line."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ThreadDiedError(AgentError, RuntimeError):
    """A driver's thread has ended. The service manager is to start the agent again."""
