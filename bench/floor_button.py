"""The floor of a press: what anybody would write first. gpiozero, paho, QoS 1.

No debounce, no signature, no store, no receipt.
"""

import os
import sys

from gpiozero import Button
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion


def run(port: int, pins: list[str], *tls: str) -> list[Button]:
    buttons = watch(connect(port, *tls), pins)
    os.write(1, b'["armed"]\n')
    return buttons


def connect(port: int, ca: str | None = None, *identity: str) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, client_id="floor", protocol=MQTTv5)
    if ca is not None:
        certificate, key = identity
        client.tls_set(ca, certificate, key)
    client.connect("127.0.0.1", port, keepalive=10)
    client.loop_start()
    return client


def watch(client: Client, pins: list[str]) -> list[Button]:
    buttons = [Button(pin, pull_up=True) for pin in pins]
    for pin, button in zip(pins, buttons, strict=True):
        button.when_pressed = lambda pin=pin: client.publish(f"floor/{pin}", "pressed", qos=1)
        button.when_released = lambda pin=pin: client.publish(f"floor/{pin}/up", "released", qos=1)
    return buttons


if __name__ == "__main__":
    port, pins, *tls = sys.argv[1:]
    buttons = run(int(port), pins.split(","), *tls)
    sys.stdin.read()
