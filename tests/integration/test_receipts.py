"""Only the control room's signed receipt ends an event: no acknowledgement of a broker does, and no other receipt."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from device.logic.envelope import digest
from sim.board.lines import Order
from sim.broker.brokers import open_broker
from sim.control_room.core import Prompt, Silent, Wrong
from sim.control_room.device_keys import DeviceKeys
from sim.control_room.mischief import Wrongness
from sim.control_room.room import Room, make_core
from sim.control_room.verifier import Verifier
from sim.office import CONTROL_ROOM
from sim.site import BELL, BUTTON
from sim.stage import Stage
from tests.integration.witness import Witness
from tests.mqtt_client import V5, TestClient

PRESS_MS = 60
# A receipt for an event that was never sent means nothing: it is not refused, it answers nothing.
REASONS = {"digest", "audience", "typ", "kid", "signature", "header", "form", "payload"}


class Scene:
    """A stage with its board on, and a listener at the broker that has nothing to do with either."""

    def __init__(self, stage: Stage, witness: Witness, listener: TestClient) -> None:
        self.stage = stage
        self.witness = witness
        self.listener = listener

    def press(self, zone: str = BUTTON) -> set[str]:
        """Press once and let go; returns the ids of both events."""
        before = self.witness.ids("alarm.")
        self.stage.board.order(Order(zone, "press", PRESS_MS))
        self.witness.wait("press and release", lambda: len(self.witness.ids("alarm.")) == len(before) + 2)
        return self.witness.ids("alarm.") - before

    def payloads(self, count: int) -> list[bytes]:
        """What the broker gave out next on the device's alarm topic."""
        return [self.listener.next().payload for _ in range(count)]

    def refused(self) -> set[str]:
        """The reasons for which the device has refused messages, as its newest status says."""
        status = self.witness.status
        return set() if status is None else set(json.loads(status.health_json)["refused"])


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    witness = Witness()
    stage = Stage(tmp_path, broker=open_broker(), on_board=witness.board, on_room=witness.room)
    with stage, TestClient(stage.broker.port, "listener", version=V5) as listener:
        listener.greeted()
        listener.subscribe(f"ansim/v1/{stage.site.device}/alarm")
        stage.board.power_on()
        witness.wait_start()
        yield Scene(stage, witness, listener)


def test_event_that_the_broker_took_is_sent_again_byte_for_byte_until_the_receipt(scene: Scene) -> None:
    scene.stage.room.answering = Silent()
    pressed = scene.press()
    first = scene.payloads(2)
    pubacks = len(scene.witness.lines("puback"))
    again = scene.payloads(2)

    assert set(again) == set(first)
    assert len(set(first)) == 2
    assert pubacks >= 2
    assert not pressed & scene.witness.received

    scene.stage.room.answering = Prompt()
    scene.stage.network.reset()  # a new connection is quicker than the next resend
    scene.witness.wait("the receipts", lambda: pressed <= scene.witness.received)
    sent = {seen.values[2] for seen in scene.witness.lines("sent") if seen.values[0] == "alarm"}
    assert sent == {digest(payload) for payload in first}


def test_answered_event_is_not_sent_again(scene: Scene) -> None:
    pressed = scene.press()
    scene.witness.wait("the receipts", lambda: pressed <= scene.witness.received)
    # A new connection sends everything again that is not answered.
    scene.stage.network.reset()
    scene.witness.wait_for("up", 2)
    later = scene.press(BELL)
    scene.witness.wait("the receipts", lambda: later <= scene.witness.received)

    assert len(set(scene.payloads(4))) == 4
    assert scene.listener.heard.empty()


def test_event_that_a_broker_took_while_nobody_was_there_to_store_it_arrives_all_the_same(scene: Scene) -> None:
    stage = scene.stage
    stage.room.close()
    lost = scene.press()
    scene.payloads(2)
    scene.witness.wait_for("puback", 4)
    assert not lost & set(scene.witness.arrived("alarm."))

    core = make_core(
        Verifier(DeviceKeys(stage.site.device_keys).pinned), stage.ledger, stage.site.control_room, CONTROL_ROOM
    )
    with Room(core, partial(stage.room_link, stage.broker.port), stage.clock, scene.witness.room):
        scene.witness.wait("the receipts", lambda: lost <= scene.witness.received)


def test_receipts_that_are_wrong_in_any_way_stop_nothing_and_a_right_one_does(scene: Scene) -> None:
    doubted: set[str] = set()
    for kind in Wrongness:
        scene.stage.room.answering = Wrong(kind)
        pressed = scene.press()
        scene.witness.wait(f"receipts with a wrong {kind}", lambda: pressed <= scene.witness.replied)  # noqa: B023  called within the turn
        doubted |= pressed
    scene.stage.room.answering = Prompt()
    honest_ns = scene.stage.clock.monotonic_ns()
    scene.witness.wait("the receipts", lambda: doubted <= scene.witness.received)

    # Receipts come in the order in which they were sent: what was believed, was believed after honesty began.
    answered = [seen for seen in scene.witness.lines("answered") if seen.values[0] in doubted]
    assert len(answered) == len(doubted)
    assert all(seen.at_ns >= honest_ns for seen in answered)
    assert len(scene.witness.ids("trouble.message", "raised")) == 1
    scene.press(BELL)  # a zone that changes is told in a status
    scene.witness.wait("every reason counted", lambda: scene.refused() >= REASONS)
