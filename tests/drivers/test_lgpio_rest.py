import threading
from collections.abc import Iterator

from drivers.lgpio_rest import other_threads, wait_for_rest


class _Looks:
    """What the kernel says at one look after the other; the last one stays."""

    def __init__(self, *looks: str) -> None:
        self._looks = list(looks)
        self.taken = 0

    def __call__(self) -> Iterator[str]:
        self.taken += 1
        return iter(self._looks.pop(0) if len(self._looks) > 1 else self._looks[0])


def test_it_returns_at_the_first_look_at_which_all_sleep() -> None:
    looks = _Looks("RS", "SR", "SD", "SS", "RR")

    assert wait_for_rest(looks)
    assert looks.taken == 4


def test_nobody_there_is_rest() -> None:
    assert wait_for_rest(_Looks(""))


def test_a_thread_that_never_sleeps_does_not_hold_up_the_start() -> None:
    assert not wait_for_rest(_Looks("SR"), limit_ns=1)


def test_a_thread_that_waits_is_asleep_and_the_one_that_asks_does_not_count() -> None:
    before = len(other_threads())
    end = threading.Event()
    waiting = threading.Thread(target=end.wait, name="odd ) R (name")
    waiting.start()
    try:
        assert len(other_threads()) == before + 1
        assert wait_for_rest(limit_ns=60_000_000_000)
    finally:
        end.set()
        waiting.join()
