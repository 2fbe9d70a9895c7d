"""Units of time. Pure. Logic counts monotonic nanoseconds; people write milliseconds and seconds."""

MS = 1_000_000
S = 1_000 * MS


def earliest(*times_ns: int | None) -> int | None:
    """The first of some due times; None where there is none."""
    # Asked for dozens of times for every fact: without a list of what is due.
    first_ns = None
    for at_ns in times_ns:
        if at_ns is not None and (first_ns is None or at_ns < first_ns):
            first_ns = at_ns
    return first_ns
