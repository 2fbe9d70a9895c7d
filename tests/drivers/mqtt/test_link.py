"""The link against brokers that follow a script: what it says on the wire, and what it makes of the answers."""

import contextlib
import queue
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from drivers.clock import SystemClock
from drivers.errors import MqttError
from drivers.mqtt import link as mqtt
from drivers.mqtt import session as mqtt_session
from drivers.mqtt.brokers import Broker
from drivers.mqtt.link import MqttLink
from drivers.mqtt.wire import Wire
from drivers.ports import Link, LinkDown, LinkUp, Message, Post, Probed, Published, Received
from tests.drivers.mailbox import Mailbox
from tests.mqtt_script import DISCONNECT, PINGREQ, PINGRESP, Greeting, Peer, ScriptBroker

_WILL = Message("ansim/v1/store-0042/status", b"offline", retain=True)
_ALARM = Message("ansim/v1/store-0042/alarm", b"alarm")
_DOWN = ("ansim/v1/store-0042/receipt", "ansim/v1/store-0042/command")
_MAX_PAYLOAD_BYTES = 1024
_DAY_NS = 86_400_000_000_000


class _ShiftedClock(SystemClock):
    """Real time, plus what a test adds to it."""

    def __init__(self) -> None:
        super().__init__()
        self.shift_ns = 0

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() + self.shift_ns


@dataclass
class _Made:
    links: list[MqttLink] = field(default_factory=list)
    clock: _ShiftedClock = field(default_factory=_ShiftedClock)

    def __call__(self, *ports: int, post: Post, keepalive_s: int = 30) -> MqttLink:
        brokers = [Broker("127.0.0.1", port, tls=False) for port in ports]
        link = MqttLink(brokers, "store-0042", _DOWN, keepalive_s, None, post, self.clock, _MAX_PAYLOAD_BYTES)
        self.links.append(link)
        contract: Link = link  # checked by the type checker
        assert contract is link
        return link


@pytest.fixture
def make_link() -> Iterator[_Made]:
    made = _Made()
    yield made
    for link in made.links:
        link.close()


@pytest.fixture
def facts() -> Mailbox:
    return Mailbox()


def _accept_and_stay(peer: Peer) -> None:
    peer.accept()
    peer.stay()


def _old_broker_by_reason(peer: Peer) -> None:
    assert peer.expect_connect().version == 5
    peer.connack(reason=0x84)


def _old_broker_by_code(peer: Peer) -> None:
    assert peer.expect_connect().version == 5
    peer.send(2, 0, b"\x00\x01")


def _old_broker_by_silence(peer: Peer) -> None:
    assert peer.expect_connect().version == 5


# ---------------------------------------------------------------- opening


def test_connect_says_who_we_are_and_what_to_keep(make_link: _Made, facts: Mailbox) -> None:
    def script(peer: Peer) -> None:
        broker.seen.put(peer.expect_connect())
        peer.connack()
        broker.seen.put(peer.answer_subscribe())
        peer.stay()

    with ScriptBroker(script) as broker:
        link = make_link(broker.port, post=facts, keepalive_s=17)
        link.connect(0, _WILL)

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
    assert broker.seen.get(timeout=1) == list(_DOWN)


@pytest.mark.parametrize("old", [_old_broker_by_reason, _old_broker_by_code, _old_broker_by_silence])
def test_broker_without_mqtt_5_is_spoken_to_in_3_1_1(
    make_link: _Made, facts: Mailbox, old: Callable[[Peer], None]
) -> None:
    def speaks_3_1_1(peer: Peer) -> None:
        greeting = peer.accept()
        assert (greeting.version, greeting.clean, greeting.keepalive_s) == (4, False, 30)
        assert greeting.will_topic == _WILL.topic
        arrival = peer.expect_publish()
        assert arrival.qos == 1
        peer.puback(arrival.mid)
        peer.stay()

    with ScriptBroker(old, speaks_3_1_1) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, _WILL)

        facts.expect(LinkUp)
        link.publish(_ALARM, 1)
        assert facts.expect(Published).refused is None
        link.drop()
        facts.expect(LinkDown)


