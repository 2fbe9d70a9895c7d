"""What has been raised and waits for its restoral: each is told once when it begins and once when it ends. Pure."""

from device.logic.event import Happening, Phase
from device.logic.kinds import BANK_CODES


class Told:
    """The alarms and troubles of one subject, by their types."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self._raised: set[str] = set()

    def __contains__(self, what: str) -> bool:
        return what in self._raised

    def raise_(self, what: str, at_ns: int, **detail: object) -> list[Happening]:
        """Tell it, unless it has been told."""
        if what in self._raised:
            return []
        self._raised.add(what)
        return [Happening(at_ns, what, self.subject, Phase.RAISED, BANK_CODES[what], dict(detail))]

    def restore(self, at_ns: int, *whats: str, **detail: object) -> list[Happening]:
        """Tell the end of those that had been told."""
        ended = [what for what in whats if what in self._raised]
        self._raised.difference_update(ended)
        return [Happening(at_ns, what, self.subject, Phase.RESTORED, BANK_CODES[what], dict(detail)) for what in ended]

    def report(self, what: str, at_ns: int, **detail: object) -> Happening:
        """Tell what has no end."""
        return Happening(at_ns, what, self.subject, Phase.REPORTED, BANK_CODES[what], dict(detail))
