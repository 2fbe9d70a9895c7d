"""What came lately, and is not answered again. Pure."""

from collections import OrderedDict

MOST = 1_024


class Recent:
    """Names that came lately, so many at most: the oldest is forgotten for a new one."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._seen: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        return name in self._seen

    def add(self, name: str) -> None:
        self._seen[name] = None
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
