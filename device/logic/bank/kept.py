"""What the store is told of a command's end. Pure."""

from device.logic.event import Happening
from drivers.command_ports import CommandState, Conclusion

SEEN_BEFORE = "seen before"
"""Why a command that came again is not carried out again."""

MEMORY_LOST = "memory lost"
"""Why a command is not carried out that may have been before."""

# Who says this does not say how the command ended when it first came.
_NO_END = frozenset({SEEN_BEFORE, MEMORY_LOST})

_ENDS = {
    "command.done": CommandState.DONE,
    "command.refused": CommandState.REFUSED,
    "command.unknown": CommandState.UNKNOWN,
}


def conclusion_of(happening: Happening) -> Conclusion | None:
    """The command whose outcome this tells, and how it ended. It need not be one that is kept."""
    state = _ENDS.get(happening.what)
    if state is None or happening.detail.get("reason") in _NO_END:
        return None
    return Conclusion(happening.subject, state)
