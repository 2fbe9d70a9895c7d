"""What can go wrong in the simulated world.

SimError
├── LedgerError        the control room's ledger cannot be read or written
└── BrokerError        a broker is missing, does not start, or does not do what it was told
"""


class SimError(Exception):
    """Root of everything that `sim` raises."""


class BrokerError(SimError, OSError):
    """A broker cannot be had. The message names the program and what it said last."""


class LedgerError(SimError, OSError):
    """The control room's ledger cannot be read or written. What was not committed has not happened."""
