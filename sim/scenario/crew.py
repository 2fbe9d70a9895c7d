"""Plays many scenarios, on as many processes as wanted. Results come in the order of the jobs."""

import logging
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sim.scenario.errors import CrewError
from sim.scenario.model import Scenario
from sim.scenario.player import play
from sim.scenario.verdict import Verdict

A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Job:
    """One scenario with one seed."""

    name: str
    scenario: Scenario
    seed: int
    with_transcript: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """`elapsed_s`: of the machine's own time."""

    verdict: Verdict
    elapsed_s: float


def play_all(jobs: Sequence[Job], workers: int) -> Iterator[Played]:
    """Raises CrewError if a process dies. With one worker, or few jobs, nothing leaves this process."""
    # A process needs as long to start as two nights.
    processes = min(workers, len(jobs) // 2)
    if processes <= 1:
        yield from map(play_job, jobs)
        return
    yield from spread(play_job, jobs, processes)


def spread(one: Callable[[A], R], jobs: Sequence[A], processes: int) -> Iterator[R]:
    """What `one` says of each job. Raises CrewError if a process dies. Left early, the processes are killed at once:
    what they have in the folder for temporary files stays there.
    """
    others = multiprocessing.active_children()
    # Forked children would share what this process has open.
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=_settle_in)
    futures: deque[Future[R]] = deque()
    try:
        with _deaf():
            for job in jobs:
                futures.append(pool.submit(one, job))
        while futures:
            yield futures[0].result()
            futures.popleft()
    except BrokenProcessPool:
        raise CrewError("a process that played has died") from None
    finally:
        # Nothing is cancelled: a pool that finds its processes dead, and a future cancelled, ends with a traceback.
        for process in multiprocessing.active_children() if futures else ():
            if process not in others:
                process.kill()
        pool.shutdown()


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that are begun inside never hear Ctrl-C, which reaches all of a terminal: the first one ends them.

    They inherit what is blocked (signal(7)); while Python is being loaded there is nobody to ignore it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def play_job(job: Job) -> Played:
    """In this process."""
    begun_s = time.monotonic()
    verdict = play(job.scenario, job.name, job.seed, with_transcript=job.with_transcript)
    return Played(verdict, time.monotonic() - begun_s)


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


def _settle_in() -> None:
    """What a process that plays does first."""
    # A device that complains of its dying card is what was asked for.
    logging.basicConfig(level=logging.ERROR)
