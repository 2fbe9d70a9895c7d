"""Plays a short scene and draws the demo's screen as it then stands: `python docs/pictures/demo.py` writes demo.svg."""

import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console

from device.logic.receipt import Answer
from sim.board.lines import Seen
from sim.control_room.room import Seen as RoomSeen
from sim.demo.player import Player
from sim.demo.screen import Screen
from sim.demo.terminal import KEYS
from sim.office import TrialOffice
from sim.site import DEVICE
from sim.stage import Stage

PICTURE = Path(__file__).with_suffix(".svg")


def main() -> None:
    news: SimpleQueue[Seen | RoomSeen] = SimpleQueue()
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        office = TrialOffice(folder / "trial", DEVICE)
        stage = undo.enter_context(Stage(folder, office=office, on_board=news.put, on_room=news.put))
        player = Player(stage, news)
        screen = Screen(stage.site.device, stage.broker.name, KEYS, "en")
        stage.board.power_on()
        _until(player, lambda: player.story.is_connected)
        player.press()
        _until(player, lambda: player.lamp() == "received")
        player.cut()
        _until(player, lambda: any(j.what == "trouble.line" for j in player.story.journeys.values()))
        player.cut()
        _until(player, lambda: len(player.story.journeys) == 5)
        player.press()
        player.answer(Answer.DISPATCHED)
        _until(player, lambda: len(player.story.journeys) == 7 and _all_received(player))
        player.answer(Answer.DISPATCHED)
        console = Console(record=True, width=124, file=StringIO())
        console.print(screen.draw(player))
    # The picture brings nothing from the internet: without its web fonts it is shown in the reader's own.
    svg = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="make demo"), flags=re.DOTALL)
    PICTURE.write_text(svg, encoding="utf-8")


def _all_received(player: Player) -> bool:
    return all("receipt" in journey.steps for journey in player.story.journeys.values())


def _until(player: Player, condition: Callable[[], bool]) -> None:
    while not condition():
        player.hear(0.05)


main()
