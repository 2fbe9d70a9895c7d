"""The office's clock."""

from datetime import UTC, datetime


def now_utc() -> datetime:
    """Whole seconds: as X.509 and the registry keep time."""
    return datetime.now(UTC).replace(microsecond=0)
