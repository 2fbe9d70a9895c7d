"""A broker is probed beside the connection."""

import socket

from drivers.ports import Probed
from tests.drivers.mailbox import Mailbox
from tests.drivers.mqtt.link_bench import LinkMaker
from tests.mqtt_script import ScriptBroker


def test_probe_tells_which_broker_is_well(make_link: LinkMaker, facts: Mailbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        nobody = reserved.getsockname()[1]
    with ScriptBroker(lambda peer: peer.expect_end()) as broker:
        link = make_link(broker.port, nobody, post=facts)
        link.probe(0)
        assert (first := facts.expect(Probed)).well
        link.probe(1)
        second = facts.expect(Probed)

    assert (first.broker, second.broker, second.well) == (0, 1, False)
