"""A disk that is full, read-only, failing or corrupt keeps no alarm from leaving, and no light from coming on."""

import json
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest

from sim.board.lines import Order
from sim.board.remote import Start, start_alone
from sim.control_room.core import Prompt, Silent
from sim.site import BELL, BUTTON, LAMP
from sim.stage import Stage
from tests.integration.disks import can_mount, fill, make_writable, on_tiny_disk, with_read_only
from tests.integration.witness import Witness

PRESS_MS = 60
DATABASE = "events.db"
# Presses after which the blocks that the database had in hand are used up.
ALARMS_TO_FILL = 12


class Scene:
    """A stage whose board is still off."""

    def __init__(self, stage: Stage, witness: Witness, state: Path) -> None:
        self.stage = stage
        self.witness = witness
        self.state = state

    def begin(self) -> None:
        """Power on; the start has been told to the control room, which has answered."""
        self.stage.board.power_on()
        self.witness.wait("the start", lambda: bool(self.answered & set(self.witness.arrived("system.started"))))

    def press(self, zone: str = BUTTON) -> set[str]:
        """Press once and let go; both events are verified by the control room."""
        before = set(self.witness.arrived("alarm."))
        self.stage.board.order(Order(zone, "press", PRESS_MS))
        self.witness.wait("both alarms", lambda: len(set(self.witness.arrived("alarm.")) - before) == 2)
        return set(self.witness.arrived("alarm.")) - before

    def press_and_be_heard(self, zone: str = BUTTON) -> set[str]:
        """The device has taken the control room's receipts for both, too."""
        pressed = self.press(zone)
        self.witness.wait("both receipts", lambda: pressed <= self.answered)
        return pressed

    @property
    def answered(self) -> set[str]:
        return {seen.values[0] for seen in self.witness.lines("answered")}

    def troubles(self, phase: str) -> list[dict[str, str]]:
        """What arrived about the disk: the details."""
        events = [arrival.event for arrival in self.witness.arrivals]
        told = [event for event in events if event.type == "ansim.trouble.storage" and event.phase == phase]
        return [json.loads(event.detail_json) for event in told]

    def wait_trouble(self, phase: str = "raised") -> dict[str, str]:
        self.witness.wait(f"trouble.storage {phase}", lambda: bool(self.troubles(phase)))
        return self.troubles(phase)[0]

    def fail_writes(self, *, fails: bool) -> None:
        """No file of the board may be written any more (RLIMIT_FSIZE: works everywhere), or all may be again."""
        pid = self.stage.board.pid
        assert pid is not None
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0 if fails else hard, hard))


Open = Callable[..., Scene]


@pytest.fixture
def open_scene(tmp_path: Path) -> Iterator[Open]:
    """A scene whose board is started as told."""
    with ExitStack() as undo:

        def open_(start: Start = start_alone) -> Scene:
            witness = Witness()
            stage = Stage(tmp_path, on_board=witness.board, on_room=witness.room, start_board=start)
            undo.enter_context(stage)
            return Scene(stage, witness, _state(tmp_path))

        yield open_


def _state(folder: Path) -> Path:
    return folder / "store" / "state"


def test_alarms_arrive_while_no_write_succeeds_and_all_is_kept_again_afterwards(open_scene: Open) -> None:
    scene = open_scene()
    scene.begin()
    scene.fail_writes(fails=True)
    pressed = scene.press_and_be_heard()

    assert scene.wait_trouble()["fault"] == "failed"
    assert not pressed & scene.witness.saved

    scene.fail_writes(fails=False)
    scene.wait_trouble("restored")
    later = scene.press_and_be_heard(BELL)
    scene.witness.wait("to be saved", lambda: later <= scene.witness.saved)


def test_light_comes_on_although_the_line_swallows_everything_and_no_write_succeeds(open_scene: Open) -> None:
    scene = open_scene()
    scene.begin()
    scene.stage.network.black()
    scene.fail_writes(fails=True)
    scene.stage.board.order(Order(BUTTON, "press", PRESS_MS))
    scene.witness.wait("the lamp", lambda: any(seen.values == (LAMP, True) for seen in scene.witness.lines("light")))

    assert not scene.witness.arrived("alarm.")
    assert not scene.witness.saved & scene.witness.ids("alarm.")


