"""A store with everything real around its button: Mosquitto, a control room, and the agent as its own process."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from device.logic.envelope import MAX_BYTES
from drivers.clock import SystemClock
from drivers.keystore import KeyRing, jwk_of
from drivers.mqtt.brokers import Broker
from drivers.mqtt.link import MqttLink
from drivers.ports import Post
from sim.broker.mosquitto import HOST, Mosquitto
from sim.control_room.ledger import Ledger
from sim.control_room.room import SUBSCRIPTIONS, Room, make_core
from sim.control_room.verifier import Verifier
from tests.builders import make_signer
from tests.kernel.heard import Heard
from tests.pki import make_private_key, pem_of

DEVICE = "store-0042"
BUTTON = "GPIO17"
LIGHT = "GPIO22"
_ROOM = "control-room"
_KEEPALIVE_S = 10
# The emulated machine needs some seconds for what takes tenths of one elsewhere.
PATIENCE_S = 60.0

# No pull inside the chip: gpio-sim keeps one pull per line, so it would undo what the finger does from outside.
_CONFIG = """\
[device]
id = "{device}"
state_dir = "{folder}/state"

[identity]
key = "{folder}/device.key"
control_room_keys = "{folder}/control-room.jwks.json"

[mqtt]
brokers = ["mqtt://{host}:{port}"]

[[zone]]
name = "counter-button"
type = "holdup"
pin = "{button}"
contact = "normally-open"
pull = "none"
stable_ms = 20
hold_ms = 0

[[indicator]]
name = "counter-led"
pin = "{light}"
shows = "alarm"
"""


class Store:
    """Broker and control room run while this is open; the agent is started and stopped by the test. Main thread."""

    def __init__(self, folder: Path) -> None:
        self._config = folder / "agent.toml"
        self._agent: subprocess.Popen[bytes] | None = None
        self.heard = Heard()
        self._broker = Mosquitto(control_room=_ROOM)
        self._broker.start()
        device_key, room_signer = make_private_key("Ed25519"), make_signer(owner=_ROOM)
        self._ledger = Ledger(folder / "ledger.sqlite")
        verifier = Verifier({DEVICE: KeyRing([device_key.public_key()])})
        self.room = Room(
            make_core(verifier, self._ledger, room_signer, _ROOM), self._link, SystemClock(), self.heard.observe
        )
        self.room.start()
        if not self.room.wait_connected(PATIENCE_S):
            raise TimeoutError("the control room was not let in by the broker")
        (folder / "state").mkdir()
        (folder / "device.key").touch(mode=0o600)
        (folder / "device.key").write_bytes(pem_of(device_key))
        (folder / "control-room.jwks.json").write_text(json.dumps({"keys": [jwk_of(room_signer)]}))
        self._config.write_text(
            _CONFIG.format(device=DEVICE, folder=folder, host=HOST, port=self._broker.port, button=BUTTON, light=LIGHT)
        )

    def start_agent(self) -> None:
        """As systemd does. Its log goes to the console."""
        self._agent = subprocess.Popen(
            [Path(sys.executable).with_name("ansim-agent"), "run", "--config", self._config], stdin=subprocess.DEVNULL
        )

    def stop_agent(self) -> int:
        """As systemd does. Returns the exit status."""
        agent, self._agent = self._agent, None
        if agent is None:
            raise RuntimeError("the agent is not running")
        agent.terminate()
        try:
            return agent.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            agent.kill()
            agent.wait()
            raise

    def close(self) -> None:
        if self._agent is not None:
            self._agent.kill()
            self._agent.wait()
        self.room.close()
        self._broker.close()
        self._ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _link(self, post: Post) -> MqttLink:
        broker = Broker(HOST, self._broker.port, tls=False)
        return MqttLink([broker], _ROOM, SUBSCRIPTIONS, _KEEPALIVE_S, None, post, SystemClock(), MAX_BYTES)
