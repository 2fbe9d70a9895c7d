"""An asyncio loop in a thread of its own, for the parts of the simulator that speak TCP."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import TypeVar

# Nothing that is asked of the loop waits for the outside world; longer means that it hangs.
_CALL_TIMEOUT_S = 10.0
_T = TypeVar("_T")


class LoopThread:
    """Runs from construction to `close`. `call` and `close` may be used from any other thread."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[None, None, _T]) -> _T:
        """Run to the end in the loop; its result or exception. TimeoutError if it hangs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_TIMEOUT_S)

    def close(self) -> None:
        """End what still runs in the loop, then the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        # The Runner's way out cancels and awaits every task before it closes the loop.
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.get_loop().run_forever()
