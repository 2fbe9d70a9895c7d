"""The machine's two clocks, and what the kernel says about the one that people read."""

import ctypes
import time
from collections.abc import Callable
from pathlib import Path

from drivers.ports import WallClock

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

# adjtimex(2): the return value when the clock is not synchronised, and the status bit that says the same.
_TIME_ERROR = 5
_STA_UNSYNC = 0x0040

# Whether the clock is synchronised changes over minutes; it is not worth a system call at every reading.
_ASK_EVERY_NS = 1_000_000_000

# A reading is as good as the time between its two looks at the monotonic clock: 0.14 us here, more when preempted.
_GOOD_GAP_NS = 50_000
_ATTEMPTS = 3


class SystemClock:
    """The `Clock` of a real machine. Any thread.

    `synced` is the kernel's own flag, as systemd-timesyncd, ntpd and chrony (with rtcsync) set it; False when it cannot
    be asked, as under systemd's ProtectClock=, which forbids even reading it.
    """

    def __init__(self, ask_synced: Callable[[], bool] | None = None) -> None:
        """ask_synced: in place of the kernel, for a test or a machine whose time comes from elsewhere."""
        self._ask_synced = ask_synced or kernel_synced
        self._synced = False
        self._ask_at_ns = 0

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def wall(self) -> WallClock:
        at_ns, utc_ns = _read_both()
        if at_ns >= self._ask_at_ns:
            self._synced = self._ask_synced()
            self._ask_at_ns = at_ns + _ASK_EVERY_NS
        return WallClock(at_ns, utc_ns, self._synced)


def boot_id() -> str:
    """The kernel's name for this boot, a UUID; where there is none, a random one, which matches no other boot."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        import uuid  # noqa: PLC0415 - costs 10 ms and 1.3 MB, and is hardly ever needed

        return str(uuid.uuid4())


class _Timex(ctypes.Structure):
    """The head of `struct timex`; `_rest` makes it longer than any kernel's (208 octets with 64-bit longs)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("_rest", ctypes.c_byte * 256),
    )


def kernel_synced() -> bool:
    """Whether the kernel calls the wall clock synchronised. Only reads; False on any failure."""
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return False
    timex = _Timex(modes=0)
    state: int = adjtimex(ctypes.byref(timex))
    return 0 <= state != _TIME_ERROR and not timex.status & _STA_UNSYNC


def _read_both() -> tuple[int, int]:
    """Monotonic and UTC nanoseconds of one instant: UTC read between two looks at the monotonic clock."""
    best_gap_ns, at_ns, utc_ns = _read_once()
    for _ in range(_ATTEMPTS - 1):
        if best_gap_ns <= _GOOD_GAP_NS:
            break
        best_gap_ns, at_ns, utc_ns = min((best_gap_ns, at_ns, utc_ns), _read_once())
    return at_ns, utc_ns


def _read_once() -> tuple[int, int, int]:
    before_ns = time.monotonic_ns()
    utc_ns = time.time_ns()
    after_ns = time.monotonic_ns()
    return after_ns - before_ns, (before_ns + after_ns) // 2, utc_ns
