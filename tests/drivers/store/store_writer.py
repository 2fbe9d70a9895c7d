"""A program that saves events until it is killed, or once under a limit; it says on standard output what it was told.

`store_writer.py fill FOLDER` saves and settles for ever: one line `epoch E`, then `saved E-N` and `settled E-N`.
`store_writer.py obey FOLDER` keeps 60 commands and saves their outcomes, then waits: lines `kept JTI` and `done JTI`.
`store_writer.py limit FOLDER` saves with the kernel refusing every write beyond the files' sizes, then without.
`store_writer.py nobody FOLDER` starts as a user who may not write the folder.
"""

import os
import resource
import sys
import time
from pathlib import Path
from queue import SimpleQueue

from drivers.command_ports import CommandKept, CommandState, Conclusion, KeptCommand
from drivers.ports import Beginning, Fact, Place, Record, Saved, Settled, StoreFailed, StoreWell, Urgency, WallClock
from drivers.store.event_store import EventStore, open_store

_NOBODY = 65534
_IN_FLIGHT = 8
# Many starts must not fill the memory.
_COMMANDS = 60


class FastClock:
    """Real, but a second of it is an hour: waiting ten seconds costs nothing."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns() * 3600

    def wall(self) -> WallClock:
        return WallClock(self.monotonic_ns(), time.time_ns(), synced=False)


def main(mode: str, folder: Path) -> None:
    if mode == "nobody" and os.geteuid() == 0:
        os.setegid(_NOBODY)
        os.seteuid(_NOBODY)
    facts: SimpleQueue[Fact] = SimpleQueue()
    store, beginning = open_store(folder, facts.put, FastClock(), "boot", random_hex=os.urandom(4).hex())
    say(f"epoch {beginning.epoch}")
    if mode == "fill":
        fill(store, beginning, facts)
    if mode == "obey":
        obey(store, beginning, facts)
    if mode == "limit":
        limit(store, beginning, facts)
    store.close(orderly=True)
    while not facts.empty():
        tell(facts.get())


def fill(store: EventStore, beginning: Beginning, facts: SimpleQueue[Fact]) -> None:
    for seq in range(1, _IN_FLIGHT):
        store.save(event(beginning.epoch, seq))
    seq = _IN_FLIGHT
    while True:
        fact = facts.get()
        tell(fact)
        for place in fact.places if isinstance(fact, Saved) else ():
            store.save(event(beginning.epoch, seq))
            seq += 1
            if place.seq % 2:
                store.settle(place, "received")


def obey(store: EventStore, beginning: Beginning, facts: SimpleQueue[Fact]) -> None:
    for number in range(_IN_FLIGHT):
        store.keep_command(_command(beginning.epoch, number))
    number = _IN_FLIGHT
    while True:
        fact = facts.get()
        if isinstance(fact, CommandKept):
            say(f"kept {fact.jti}")
            place = Place(beginning.epoch, int(fact.jti.rpartition("-")[2]) + 1)
            # What is saved says whose outcome it is.
            record = Record(place, Urgency.NORMAL, f"digest-{place}", fact.jti.encode())
            store.save(record, Conclusion(fact.jti, CommandState.DONE))
            if number < _COMMANDS:
                store.keep_command(_command(beginning.epoch, number))
                number += 1
        for place in fact.places if isinstance(fact, Saved) else ():
            say(f"done {place.epoch}-{place.seq - 1}")


def _command(epoch: str, number: int) -> KeptCommand:
    now_ns = time.time_ns()
    jti = f"{epoch}-{number}"
    return KeptCommand(jti, "door.unlock", "07", 1, now_ns, now_ns + 60_000_000_000, CommandState.TAKEN)


def limit(store: EventStore, beginning: Beginning, facts: SimpleQueue[Fact]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    store.save(event(beginning.epoch, 1))
    tell(facts.get())
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    while True:
        store.save(event(beginning.epoch, 1))
        fact = facts.get()
        tell(fact)
        if isinstance(fact, StoreWell):
            return


def event(epoch: str, seq: int) -> Record:
    urgency = (Urgency.ALARM, Urgency.NORMAL, Urgency.TELEMETRY)[seq % 3]
    return Record(Place(epoch, seq), urgency, f"digest-{epoch}-{seq}", f"{epoch}-{seq}.".encode() * 40)


def tell(fact: Fact) -> None:
    if isinstance(fact, Saved | Settled):
        for place in fact.places:
            say(f"{type(fact).__name__.lower()} {place}")
    elif isinstance(fact, StoreFailed):
        say(f"failed {fact.fault.value}")
    elif isinstance(fact, StoreWell):
        say("well")


def say(line: str) -> None:
    """One write: a reader sees a line whole or, if we are killed, not at all."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
