"""How far it is: a bar on a terminal, and nothing anywhere else."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO, TypeVar

T = TypeVar("T")


@contextmanager
def progress(items: Iterable[T], total: int, out: TextIO) -> Iterator[Iterator[T]]:
    """The items, one by one. What is printed meanwhile stands above the bar."""
    if not out.isatty():
        yield iter(items)
        return
    # rich takes 0.1 s to load: only who has a terminal waits for it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    yield iter(track(items, "playing", total, console=Console(file=out), transient=True))
