"""What a device finds wrong with itself, without being asked. Pure."""

from dataclasses import dataclass

from device.logic.event import Happening, Phase, utc_at
from device.logic.kinds import DEVICE_TROUBLES
from device.logic.troubles import Troubles
from device.logic.units import MS, S, earliest
from drivers.ports import StoreFailed, StoreWell, WallClock

# A link that is down for less is a router's nightly restart, not a trouble. EN 50136's grades start at 90 s.
LINK_TROUBLE_NS = 60 * S
# A Pi has no battery-backed clock: it knows the time once the network has told it, and by then it should have.
CLOCK_TROUBLE_NS = 900 * S
CLOCK_JUMP_NS = 2 * S
# An SD card may take half a second for one write; twenty times that is no slow card.
DISK_TROUBLE_NS = 10 * S
_DAY_NS = 86_400 * S
CERTIFICATE_WARNING_NS = 28 * _DAY_NS
_CERTIFICATE_CHECK_NS = 3_600 * S


@dataclass(frozen=True, slots=True)
class Waits:
    """Since when there is no lasting connection, and since when the disk owes an answer. None: all is well."""

    link_ns: int | None
    disk_ns: int | None
    link_is_up: bool = False
    """There is a connection, which may not last."""


class Supervision:
    """Watches link, clock, certificate and store; tells each trouble once and its end once."""

    def __init__(self, wall: WallClock, certificate_expires_ns: int | None) -> None:
        """`certificate_expires_ns`: UTC since 1970; None without a certificate."""
        self.wall = wall
        """The last reading of both clocks."""
        self.troubles = Troubles()
        self._expires_ns = certificate_expires_ns
        self._check_ns: int | None = None if certificate_expires_ns is None else wall.at_ns
        self._disk_hangs = False
        self._unsynced_ns: int | None = None if wall.synced else wall.at_ns

    def clock(self, wall: WallClock) -> list[Happening]:
        """A new reading of both clocks."""
        jump_ns = wall.utc_ns - utc_at(wall.at_ns, self.wall)
        self.wall = wall
        happenings: list[Happening] = []
        if abs(jump_ns) >= CLOCK_JUMP_NS:
            detail = {"jump_ms": jump_ns // MS}
            code = DEVICE_TROUBLES["clock"]
            happenings.append(Happening(wall.at_ns, "trouble.clock", "clock", Phase.REPORTED, code, detail))
        if wall.synced:
            self._unsynced_ns = None
            happenings += self.troubles.restore("clock", wall.at_ns)
        elif self._unsynced_ns is None:
            self._unsynced_ns = wall.at_ns
        return happenings

    def store(self, fact: StoreFailed | StoreWell) -> list[Happening]:
        """The store failed, or is well again. A corrupt file that was put aside is told even if all is well now."""
        raise_, restore = self.troubles.raise_, self.troubles.restore
        if isinstance(fact, StoreFailed):
            self._disk_hangs = False  # It answers, and badly: only a store that is well ends this.
            return raise_("storage", "store", fact.at_ns, fault=fact.fault.value)
        if fact.kept_aside is None:
            return restore("storage", fact.at_ns)
        told = raise_("storage", "store", fact.at_ns, fault="corrupt", kept_aside=fact.kept_aside)
        return told + restore("storage", fact.at_ns, kept_aside=fact.kept_aside)

    def renewed(self, expires_ns: int | None, now_ns: int) -> list[Happening]:
        """Another certificate is in force."""
        self._expires_ns = expires_ns
        self._check_ns = None if expires_ns is None else now_ns
        return self.troubles.restore("certificate", now_ns)

    def tick(self, now_ns: int, waits: Waits) -> list[Happening]:
        happenings = self._disk(now_ns, waits.disk_ns)
        if waits.link_ns is None:
            happenings += self.troubles.restore("link", now_ns)
        elif not waits.link_is_up and now_ns >= waits.link_ns + LINK_TROUBLE_NS:
            happenings += self.troubles.raise_("link", "broker", now_ns)
        if self._unsynced_ns is not None and now_ns >= self._unsynced_ns + CLOCK_TROUBLE_NS:
            happenings += self.troubles.raise_("clock", "clock", now_ns)
        if self._check_ns is not None and self._expires_ns is not None and now_ns >= self._check_ns:
            self._check_ns = now_ns + _CERTIFICATE_CHECK_NS
            happenings += self._certificate(self._expires_ns, now_ns)
        return happenings

    def due_ns(self, waits: Waits) -> int | None:
        """When to call tick next."""
        return earliest(
            None if waits.link_is_up else self._due("link", waits.link_ns, LINK_TROUBLE_NS),
            self._due("storage", waits.disk_ns, DISK_TROUBLE_NS),
            self._due("clock", self._unsynced_ns, CLOCK_TROUBLE_NS),
            self._check_ns,
        )

    def _due(self, trouble: str, since_ns: int | None, patience_ns: int) -> int | None:
        return None if since_ns is None or trouble in self.troubles else since_ns + patience_ns

    def _disk(self, now_ns: int, since_ns: int | None) -> list[Happening]:
        hangs = since_ns is not None and now_ns >= since_ns + DISK_TROUBLE_NS
        if hangs and "storage" not in self.troubles:
            self._disk_hangs = True
            return self.troubles.raise_("storage", "store", now_ns, fault="hanging")
        if self._disk_hangs and not hangs:
            self._disk_hangs = False
            return self.troubles.restore("storage", now_ns)
        return []

    def _certificate(self, expires_ns: int, now_ns: int) -> list[Happening]:
        left_ns = expires_ns - utc_at(now_ns, self.wall)
        if left_ns >= CERTIFICATE_WARNING_NS:
            return []
        return self.troubles.raise_("certificate", "certificate", now_ns, days_left=left_ns // _DAY_NS)
