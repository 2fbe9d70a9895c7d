"""Sensors that fail together while the cabinet is open at night are no accident. Pure."""

from device.logic.bank.told import Told
from device.logic.event import Happening
from device.logic.units import S

ATTACK_FAULTS = 2
ATTACK_WINDOW_NS = 60 * S


class Attack:
    """Weighs sensor faults of one board against the tamper contact of the cabinet."""

    def __init__(self) -> None:
        self._faults_ns: dict[str, dict[str, int]] = {}  # board: door: since when its sensor is faulty
        self._told: dict[str, Told] = {}
        self._tamper_ns: tuple[int, int | None] | None = None  # since when, and until when it was open

    def tamper(self, is_on: bool, at_ns: int, *, is_night: bool) -> list[Happening]:
        """The cabinet was opened or shut."""
        if is_on:
            self._tamper_ns = (at_ns, None)
        elif self._tamper_ns is not None and self._tamper_ns[1] is None:
            self._tamper_ns = (self._tamper_ns[0], at_ns)
        return [told for board in list(self._faults_ns) for told in self._judge(board, at_ns, is_night=is_night)]

    def fault(self, board: str, door: str, is_on: bool, at_ns: int, *, is_night: bool) -> list[Happening]:
        """A sensor of this board became faulty, or is well again."""
        faults_ns = self._faults_ns.setdefault(board, {})
        if is_on:
            faults_ns[door] = at_ns
        else:
            faults_ns.pop(door, None)
        return self._judge(board, at_ns, is_night=is_night)

    def _judge(self, board: str, at_ns: int, *, is_night: bool) -> list[Happening]:
        told = self._told.setdefault(board, Told(board))
        faults_ns = sorted(self._faults_ns[board].values())
        if "alarm.attack" in told:
            is_over = not faults_ns and (self._tamper_ns is None or self._tamper_ns[1] is not None)
            return told.restore(at_ns, "alarm.attack") if is_over else []
        near = [each for each in faults_ns if self._near_tamper(each)]
        pairs = zip(near, near[ATTACK_FAULTS - 1 :], strict=False)
        if not is_night or not any(last - first <= ATTACK_WINDOW_NS for first, last in pairs):
            return []
        return told.raise_("alarm.attack", at_ns, doors=sorted(self._faults_ns[board]))

    def _near_tamper(self, fault_ns: int) -> bool:
        if self._tamper_ns is None:
            return False
        opened_ns, shut_ns = self._tamper_ns
        return fault_ns >= opened_ns - ATTACK_WINDOW_NS and (shut_ns is None or fault_ns <= shut_ns + ATTACK_WINDOW_NS)
