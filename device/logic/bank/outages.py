"""Buses and boards that nothing is known of: blindness is told, once. Pure."""

from device.logic.bank.told import Told
from device.logic.event import Happening


class Outages:
    """`trouble.bus` and `trouble.board`, each with one restoral."""

    def __init__(self) -> None:
        self._buses: dict[str, Told] = {}
        self._boards: dict[tuple[str, int], Told] = {}

    def __bool__(self) -> bool:
        """Whether anything has been raised."""
        return bool(self._buses or self._boards)

    def bus_down(self, bus: str, at_ns: int, why: str) -> list[Happening]:
        return self._buses.setdefault(bus, Told(bus)).raise_("trouble.bus", at_ns, why=why)

    def bus_up(self, bus: str, at_ns: int) -> list[Happening]:
        told = self._buses.pop(bus, None)
        return [] if told is None else told.restore(at_ns, "trouble.bus")

    def board_silent(self, bus: str, board: int, at_ns: int, why: str) -> list[Happening]:
        told = self._boards.setdefault((bus, board), Told(f"{bus}/{board}"))
        return told.raise_("trouble.board", at_ns, why=why)

    def board_heard(self, bus: str, board: int, at_ns: int) -> list[Happening]:
        told = self._boards.pop((bus, board), None)
        return [] if told is None else told.restore(at_ns, "trouble.board")

    def bus_heard(self, bus: str, at_ns: int) -> list[Happening]:
        """Something on this bus was heard that names no board."""
        boards = [board for name, board in self._boards if name == bus]
        return [told for board in boards for told in self.board_heard(bus, board, at_ns)]
