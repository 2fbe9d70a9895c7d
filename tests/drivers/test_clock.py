import ctypes
import time
import uuid
from pathlib import Path

import pytest

from drivers import clock
from drivers.clock import SystemClock, boot_id, kernel_synced


class _CountingSource:
    def __init__(self) -> None:
        self.answer = True
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.answer


class _TurnedTime:
    """Stands for the module `time`: every look at the monotonic clock takes the next of `gaps_ns`, then nothing."""

    def __init__(self, *gaps_ns: int) -> None:
        self.now_ns = 10_000_000_000
        self._gaps_ns = list(gaps_ns)

    def monotonic_ns(self) -> int:
        self.now_ns += self._gaps_ns.pop(0) if self._gaps_ns else 0
        return self.now_ns

    def time_ns(self) -> int:
        return self.now_ns * 100


def test_both_clocks_are_read_at_one_instant() -> None:
    system = SystemClock()

    before_ns, before_utc_ns = time.monotonic_ns(), time.time_ns()
    wall = system.wall()
    after_ns, after_utc_ns = time.monotonic_ns(), time.time_ns()

    assert before_ns <= wall.at_ns <= after_ns
    assert before_utc_ns <= wall.utc_ns <= after_utc_ns


def test_monotonic_time_moves_forward_only() -> None:
    system = SystemClock()

    readings = [system.monotonic_ns() for _ in range(1000)]

    assert readings == sorted(readings)


def test_a_reading_that_was_interrupted_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # The first pair of looks is 8 ms apart, the second 200 ns.
    monkeypatch.setattr(clock, "time", _TurnedTime(0, 8_000_000, 0, 200))

    wall = SystemClock(lambda: True).wall()

    assert wall.at_ns == 10_000_000_000 + 8_000_000 + 100


def test_on_a_busy_machine_the_best_of_three_readings_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "time", _TurnedTime(0, 900_000, 0, 300_000, 0, 600_000))

    wall = SystemClock(lambda: True).wall()

    assert wall.at_ns == 10_000_000_000 + 900_000 + 150_000


def test_synced_is_asked_at_most_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    turned, source = _TurnedTime(), _CountingSource()
    monkeypatch.setattr(clock, "time", turned)
    system = SystemClock(source)

    for _ in range(50):
        assert system.wall().synced
        turned.now_ns += 10_000_000
    assert source.asked == 1

    source.answer = False
    turned.now_ns += 500_000_000
    assert not system.wall().synced
    assert source.asked == 2


def test_the_kernel_answers_without_privilege_or_side_effect() -> None:
    assert kernel_synced() in {True, False}


@pytest.mark.parametrize(
    ("state", "status", "synced"),
    [(0, 0x2001, True), (4, 0x2001, True), (5, 0x2001, False), (0, 0x2041, False), (-1, 0, False)],
    ids=["ok", "leap second", "error state", "unsynchronised bit", "refused"],
)
def test_synced_needs_a_good_state_and_no_unsync_bit(
    monkeypatch: pytest.MonkeyPatch, state: int, status: int, synced: bool
) -> None:
    class Library:
        def __init__(self, name: None) -> None:
            pass

        @staticmethod
        def adjtimex(timex: object) -> int:
            timex._obj.status = status  # type: ignore[attr-defined]  # what ctypes.byref points to
            return state

    monkeypatch.setattr(ctypes, "CDLL", Library)

    assert kernel_synced() is synced


def test_without_adjtimex_the_clock_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())

    assert kernel_synced() is False


def test_boot_id_is_the_kernels_and_stays() -> None:
    assert boot_id() == boot_id() == str(uuid.UUID(boot_id()))


def test_without_a_kernel_boot_id_each_start_has_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "_BOOT_ID", tmp_path / "missing")

    assert boot_id() != boot_id()
    assert str(uuid.UUID(boot_id()))