def test_the_version_of_a_broker_is_remembered_for_a_day(make_link: _Made, facts: Mailbox) -> None:
    def speaks(version: int) -> Callable[[Peer], None]:
        def script(peer: Peer) -> None:
            assert peer.accept().version == version
            peer.expect_end()

        return script

    with ScriptBroker(_old_broker_by_reason, speaks(4), speaks(4), speaks(5)) as broker:
        link = make_link(broker.port, post=facts)
        for shift_ns in (0, 0, _DAY_NS):
            make_link.clock.shift_ns += shift_ns
            link.connect(0, None)
            facts.expect(LinkUp)
            link.drop()
            facts.expect(LinkDown)


def test_a_broker_that_just_hung_up_is_asked_for_mqtt_5_again_within_the_hour(make_link: _Made, facts: Mailbox) -> None:
    with ScriptBroker(_old_broker_by_silence, _accept_and_stay, _expects_5) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.drop()
        facts.expect(LinkDown)
        make_link.clock.shift_ns = _DAY_NS // 24
        link.connect(0, None)
        facts.expect(LinkUp)
        link.close()


def _expects_5(peer: Peer) -> None:
    assert peer.accept().version == 5
    peer.stay()


def test_a_broker_that_takes_no_version_is_asked_for_both_again(make_link: _Made, facts: Mailbox) -> None:
    def closes(peer: Peer) -> None:
        broker.seen.put(peer.expect_connect().version)

    with ScriptBroker(closes) as broker:
        link = make_link(broker.port, post=facts)
        for _ in range(2):
            link.connect(0, None)
            assert facts.expect(LinkDown).reason == "closed by the broker"

    assert [broker.seen.get(timeout=1) for _ in range(4)] == [5, 4, 5, 4]


def test_refusal_is_told_in_words(make_link: _Made, facts: Mailbox) -> None:
    def refuses(peer: Peer) -> None:
        peer.expect_connect()
        peer.connack(reason=0x87)

    with ScriptBroker(refuses) as broker:
        make_link(broker.port, post=facts).connect(0, None)

        assert facts.expect(LinkDown).reason == "refused by the broker: Not authorized"


def test_refused_subscription_ends_the_connection(make_link: _Made, facts: Mailbox) -> None:
    def refuses(peer: Peer) -> None:
        peer.accept(suback=0x87)

    with ScriptBroker(refuses) as broker:
        make_link(broker.port, post=facts).connect(0, None)

        assert facts.expect(LinkDown).reason == "subscription refused by the broker: Not authorized, Not authorized"


def test_broker_that_never_answers_is_given_up(
    make_link: _Made, facts: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_session, "OPENING_TIMEOUT_S", 0.2)

    def never_answers(peer: Peer) -> None:
        peer.expect_connect()
        peer.expect_end()

    with ScriptBroker(never_answers) as broker:
        make_link(broker.port, post=facts).connect(0, None)

        assert facts.expect(LinkDown).reason == "no CONNACK within 0.2 s"


