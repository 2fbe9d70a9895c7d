"""How a link opens, against brokers that follow a script: what it says, and what it makes of the answers."""

import socket
from collections.abc import Callable

import pytest

from drivers.clock import SystemClock
from drivers.errors import MqttError
from drivers.mqtt import session as mqtt_session
from drivers.mqtt.brokers import Broker
from drivers.mqtt.link import MqttLink
from drivers.ports import LinkDown, LinkUp, Published
from tests.drivers.mailbox import Mailbox
from tests.drivers.mqtt.link_bench import (
    ALARM,
    DAY_NS,
    DOWN,
    WILL,
    LinkMaker,
    accept_and_stay,
    old_broker_by_code,
    old_broker_by_reason,
    old_broker_by_silence,
)
from tests.mqtt_script import Greeting, Peer, ScriptBroker


def test_connect_says_who_we_are_and_what_to_keep(make_link: LinkMaker, facts: Mailbox) -> None:
    def script(peer: Peer) -> None:
        broker.seen.put(peer.expect_connect())
        peer.connack()
        broker.seen.put(peer.answer_subscribe())
        peer.stay()

    with ScriptBroker(script) as broker:
        link = make_link(broker.port, post=facts, keepalive_s=17)
        link.connect(0, WILL)

        up = facts.expect(LinkUp)
        link.close()

    assert (up.broker, up.receive_maximum) == (0, 20)
    assert broker.seen.get(timeout=1) == Greeting(
        version=5,
        clean=False,
        keepalive_s=17,
        client_id="store-0042",
        user="store-0042",
        has_password=False,
        will_topic="ansim/v1/store-0042/status",
        will_payload=b"offline",
        will_qos=1,
        will_retain=True,
        session_expiry_s=86_400,
        max_packet_bytes=72_704,
    )
    assert broker.seen.get(timeout=1) == list(DOWN)


@pytest.mark.parametrize("old", [old_broker_by_reason, old_broker_by_code, old_broker_by_silence])
def test_broker_without_mqtt_5_is_spoken_to_in_3_1_1(
    make_link: LinkMaker, facts: Mailbox, old: Callable[[Peer], None]
) -> None:
    def speaks_3_1_1(peer: Peer) -> None:
        greeting = peer.accept()
        assert (greeting.version, greeting.clean, greeting.keepalive_s) == (4, False, 30)
        assert greeting.will_topic == WILL.topic
        arrival = peer.expect_publish()
        assert arrival.qos == 1
        peer.puback(arrival.mid)
        peer.stay()

    with ScriptBroker(old, speaks_3_1_1) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, WILL)

        facts.expect(LinkUp)
        link.publish(ALARM, 1)
        assert facts.expect(Published).refused is None
        link.drop()
        facts.expect(LinkDown)


def test_the_version_of_a_broker_is_remembered_for_a_day(make_link: LinkMaker, facts: Mailbox) -> None:
    def speaks(version: int) -> Callable[[Peer], None]:
        def script(peer: Peer) -> None:
            assert peer.accept().version == version
            peer.expect_end()

        return script

    with ScriptBroker(old_broker_by_reason, speaks(4), speaks(4), speaks(5)) as broker:
        link = make_link(broker.port, post=facts)
        for shift_ns in (0, 0, DAY_NS):
            make_link.clock.shift_ns += shift_ns
            link.connect(0, None)
            facts.expect(LinkUp)
            link.drop()
            facts.expect(LinkDown)


def test_a_broker_that_just_hung_up_is_asked_for_mqtt_5_again_within_the_hour(
    make_link: LinkMaker, facts: Mailbox
) -> None:
    with ScriptBroker(old_broker_by_silence, accept_and_stay, _expects_5) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.drop()
        facts.expect(LinkDown)
        make_link.clock.shift_ns = DAY_NS // 24
        link.connect(0, None)
        facts.expect(LinkUp)
        link.close()


def _expects_5(peer: Peer) -> None:
    assert peer.accept().version == 5
    peer.stay()


def test_a_broker_that_takes_no_version_is_asked_for_both_again(make_link: LinkMaker, facts: Mailbox) -> None:
    def closes(peer: Peer) -> None:
        broker.seen.put(peer.expect_connect().version)

    with ScriptBroker(closes) as broker:
        link = make_link(broker.port, post=facts)
        for _ in range(2):
            link.connect(0, None)
            assert facts.expect(LinkDown).reason == "closed by the broker"

    assert [broker.seen.get(timeout=1) for _ in range(4)] == [5, 4, 5, 4]


def test_refusal_is_told_in_words(make_link: LinkMaker, facts: Mailbox) -> None:
    def refuses(peer: Peer) -> None:
        peer.expect_connect()
        peer.connack(reason=0x87)

    with ScriptBroker(refuses) as broker:
        make_link(broker.port, post=facts).connect(0, None)

        assert facts.expect(LinkDown).reason == "refused by the broker: Not authorized"


def test_refused_subscription_ends_the_connection(make_link: LinkMaker, facts: Mailbox) -> None:
    def refuses(peer: Peer) -> None:
        peer.accept(suback=0x87)

    with ScriptBroker(refuses) as broker:
        make_link(broker.port, post=facts).connect(0, None)

        assert facts.expect(LinkDown).reason == "subscription refused by the broker: Not authorized, Not authorized"


def test_broker_that_never_answers_is_given_up(
    make_link: LinkMaker, facts: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_session, "OPENING_TIMEOUT_S", 0.2)

    def never_answers(peer: Peer) -> None:
        peer.expect_connect()
        peer.expect_end()

    with ScriptBroker(never_answers) as broker:
        make_link(broker.port, post=facts).connect(0, None)

        assert facts.expect(LinkDown).reason == "no CONNACK within 0.2 s"


def test_nobody_listening_is_told_at_once(make_link: LinkMaker, facts: Mailbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    make_link(port, post=facts).connect(0, None)

    assert facts.expect(LinkDown).reason == f"127.0.0.1:{port}: Connection refused"


def test_attempt_can_be_given_up(make_link: LinkMaker, facts: Mailbox) -> None:
    def silent(peer: Peer) -> None:
        peer.expect_connect()
        broker.seen.put("connecting")
        peer.expect_end()

    with ScriptBroker(silent) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        broker.seen.get(timeout=5)
        link.publish(ALARM, 1)
        link.drop()

        assert facts.expect(LinkDown).reason == "given up before the connection was there"
        link.connect(0, None)
        broker.seen.get(timeout=5)
        link.close()
        facts.expect(LinkDown)


def test_what_can_never_work_is_refused_at_once(facts: Mailbox) -> None:
    remote = [Broker("broker.example", 8883, tls=True)]

    with pytest.raises(MqttError, match="no certificate"):
        MqttLink(remote, "store-0042", DOWN, 10, None, facts, SystemClock(), 1024)
    with pytest.raises(MqttError, match="keepalive of 0 s"):
        MqttLink([], "store-0042", DOWN, 0, None, facts, SystemClock(), 1024)
    with pytest.raises(MqttError, match="nothing to subscribe"):
        MqttLink([], "store-0042", (), 10, None, facts, SystemClock(), 1024)
