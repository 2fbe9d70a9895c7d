"""Topic names and filters (MQTT 5 §4.7). Pure."""


def is_topic(name: str) -> bool:
    """Whether one can publish to it."""
    return 0 < len(name.encode()) <= 0xFFFF and not set(name) & set("+#\0")


def is_filter(text: str) -> bool:
    """Whether one can subscribe to it. Shared subscriptions are not offered."""
    levels = text.split("/")
    if not 0 < len(text.encode()) <= 0xFFFF or "\0" in text or levels[0] == "$share":
        return False
    if "#" in levels[:-1]:
        return False
    return all(level in {"+", "#"} or not set(level) & set("+#") for level in levels)


def matches(topic_filter: str, topic: str) -> bool:
    """Both must be valid. A wildcard at the front does not match topics that begin with $."""
    wanted, found = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    if wanted[-1] == "#":
        wanted.pop()
        found = found[: len(wanted)] if len(found) >= len(wanted) else found
    return len(wanted) == len(found) and all(a in {"+", b} for a, b in zip(wanted, found, strict=True))
