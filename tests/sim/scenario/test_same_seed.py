"""One seed is one night, in every process and on every day."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.scenario.library import find
from sim.scenario.player import play
from sim.scenario.reading import load

_PLAY = """
import sys
from pathlib import Path
from sim.scenario.player import play
from sim.scenario.reading import load
sys.stdout.write("\\n".join(play(load(Path(sys.argv[1])), "night", 3, with_transcript=True).transcript))
"""
# Chance in bounces, in the network, in three stores at once, at the doors of a bank.
NIGHTS = ("worn-contact", "village-line", "three-stores-in-a-street", "bank-coils-disturb-their-neighbours")


@pytest.mark.parametrize("name", NIGHTS)
def test_the_transcript_is_the_same_byte_for_byte(name: str) -> None:
    scenario = load(find(name)[0])

    once, twice = (play(scenario, name, 3, with_transcript=True) for _ in range(2))

    assert once == twice


@pytest.mark.parametrize("name", NIGHTS)
def test_the_transcript_is_the_same_in_processes_with_another_order_of_sets(name: str) -> None:
    path = find(name)[0]
    here = "\n".join(play(load(path), "night", 3, with_transcript=True).transcript)

    there = {_digest(_elsewhere(path, hash_seed)) for hash_seed in ("1", "20000")}

    assert there == {_digest(here.encode())}


def _elsewhere(path: Path, hash_seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", _PLAY, str(path)], env=environment, capture_output=True, check=True)
    return done.stdout


def _digest(transcript: bytes) -> str:
    return hashlib.sha256(transcript).hexdigest()
