"""A project of somebody else, and its test run in a process of its own."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[3]
# A run takes seconds; this is for a machine that is busy with other things.
_TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has said, and how many tests `passed`, `failed` or are `errors`."""

    text: str
    status: int

    def count(self, word: str) -> int:
        found = re.search(rf"(\d+) {word}", self.text.strip().splitlines()[-1])
        return int(found[1]) if found else 0


class Inner:
    """Files in `folder`, run with the plugin and no other, warnings being errors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, *options: str, **files: str) -> Outcome:
        """files: the text by name, without .py; a lone `test` will do."""
        for name, text in files.items():
            (self._folder / f"test_{name}.py").write_text(dedent(text), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "sim.testing.plugin", "-W", "error", "--strict-markers"]
        return run([*command, "-p", "no:cacheprovider", *options], self._folder, {"PYTHONPATH": str(ROOT)})

    def write(self, name: str, text: str) -> None:
        (self._folder / name).write_text(text, encoding="utf-8")


def run(command: list[str], folder: Path, environment: dict[str, str], *, autoload: bool = False) -> Outcome:
    """autoload: let pytest find the plugins that are installed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    plain = {} if autoload else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**inherited, **plain, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    return Outcome(done.stdout + done.stderr, done.returncode)
