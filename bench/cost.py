"""Runs a program to its end and says what it cost: seconds, processor seconds, peak memory in MB, exit status.

A process of its own, and a small one: Linux counts into the peak of a child the memory of whoever has forked it.
"""

import os
import sys
import time

from bench.lines import say


def main() -> None:
    command = sys.argv[1:]
    null = os.open(os.devnull, os.O_RDWR)
    quiet = [(os.POSIX_SPAWN_DUP2, null, descriptor) for descriptor in (0, 1)]
    # Byte code is kept from one start to the next, as it is where the program is installed, whatever is set here.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    begun_s = time.monotonic()
    pid = os.posix_spawn(command[0], command, environment, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    took_s = time.monotonic() - begun_s
    cpu_s = usage.ru_utime + usage.ru_stime
    say("cost", took_s, cpu_s, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
