"""The thread behind a link is watched: one that hangs must not look alive."""

import threading

from drivers.mqtt.brokers import Broker
from drivers.mqtt.link import MqttLink
from drivers.ports import Fact, LinkDown
from tests.drivers.mqtt.link_bench import ShiftedClock
from tests.ports import deaf_port


def test_thread_that_takes_nothing_it_is_asked_for_a_minute_is_not_alive() -> None:
    clock = ShiftedClock()
    hangs, goes_on = threading.Event(), threading.Event()

    def post(fact: Fact) -> None:
        if isinstance(fact, LinkDown):
            hangs.set()
            goes_on.wait()

    # Nobody listens there: the attempt ends at once, and its end hangs.
    link = MqttLink([Broker("127.0.0.1", deaf_port(), tls=False)], "store-0042", ["down"], 10, None, post, clock, 1024)
    try:
        link.connect(0, None)
        assert hangs.wait(10)
        clock.shift_ns = 60_000_000_000
        assert link.alive
        link.connect(0, None)
        assert not link.alive
    finally:
        goes_on.set()
        link.close()
