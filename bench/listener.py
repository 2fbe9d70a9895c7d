"""A plain subscriber in a process of its own: writes down what arrives and when, and tells it in the end.

Its arguments are the broker's port, and topics that it hears besides alarms.
"""

import base64
import sys
import time

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from bench.lines import say

_TOPICS = ("ansim/v1/+/alarm", "floor/+")


def main() -> None:
    port, *more = sys.argv[1:]
    heard: list[tuple[int, str, bytes]] = []
    client = Client(CallbackAPIVersion.VERSION2, client_id="bench-listener", protocol=MQTTv5)
    client.on_message = lambda _client, _data, message: heard.append(
        (time.monotonic_ns(), message.topic, bytes(message.payload))
    )
    client.on_subscribe = lambda *_: say("ready")
    client.connect("127.0.0.1", int(port))
    client.subscribe([(topic, 1) for topic in (*_TOPICS, *more)])
    client.loop_start()
    sys.stdin.read()
    client.disconnect()
    client.loop_stop()
    for at_ns, topic, payload in heard:
        say("heard", at_ns, topic, base64.b64encode(payload).decode())


if __name__ == "__main__":
    main()
