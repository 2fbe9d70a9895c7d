"""Boards out of a process that forks are boards like any other."""

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from sim.board.forks import BoardForks
from sim.board.lines import Seen
from sim.board.remote import RemoteBoard
from sim.site import Site, make_site

TIMEOUT_S = 20.0
# Nobody listens there: a board is armed before any network is up.
DEAD_PORT = 9


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[BoardForks]:
    with BoardForks(tmp_path / "boards.log") as forks:
        yield forks


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path / "store", [DEAD_PORT])


def until(lines: "SimpleQueue[Seen]", kind: str) -> Seen:
    while (seen := lines.get(timeout=TIMEOUT_S)).kind != kind:
        pass
    return seen


def test_every_life_is_a_new_process_with_a_new_epoch(forks: BoardForks, site: Site) -> None:
    lines: SimpleQueue[Seen] = SimpleQueue()
    board = RemoteBoard(site.config, lines.put, start=forks.start)
    lives = set()
    for _ in range(3):
        board.power_on()
        until(lines, "armed")
        assert board.is_on
        lives.add((board.pid, until(lines, "event").values[0]))
        board.cut_power()
        assert not board.is_on

    assert len({pid for pid, _ in lives}) == 3
    assert sorted(id_[:8] for _, id_ in lives) == ["00000001", "00000002", "00000003"]


def test_board_that_is_told_to_stop_says_goodbye(forks: BoardForks, site: Site) -> None:
    lines: SimpleQueue[Seen] = SimpleQueue()
    board = RemoteBoard(site.config, lines.put, start=forks.start)
    board.power_on()
    until(lines, "armed")
    board.close()

    events = [lines.get() for _ in range(lines.qsize())]
    assert "system.stopped" in {seen.values[1] for seen in events if seen.kind == "event"}


def test_board_that_cannot_start_ends_and_leaves_its_reason_in_the_log(forks: BoardForks, tmp_path: Path) -> None:
    process = forks.start(["--config", str(tmp_path / "nowhere.toml")])
    with process.stdin, process.stdout:
        assert process.stdout.read() == b""
        assert process.wait() == 1

    assert "nowhere.toml" in (tmp_path / "boards.log").read_text()


def test_boards_that_live_together_do_not_hold_each_others_lines(forks: BoardForks, tmp_path: Path) -> None:
    first_lines, second_lines = SimpleQueue[Seen](), SimpleQueue[Seen]()
    first = RemoteBoard(make_site(tmp_path / "a", [DEAD_PORT]).config, first_lines.put, start=forks.start)
    second = RemoteBoard(make_site(tmp_path / "b", [DEAD_PORT]).config, second_lines.put, start=forks.start)
    first.power_on()
    second.power_on()
    until(first_lines, "armed")
    until(second_lines, "armed")
    # Each would wait for ever if the other kept its pipe open.
    first.close()
    assert second.is_on
    second.close()