def test_nobody_listening_is_told_at_once(make_link: _Made, facts: Mailbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    make_link(port, post=facts).connect(0, None)

    assert facts.expect(LinkDown).reason == f"127.0.0.1:{port}: Connection refused"


def test_attempt_can_be_given_up(make_link: _Made, facts: Mailbox) -> None:
    def silent(peer: Peer) -> None:
        peer.expect_connect()
        broker.seen.put("connecting")
        peer.expect_end()

    with ScriptBroker(silent) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        broker.seen.get(timeout=5)
        link.publish(_ALARM, 1)
        link.drop()

        assert facts.expect(LinkDown).reason == "given up before the connection was there"
        link.connect(0, None)
        broker.seen.get(timeout=5)
        link.close()
        facts.expect(LinkDown)


# ---------------------------------------------------------------- messages up


def test_puback_answers_with_the_token(make_link: _Made, facts: Mailbox) -> None:
    with ScriptBroker(_accept_and_stay) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        for token in range(1000, 1100):
            link.publish(_ALARM, token)

        answered = [facts.expect(Published) for _ in range(100)]
        link.close()

    assert [fact.token for fact in answered] == list(range(1000, 1100))
    assert {fact.refused for fact in answered} == {None}


def test_refused_message_is_not_called_published(make_link: _Made, facts: Mailbox) -> None:
    def refuses(peer: Peer) -> None:
        peer.accept()
        peer.puback(peer.expect_publish().mid, 0x87)
        peer.stay()

    with ScriptBroker(refuses) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.publish(_ALARM, 7)

        assert (answer := facts.expect(Published)).token == 7
        assert answer.refused == "Not authorized"
        link.close()


def test_no_more_in_flight_than_the_broker_takes(make_link: _Made, facts: Mailbox) -> None:
    def takes_three(peer: Peer) -> None:
        peer.accept(properties=b"\x21\x00\x03")
        for _ in range(3):
            peer.expect_publish()
        # Leaving was asked for behind ten messages, and no fourth comes before it.
        peer.expect(DISCONNECT)

    def acknowledges_one(peer: Peer) -> None:
        peer.accept(properties=b"\x21\x00\x03")
        peer.puback(min(peer.expect_publish().mid for _ in range(3)))
        peer.expect_publish()
        broker.seen.put("fourth")
        peer.expect(DISCONNECT)

    with ScriptBroker(takes_three, acknowledges_one) as broker:
        link = make_link(broker.port, post=facts)
        for waits in (False, True):
            link.connect(0, None)
            assert facts.expect(LinkUp).receive_maximum == 3
            for token in range(10):
                link.publish(_ALARM, token)
            if waits:
                assert broker.seen.get(timeout=5) == "fourth"
                facts.expect(Published)
            link.leave(None)
            facts.expect(LinkDown)


def test_nothing_of_an_earlier_connection_is_sent_again(make_link: _Made, facts: Mailbox) -> None:
    def swallows(peer: Peer) -> None:
        peer.accept()
        for _ in range(20):
            peer.expect_publish()

    def takes(peer: Peer) -> None:
        peer.expect_connect()
        broker.seen.put("connecting")
        peer.wait()
        peer.connack()
        peer.answer_subscribe()
        broker.seen.put(peer.expect_publish())
        peer.expect_end()

    with ScriptBroker(swallows, takes) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        for token in range(50):
            link.publish(_ALARM, token)
        assert facts.expect(LinkDown).reason in {"closed by the broker", "connection reset by peer"}
        link.publish(Message(_ALARM.topic, b"while down"), 98)
        link.connect(0, None)
        broker.seen.get(timeout=5)
        link.publish(Message(_ALARM.topic, b"while connecting"), 99)
        broker.release()
        facts.expect(LinkUp)
        link.publish(Message(_ALARM.topic, b"new"), 100)

        arrival = broker.seen.get(timeout=5)
        link.drop()

    assert getattr(arrival, "payload", None) == b"new"
    assert getattr(arrival, "dup", None) is False


def test_message_over_the_brokers_limit_is_refused_and_the_connection_stays(make_link: _Made, facts: Mailbox) -> None:
    def small(peer: Peer) -> None:
        peer.accept(properties=b"\x27" + (100).to_bytes(4))
        peer.stay()

    with ScriptBroker(small) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.publish(Message(_ALARM.topic, bytes(200)), 1)
        link.publish(_ALARM, 2)

        assert facts.expect(Published).refused == "Packet too large"
        assert (answer := facts.expect(Published)).token == 2
        assert answer.refused is None
        link.close()


def test_lock_held_over_publish_and_taken_by_post_does_not_deadlock(make_link: _Made) -> None:
    lock = threading.Lock()
    facts: queue.SimpleQueue[object] = queue.SimpleQueue()

    def post(fact: object) -> None:
        with lock:
            facts.put(fact)

    with ScriptBroker(_accept_and_stay) as broker:
        link = make_link(broker.port, post=post)
        link.connect(0, None)
        assert isinstance(facts.get(timeout=5), LinkUp)
        for token in range(500):
            with lock:
                link.publish(_ALARM, token)

        assert [getattr(facts.get(timeout=5), "token", None) for _ in range(500)] == list(range(500))
        link.close()


def test_only_the_mqtt_thread_touches_the_socket(
    make_link: _Made, facts: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = set()
    send = Wire.send

    def watched(wire: Wire, buffer: bytes | bytearray) -> int:
        users.add(threading.current_thread().name)
        return send(wire, buffer)

    monkeypatch.setattr(Wire, "send", watched)
    with ScriptBroker(_accept_and_stay) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.publish(_ALARM, 1)
        facts.expect(Published)
        link.leave(_ALARM)
        facts.expect(LinkDown)

    assert users == {"mqtt"}


# ---------------------------------------------------------------- messages down


@pytest.mark.parametrize("old", [False, True])
def test_longer_payload_than_allowed_comes_as_none(make_link: _Made, facts: Mailbox, old: bool) -> None:
    def sends(peer: Peer) -> None:
        peer.accept()
        peer.publish(_DOWN[0], b"x" * _MAX_PAYLOAD_BYTES, mid=1)
        peer.publish(_DOWN[0], b"x" * (_MAX_PAYLOAD_BYTES + 1), mid=2)
        peer.publish(_DOWN[1], b"", mid=3)
        assert [peer.expect(4).body[:2] for _ in range(3)] == [b"\0\1", b"\0\2", b"\0\3"]
        peer.stay()

    with ScriptBroker(*([_old_broker_by_code] if old else []), sends) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)

        received = [facts.expect(Received) for _ in range(3)]
        link.close()

    assert [fact.payload for fact in received] == [b"x" * _MAX_PAYLOAD_BYTES, None, b""]
    assert [fact.topic for fact in received] == [_DOWN[0], _DOWN[0], _DOWN[1]]


def test_huge_message_under_3_1_1_is_acknowledged_and_thrown_away(make_link: _Made, facts: Mailbox) -> None:
    def sends(peer: Peer) -> None:
        peer.accept()
        peer.publish(_DOWN[0], bytes(5_000_000), mid=1)
        peer.publish(_DOWN[0], b"small", mid=2)
        assert [peer.expect(4).body[:2] for _ in range(2)] == [b"\0\1", b"\0\2"]
        peer.stay()

    with ScriptBroker(_old_broker_by_code, sends) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(Received).payload is None
        assert facts.expect(Received).payload == b"small"
        link.close()


def test_packet_beyond_what_we_announced_ends_the_connection(make_link: _Made, facts: Mailbox) -> None:
    def sends(peer: Peer) -> None:
        peer.accept()
        peer.sock.sendall(b"\x32\xff\xff\xff\x7f\x00\x03")
        peer.expect_end()

    with ScriptBroker(sends) as broker:
        make_link(broker.port, post=facts).connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(LinkDown).reason == "the broker sent a packet of 268435455 bytes, at most 72704 fit"


def test_topic_that_is_not_utf_8_is_no_message_of_ours(make_link: _Made, facts: Mailbox) -> None:
    def sends(peer: Peer) -> None:
        peer.accept()
        peer.send(3, 2, b"\x00\x02\xff\xfe\x00\x01\x00payload")
        peer.expect(4)
        peer.stay()

    with ScriptBroker(sends) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(Received).topic == ""
        link.close()


@pytest.mark.parametrize("seed", range(20))
def test_garbage_ends_the_connection_and_nothing_else(make_link: _Made, facts: Mailbox, seed: int) -> None:
    chance = random.Random(seed)

    def sends_garbage(peer: Peer) -> None:
        peer.accept()
        with contextlib.suppress(OSError):  # cut off in the middle
            for _ in range(200):
                peer.send(chance.randrange(16), chance.randrange(16), chance.randbytes(chance.randrange(40)))
            peer.sock.shutdown(socket.SHUT_WR)
        while peer.read() is not None:
            pass

    with ScriptBroker(sends_garbage, _accept_and_stay) as broker:
        link = make_link(broker.port, post=(mixed := _Endings()))
        link.connect(0, None)
        mixed.wait_for(LinkDown)
        link.connect(0, None)
        mixed.wait_for(LinkUp)

        assert link.alive
        link.close()


class _Endings:
    """Takes any facts; waits for one of a kind."""

    def __init__(self) -> None:
        self._facts: queue.SimpleQueue[object] = queue.SimpleQueue()

    def __call__(self, fact: object) -> None:
        self._facts.put(fact)

    def wait_for(self, kind: type) -> None:
        while not isinstance(self._facts.get(timeout=10), kind):
            pass


# ---------------------------------------------------------------- the end


def test_error_while_posting_ends_the_connection_and_the_next_one_works(make_link: _Made) -> None:
    facts = Mailbox()
    faults = [RuntimeError("no room")]

    def post(fact: object) -> None:
        if isinstance(fact, Received) and faults:
            raise faults.pop()
        facts(fact)  # type: ignore[arg-type]  # whatever is posted is a Fact

    def sends(peer: Peer) -> None:
        peer.accept()
        peer.publish(_DOWN[0], b"receipt")
        peer.stay()

    with ScriptBroker(sends) as broker:
        link = make_link(broker.port, post=post)
        link.connect(0, None)
        facts.expect(LinkUp)
        assert facts.expect(LinkDown).reason == "RuntimeError: no room"
        assert link.alive
        link.connect(0, None)

        facts.expect(LinkUp)
        assert facts.expect(Received).payload == b"receipt"
        link.close()


_DEAF_PROPERTIES = {
    "plain": b"",
    "server keepalive off": b"\x13\x00\x00",
    "server keepalive long": b"\x13\x02\x58",
    "we talk": b"",
    "it does not even read": b"",
}


def test_half_open_link_is_noticed_within_one_and_a_half_keepalives(make_link: _Made) -> None:
    def goes_deaf(name: str) -> Callable[[Peer], None]:
        def script(peer: Peer) -> None:
            peer.accept(properties=_DEAF_PROPERTIES[name])
            last_bytes.put((name, time.monotonic()))
            if name == "it does not even read":
                peer.wait()
            while peer.read() is not None:
                pass

        return script

    last_bytes: queue.SimpleQueue[tuple[str, float]] = queue.SimpleQueue()
    boxes = {name: Mailbox() for name in _DEAF_PROPERTIES}
    with contextlib.ExitStack() as brokers:
        links = {}
        for name, box in boxes.items():
            broker = brokers.enter_context(ScriptBroker(goes_deaf(name)))
            links[name] = make_link(broker.port, post=box, keepalive_s=1)
            links[name].connect(0, None)
            box.expect(LinkUp)
        stop = threading.Event()
        talker = threading.Thread(target=_talk, args=(links["we talk"], stop))
        talker.start()
        began_s = time.monotonic()
        for token in range(20):
            links["it does not even read"].publish(Message(_ALARM.topic, bytes(1_000_000)), token)
        publishing_s = time.monotonic() - began_s

        downs = {name: box.expect(LinkDown) for name, box in boxes.items()}
        stop.set()
        talker.join()

    heard_s = dict(last_bytes.get(timeout=5) for _ in boxes)
    for name, down in downs.items():
        assert 1.4 < down.at_ns / 1e9 - heard_s[name] < 1.9, name
        assert down.reason.startswith("nothing heard for 1.5"), name
    assert publishing_s < 1, "publish must not wait for the socket"


def _talk(link: MqttLink, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        link.publish(_ALARM, 1)


def test_link_that_answers_pings_stays(make_link: _Made, facts: Mailbox) -> None:
    def answers(peer: Peer) -> None:
        peer.accept()
        for _ in range(2):
            packet = peer.read()
            assert packet is not None
            assert packet.kind == PINGREQ
            peer.send(PINGRESP, 0, b"")
        broker.seen.put("two pings")
        peer.stay()

    with ScriptBroker(answers) as broker:
        link = make_link(broker.port, post=facts, keepalive_s=1)
        link.connect(0, None)
        facts.expect(LinkUp)

        assert broker.seen.get(timeout=5) == "two pings"
        assert facts.empty
        link.close()


def test_keepalive_that_the_broker_shortens_is_kept(make_link: _Made, facts: Mailbox) -> None:
    def impatient(peer: Peer) -> None:
        peer.accept(properties=b"\x13\x00\x01")
        began_s = time.monotonic()
        packet = peer.read()
        assert packet is not None
        assert packet.kind == PINGREQ
        broker.seen.put(time.monotonic() - began_s)

    with ScriptBroker(impatient) as broker:
        make_link(broker.port, post=facts, keepalive_s=60).connect(0, None)
        facts.expect(LinkUp)

        waited_s = broker.seen.get(timeout=5)
        facts.expect(LinkDown)

    assert isinstance(waited_s, float)
    assert waited_s < 1.0


def test_goodbye_of_the_broker_is_told_in_words(make_link: _Made, facts: Mailbox) -> None:
    def stops(peer: Peer) -> None:
        peer.accept()
        peer.send(DISCONNECT, 0, b"\x8b\x00")

    with ScriptBroker(stops) as broker:
        make_link(broker.port, post=facts).connect(0, None)
        facts.expect(LinkUp)

        assert facts.expect(LinkDown).reason == "ended by the broker: Server shutting down"


def test_farewell_is_acknowledged_before_disconnect(make_link: _Made, facts: Mailbox) -> None:
    def takes_leave(peer: Peer) -> None:
        peer.accept()
        arrival = peer.expect_publish()
        assert (arrival.payload, arrival.retain) == (b"offline", True)
        peer.puback(arrival.mid)
        peer.expect(DISCONNECT)
        peer.expect_end()

    with ScriptBroker(takes_leave) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.leave(_WILL)
        link.close()

        assert facts.expect(LinkDown).reason == "left"
        assert facts.empty


def test_farewell_that_is_not_acknowledged_leaves_the_word_to_the_will(
    make_link: _Made, facts: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "_FAREWELL_TIMEOUT_S", 0.2)

    def swallows(peer: Peer) -> None:
        peer.accept()
        peer.expect_publish()
        peer.expect_end()

    with ScriptBroker(swallows) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, _WILL)
        facts.expect(LinkUp)
        link.leave(_WILL)

        assert facts.expect(LinkDown).reason == "left; the broker did not take our farewell"


def test_dropped_connection_ends_without_a_word(make_link: _Made, facts: Mailbox) -> None:
    def script(peer: Peer) -> None:
        peer.accept()
        peer.expect_end()

    with ScriptBroker(script) as broker:
        link = make_link(broker.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.drop()

        assert facts.expect(LinkDown).reason == "dropped"
        link.drop()
        link.leave(None)
        link.close()
        assert facts.empty


def test_connecting_elsewhere_ends_the_connection_first(make_link: _Made, facts: Mailbox) -> None:
    with ScriptBroker(_accept_and_stay) as first, ScriptBroker(_accept_and_stay) as second:
        link = make_link(first.port, second.port, post=facts)
        link.connect(0, None)
        facts.expect(LinkUp)
        link.connect(1, None)

        assert facts.expect(LinkDown).broker == 0
        assert facts.expect(LinkUp).broker == 1
        link.close()


# ---------------------------------------------------------------- beside the connection


def test_probe_tells_which_broker_is_well(make_link: _Made, facts: Mailbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        nobody = reserved.getsockname()[1]
    with ScriptBroker(lambda peer: peer.expect_end()) as broker:
        link = make_link(broker.port, nobody, post=facts)
        link.probe(0)
        assert (first := facts.expect(Probed)).well
        link.probe(1)
        second = facts.expect(Probed)

    assert (first.broker, second.broker, second.well) == (0, 1, False)


def test_what_can_never_work_is_refused_at_once(facts: Mailbox) -> None:
    remote = [Broker("broker.example", 8883, tls=True)]

    with pytest.raises(MqttError, match="no certificate"):
        MqttLink(remote, "store-0042", _DOWN, 10, None, facts, SystemClock(), 1024)
    with pytest.raises(MqttError, match="keepalive of 0 s"):
        MqttLink([], "store-0042", _DOWN, 0, None, facts, SystemClock(), 1024)
    with pytest.raises(MqttError, match="nothing to subscribe"):
        MqttLink([], "store-0042", (), 10, None, facts, SystemClock(), 1024)
