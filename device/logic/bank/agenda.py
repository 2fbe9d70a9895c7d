"""Which of many machines is due next, without asking each of them. Pure."""

from heapq import heapify, heappop, heappush


class Agenda:
    """Due times by name. What is replaced stays in the heap until it comes up, or until there is too much of it."""

    def __init__(self) -> None:
        self._due_ns: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []

    def set(self, name: str, due_ns: int | None) -> None:
        """Replace the due time of one; None takes it off."""
        if due_ns == self._due_ns.get(name):
            return
        if due_ns is None:
            del self._due_ns[name]
            return
        self._due_ns[name] = due_ns
        heappush(self._heap, (due_ns, name))
        if len(self._heap) > 4 * len(self._due_ns) + 64:
            self._heap = [(each_ns, each) for each, each_ns in self._due_ns.items()]
            heapify(self._heap)

    def take(self, now_ns: int) -> list[str]:
        """Those that are due by now, each once; they are taken off."""
        taken = []
        while (first_ns := self.due_ns()) is not None and first_ns <= now_ns:
            name = heappop(self._heap)[1]
            del self._due_ns[name]
            taken.append(name)
        return taken

    def due_ns(self) -> int | None:
        while self._heap:
            due_ns, name = self._heap[0]
            if self._due_ns.get(name) == due_ns:
                return due_ns
            heappop(self._heap)
        return None
