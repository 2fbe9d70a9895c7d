"""Plays many scenarios, on as many processes as wanted. Results come in the order of the jobs."""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from sim.scenario.errors import CrewError
from sim.scenario.model import Scenario
from sim.scenario.player import play
from sim.scenario.verdict import Verdict


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
    # Forked children would share what this process has open.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=settle_in)
    try:
        yield from pool.map(play_job, jobs)
    except BrokenProcessPool:
        raise CrewError("a process that played scenarios has died") from None
    finally:
        pool.shutdown(cancel_futures=True)


def play_job(job: Job) -> Played:
    """In this process."""
    begun_s = time.monotonic()
    verdict = play(job.scenario, job.name, job.seed, with_transcript=job.with_transcript)
    return Played(verdict, time.monotonic() - begun_s)


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


def settle_in() -> None:
    """What a process that plays does first."""
    # Ctrl-C reaches every process of the terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A device that complains of its dying card is what was asked for.
    logging.basicConfig(level=logging.ERROR)
