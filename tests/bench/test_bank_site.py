"""The bank that is measured, and who listens on its line."""

from pathlib import Path
from random import Random

from bench.bank_site import BOARDS, DOORS, add_bank, port_of
from bench.lock_boards import Ear
from bench.site import make_bench_site
from device.config.load import load, map_of
from sim.bank_site import setup_of
from sim.locks.boards.xor8a import Xor8aBoard
from sim.locks.line import Line
from sim.locks.setup import BoardSetup
from sim.schedule import Action, VirtualTime
from tests.pki import Pki


def test_agent_and_boards_read_one_bank_of_a_hundred_doors(tmp_path: Path) -> None:
    site = make_bench_site(tmp_path / "store", Pki(tmp_path), "mqtt://127.0.0.1:1883", zones=3)
    add_bank(site.config)

    config = load(site.config)
    bank_map = map_of(config)
    assert bank_map is not None
    doors, (bus,) = setup_of(config, bank_map)
    assert len(doors) == len({door.latch for door in doors}) == DOORS
    assert len(bus.boards) == BOARDS
    assert [each.port for each in config.buses] == [port_of(site.config)]


def test_ear_knows_when_a_frame_began_and_spoils_nothing() -> None:
    time = VirtualTime()

    def after(delay_ns: int, action: Action) -> None:
        time.schedule.at(time.clock.monotonic_ns() + delay_ns, action)

    line = Line(9_600, after, time.clock.monotonic_ns, Random(1))
    heard: list[bytes] = []
    line.deliver = heard.append
    line.attach(Xor8aBoard("left/1", BoardSetup(8), 1, after, Random(1)))
    ear = Ear(line, time.clock.monotonic_ns)
    question = bytes.fromhex("80010033b2")

    begun_ns = time.clock.monotonic_ns()
    line.host_sends(question)
    time.run_for(1_000_000_000)

    assert ear.asked == [(begun_ns, question)]
    assert [data for _, data in ear.answered] == heard
    assert [len(data) for data in heard] == [7]
