"""The troubles of the device itself: each is told once when it begins and once when it ends. Pure."""

from device.logic.event import Happening, Phase
from device.logic.kinds import DEVICE_TROUBLES


class Troubles:
    """What is wrong now, by the word behind `ansim.trouble.`."""

    def __init__(self) -> None:
        self._now: dict[str, str] = {}
        self.names: tuple[str, ...] = ()
        """In order of the alphabet."""

    def __contains__(self, trouble: str) -> bool:
        return trouble in self._now

    def raise_(self, trouble: str, subject: str, at_ns: int, **detail: object) -> list[Happening]:
        """Tell a trouble, unless it has been told."""
        if trouble in self._now:
            return []
        self._now[trouble] = subject
        self.names = tuple(sorted(self._now))
        return [Happening(at_ns, f"trouble.{trouble}", subject, Phase.RAISED, DEVICE_TROUBLES[trouble], dict(detail))]

    def restore(self, trouble: str, at_ns: int, **detail: object) -> list[Happening]:
        """Tell the end of a trouble, if it had been told."""
        subject = self._now.pop(trouble, None)
        if subject is None:
            return []
        self.names = tuple(sorted(self._now))
        code = DEVICE_TROUBLES[trouble]
        return [Happening(at_ns, f"trouble.{trouble}", subject, Phase.RESTORED, code, dict(detail))]
