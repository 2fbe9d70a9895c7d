"""Mosquitto's access list for docs/protocol.md, "Topics". Pure: text only."""

_ROOT = "ansim/v1"
_UP = ("alarm", "event", "status")
_DOWN = ("receipt", "command")


def access_list(control_room: str) -> str:
    """A device (user name = device id) has its own five topics; the user `control_room` has everyone's.

    Mosquitto puts the user name in place of %u; a name with a slash or a wildcard must never be certified.
    """
    lines = [f"pattern write {_ROOT}/%u/{topic}" for topic in _UP]
    lines += [f"pattern read {_ROOT}/%u/{topic}" for topic in _DOWN]
    lines += [f"user {control_room}", f"topic readwrite {_ROOT}/#"]
    return "\n".join(lines) + "\n"
