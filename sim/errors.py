"""What can go wrong in the simulated world.

SimError
├── OfficeError        no certificates were had for the simulated store
├── LedgerError        the control room's ledger cannot be read or written
└── BrokerError        a broker is missing, does not start, or does not do what it was told
"""


class SimError(Exception):
    """Root of everything that `sim` raises."""


class BrokerError(SimError, OSError):
    """A broker cannot be had. The message names the program and what it said last."""


class OfficeError(SimError, OSError):
    """No certificates were had for the simulated store."""


class LedgerError(SimError, OSError):
    """The control room's ledger cannot be read or written. What was not committed has not happened."""
