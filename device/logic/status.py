"""The status message and the will. Pure. Implements docs/protocol.md, "Status"."""

from dataclasses import dataclass
from typing import Any

from device.logic.envelope import Typ, seal
from device.logic.event import Origin, rfc3339, utc_at
from drivers.ports import Message, Signer, WallClock


@dataclass(frozen=True, slots=True)
class Report:
    """What changes from one status message to the next."""

    last_seq: int
    depth: int
    oldest_s: int
    zones: dict[str, str]
    health: dict[str, Any]


class StatusWriter:
    """Signs status messages for one run of the agent."""

    def __init__(self, origin: Origin, version: str, heartbeat_s: int, signer: Signer) -> None:
        self._origin = origin
        self._version = version
        self._heartbeat_s = heartbeat_s
        self.signer = signer

    def online(self, connection: int, report: Report, now_ns: int, wall: WallClock) -> Message:
        """Birth and heartbeat."""
        return self._message("online", connection, report, now_ns, wall)

    def offline(self, connection: int, report: Report, now_ns: int, wall: WallClock) -> Message:
        """The will, signed at connect time, and the farewell. `connection` lets a receiver know an old one."""
        return self._message("offline", connection, report, now_ns, wall)

    def _message(self, state: str, connection: int, report: Report, now_ns: int, wall: WallClock) -> Message:
        payload = {
            "device": self._origin.device,
            "state": state,
            "epoch": self._origin.epoch,
            "boot": self._origin.boot,
            "connection": connection,
            "time": rfc3339(utc_at(now_ns, wall)),
            "version": self._version,
            "heartbeat_s": self._heartbeat_s,
            "last_seq": report.last_seq,
            "outbox": {"depth": report.depth, "oldest_s": report.oldest_s},
            "zones": report.zones,
            "health": report.health,
        }
        return Message(f"ansim/v1/{self._origin.device}/status", seal(payload, Typ.STATUS, self.signer), retain=True)