def test_alarms_arrive_when_no_write_succeeds_from_the_start(open_scene: Open) -> None:
    limited = partial(start_alone, wrapper=["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh"])
    scene = open_scene(limited)
    scene.begin()
    scene.press_and_be_heard()

    scene.wait_trouble()
    assert not scene.witness.saved
    assert all(id_.startswith("ffffffff") for id_ in scene.witness.ids(""))


def test_alarms_arrive_when_the_state_folder_is_read_only(open_scene: Open, tmp_path: Path) -> None:
    scene = open_scene(partial(with_read_only, _state(tmp_path)))
    scene.begin()
    scene.press_and_be_heard()

    assert scene.wait_trouble()["fault"] == "read-only"
    assert not list(scene.state.iterdir())
    make_writable(scene.state)
    scene.wait_trouble("restored")
    assert (scene.state / DATABASE).exists()


def test_alarms_arrive_on_a_full_disk(open_scene: Open, tmp_path: Path) -> None:
    state = _state(tmp_path)
    state.mkdir(parents=True)
    # A container may forbid mounting; then the disk is one that fails, which it says by another word.
    is_mounted = can_mount(state)
    scene = open_scene(partial(on_tiny_disk, state) if is_mounted else start_alone)
    scene.begin()
    _fill(scene, state, is_mounted=is_mounted)
    # Nobody answers, so nothing makes room: alarms take the reserve, and what may wait has to.
    scene.stage.room.answering = Silent()
    for number in range(ALARMS_TO_FILL):
        scene.press((BUTTON, BELL)[number % 2])
    scene.stage.board.order(Order(BUTTON, "cut"))

    assert scene.wait_trouble()["fault"] == ("full" if is_mounted else "failed")
    _fill(scene, state, is_mounted=is_mounted)
    for _ in range(ALARMS_TO_FILL):
        scene.press(BELL)
    scene.stage.room.answering = Prompt()
    scene.press_and_be_heard(BELL)


def _fill(scene: Scene, state: Path, *, is_mounted: bool) -> None:
    pid = scene.stage.board.pid
    assert pid is not None
    if is_mounted:
        fill(pid, state)
    else:
        scene.fail_writes(fails=True)


def test_store_that_is_corrupt_at_the_start_is_kept_aside_and_said(open_scene: Open) -> None:
    scene = open_scene()
    scene.begin()
    scene.stage.board.cut_power()
    spoilt = _spoil(scene.state / DATABASE)
    scene.stage.board.power_on()
    scene.press_and_be_heard()

    told = scene.wait_trouble()
    assert told["fault"] == "corrupt"
    assert (scene.state / told["kept_aside"]).read_bytes() == spoilt
    assert scene.wait_trouble("restored")["kept_aside"] == told["kept_aside"]
    starts = sorted(scene.witness.arrived("system.started"))
    assert [id_[:8] for id_ in starts] == ["00000001", "00000002"]


def test_store_that_becomes_corrupt_at_run_time_is_kept_aside_and_said(open_scene: Open) -> None:
    scene = open_scene()
    scene.begin()
    spoilt = _spoil(scene.state / DATABASE)
    scene.press_and_be_heard()

    told = scene.wait_trouble()
    assert told["fault"] == "corrupt"
    kept_aside = scene.wait_trouble("restored")["kept_aside"]
    assert (scene.state / kept_aside).read_bytes() == spoilt
    later = scene.press_and_be_heard(BELL)
    scene.witness.wait("to be saved", lambda: later <= scene.witness.saved)


def _spoil(path: Path) -> bytes:
    """Every byte of the file is another now; in place, as a card does it. Returns what is there then."""
    # Everything into the one file; and a board that runs reads it again, for another hand has been in it.
    with closing(sqlite3.connect(path, isolation_level=None)) as hand:
        hand.execute("INSERT INTO notes (text) VALUES ('looked in')")
        hand.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoilt = b"\xa5" * path.stat().st_size
    with path.open("r+b") as file:
        file.write(spoilt)
    return spoilt
