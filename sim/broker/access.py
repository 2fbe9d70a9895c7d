"""Who may say and hear what: the access rules of docs/protocol.md, "Topics". Pure."""

ROOT = "ansim/v1"
UP = ("alarm", "event", "status")
"""What a device writes below its own name."""
DOWN = ("receipt", "command")
"""What a device reads there."""


def may_write(user: str | None, topic: str, control_room: str) -> bool:
    """Whether this user may publish there."""
    return _allows(user, topic, control_room, UP)


def may_read(user: str | None, topic: str, control_room: str) -> bool:
    """Whether a message with this topic may be given to this user."""
    return _allows(user, topic, control_room, DOWN)


def _allows(user: str | None, topic: str, control_room: str, own: tuple[str, ...]) -> bool:
    if user == control_room:
        return topic.startswith(f"{ROOT}/")
    return user is not None and topic in {f"{ROOT}/{user}/{name}" for name in own}
