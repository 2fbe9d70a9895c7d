"""Which status is the newer one. Pure. Implements docs/protocol.md, "Status".

A will may come long after the device is back, from another broker or another boot; a retained status may be of last
year. Neither may hide what is known since.
"""

from dataclasses import dataclass

from sim.control_room.values import VerifiedStatus

# The epoch of a run whose start could not be counted: it sorts behind everything and says nothing about order.
_UNCOUNTED = "ffffffff"


@dataclass(frozen=True, slots=True)
class Connected:
    """Which connection of which run a status speaks for."""

    epoch: str
    boot: str
    connection: int


def connected(status: VerifiedStatus) -> Connected:
    return Connected(status.epoch, status.boot, status.connection)


def supersedes(new: Connected, current: Connected | None, *, seen_before: bool) -> bool:
    """Whether `new` says something newer than, or as new as, `current`.

    seen_before: the run of `new` has spoken at some time before. It is over if another one is current.
    """
    if current is None:
        return True
    if new.epoch == current.epoch:
        return new.boot == current.boot and new.connection >= current.connection
    if seen_before:
        return False
    if _is_counted(new.epoch) and _is_counted(current.epoch):
        return new.epoch > current.epoch
    return True


def _is_counted(epoch: str) -> bool:
    return not epoch.startswith(_UNCOUNTED)
