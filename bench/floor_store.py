"""The floor of a durable event: sign, commit, publish in a bare loop. No chain, no queue, no receipt, one thread."""

import sqlite3
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from bench.lines import say

# As long as the envelope of an alarm.
_BODY = b"x" * 900


def main() -> None:
    port, path, events = sys.argv[1:]
    key = Ed25519PrivateKey.generate()
    database = sqlite3.connect(Path(path), isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, envelope BLOB)")
    client = Client(CallbackAPIVersion.VERSION2, client_id="floor-store", protocol=MQTTv5)
    client.connect("127.0.0.1", int(port))
    client.loop_start()
    begun_s = time.monotonic()
    for number in range(int(events)):
        envelope = _BODY + key.sign(b"%d" % number + _BODY)
        database.execute("INSERT INTO events VALUES (NULL, ?)", (envelope,))
        taken = client.publish("floor/store", envelope, qos=1)
    taken.wait_for_publish()
    say("done", time.monotonic() - begun_s)
    client.disconnect()
    client.loop_stop()
    database.close()


if __name__ == "__main__":
    main()
