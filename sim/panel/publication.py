"""The newest state as JSON, for everybody who waits for it. Any thread."""

import json
from dataclasses import dataclass
from threading import Condition

from device.logic.envelope import JsonObject


@dataclass(frozen=True, slots=True)
class Published:
    """One revision."""

    revision: int
    body: str
    """A JSON object without its revision and the time."""

    def world(self, now_ms: int) -> str:
        """The World JSON on one line."""
        return f'{{"revision":{self.revision},"now_ms":{now_ms},{self.body[1:]}'


class Publication:
    """Revisions count from 1. Readers that are slow miss revisions, never the newest one."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._published = Published(0, "{}")
        self._is_over = False

    @property
    def newest(self) -> Published:
        return self._published

    @property
    def is_over(self) -> bool:
        return self._is_over

    def publish(self, state: JsonObject) -> int:
        """Returns the revision: the one before if nothing has changed."""
        body = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
        with self._changed:
            if body != self._published.body:
                self._published = Published(self._published.revision + 1, body)
                self._changed.notify_all()
            return self._published.revision

    def wait(self, revision: int, timeout_s: float) -> Published | None:
        """The newest, as soon as it is newer than `revision`; None when the time is over, or everything is."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self._published.revision > revision, timeout_s)
            return self._published if self._published.revision > revision and not self._is_over else None

    def pause(self, seconds: float) -> None:
        """Return after so long, or when everything is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over, seconds)

    def close(self) -> None:
        """Nobody waits any longer."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
