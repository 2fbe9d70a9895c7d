from collections.abc import Iterator

import pytest

from tests.drivers.mailbox import Mailbox
from tests.drivers.mqtt.link_bench import LinkMaker


@pytest.fixture
def make_link() -> Iterator[LinkMaker]:
    made = LinkMaker()
    yield made
    for link in made.links:
        link.close()


@pytest.fixture
def facts() -> Mailbox:
    return Mailbox()
