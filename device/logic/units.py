"""Units of time. Pure. Logic counts monotonic nanoseconds; people write milliseconds and seconds."""

MS = 1_000_000
S = 1_000 * MS


def earliest(*times_ns: int | None) -> int | None:
    """The first of some due times; None where there is none."""
    due = [at for at in times_ns if at is not None]
    return min(due) if due else None
