from device.inbox import MAX_WAITING_MESSAGES, Inbox
from drivers.ports import Edge, Fact, Received, Tick


def test_facts_come_in_the_order_of_posting() -> None:
    inbox = Inbox()
    facts: list[Fact] = [Tick(2), Tick(1), Edge(3, "GPIO17", high=True)]

    for fact in facts:
        inbox.post(fact)

    assert [inbox.get(0) for _ in facts] == facts


def test_empty_inbox_gives_nothing() -> None:
    assert Inbox().get(0) is None
    assert Inbox().get(0.001) is None


def test_flood_of_messages_is_bounded_and_drops_no_edge() -> None:
    inbox = Inbox()
    for number in range(MAX_WAITING_MESSAGES + 100):
        inbox.post(Received(number, "topic", b""))
    inbox.post(Edge(0, "GPIO17", high=False))

    taken = []
    while (fact := inbox.get(0)) is not None:
        taken.append(fact)

    assert len(taken) == MAX_WAITING_MESSAGES + 1
    assert isinstance(taken[-1], Edge)
