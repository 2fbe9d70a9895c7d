"""What can go wrong at the edge of the machine.

DriverError
├── GpioError          a pin cannot be had: no chip, busy, not a pin of this board
├── I2cError           a chip was not read or written this time (drivers/expander/i2c.py)
├── PortError          the port of a line of lock boards cannot be had, or is lost (drivers/locks/port.py)
├── FrameError         what a lock board was heard to say is no answer (drivers/locks/frames.py)
├── StoreTakenError    another agent works with the same event store
├── KeyFileError       a key or certificate is missing, readable by others, or not what it should be
└── MqttError          a connection was asked for in a way that can never work
"""


class DriverError(Exception):
    """Root of everything that `drivers` raises."""


class GpioError(DriverError, OSError):
    """A pin cannot be had. The message names the pin and what to do."""


class StoreTakenError(DriverError):
    """Another agent works with the same event store. The message names its folder."""


class KeyFileError(DriverError, OSError):
    """A key or certificate file cannot be used. The message names the file and what is allowed."""


class MqttError(DriverError, ValueError):
    """A broker address or TLS setting that no retry can mend."""
