"""What can go wrong with scenarios.

SimError
├── ScenarioError      a file says something that is not allowed
├── NoScenarioError    there is no such scenario
└── CrewError          a process that played scenarios has died
"""

from sim.errors import SimError


class ScenarioError(SimError, ValueError):
    """A file is no scenario. `faults`: one line each, naming file, key, value and what is allowed."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class NoScenarioError(SimError, LookupError):
    """What was asked for is neither a file, nor a folder with scenarios, nor in the library."""


class CrewError(SimError, RuntimeError):
    """A process that played scenarios has died; the machine may be out of memory."""
