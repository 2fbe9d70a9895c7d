"""The demo on a screen: one store, live, played with single keys."""

import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console
from rich.live import Live

from device.logic.receipt import Answer
from sim.board.lines import Seen
from sim.broker.brokers import Broker
from sim.control_room.room import Seen as RoomSeen
from sim.demo.player import Player
from sim.demo.screen import Screen
from sim.demo.words import Language
from sim.office import TrialOffice
from sim.stage import Stage

_TURN_S = 0.05
KEYS = {
    " ": "key press",
    "b": "key hold",
    "h": "key phone",
    "c": "key cut",
    "n": "key network",
    "p": "key power",
    "r": "key room",
    "d": "key dispatch",
    "x": "key close",
    "l": "key language",
    "q": "key quit",
}


class Terminal:
    """Needs a terminal on standard input and output."""

    def __init__(self, folder: Path, office: TrialOffice, broker: Broker, seed: int, language: Language) -> None:
        self._news: SimpleQueue[Seen | RoomSeen] = SimpleQueue()
        self._stage = Stage(
            folder, broker=broker, office=office, on_board=self._news.put, on_room=self._news.put, seed=seed
        )
        self._broker = broker
        self._language: Language = language

    def run(self) -> None:
        """Until the person quits."""
        with self._stage as stage, _single_keys():
            player = Player(stage, self._news)
            screen = Screen(stage.site.device, self._broker.name, KEYS, self._language)
            actions = _actions(player, screen)
            stage.board.power_on()
            with Live(console=Console(), screen=True, auto_refresh=False) as live:
                while (key := _key()) != "q":
                    if key in actions:
                        actions[key]()
                    player.hear(_TURN_S)
                    live.update(screen.draw(player), refresh=True)


def _actions(player: Player, screen: Screen) -> dict[str, Callable[[], None]]:
    return {
        " ": player.press,
        "b": player.hold,
        "h": player.phone,
        "c": player.cut,
        "n": player.next_network,
        "p": player.power,
        "r": player.next_mood,
        "d": lambda: player.answer(Answer.DISPATCHED),
        "x": lambda: player.answer(Answer.CLOSED),
        "l": lambda: _switch_language(screen),
    }


def _switch_language(screen: Screen) -> None:
    screen.language = "en" if screen.language == "ko" else "ko"


@contextmanager
def _single_keys() -> Iterator[None]:
    """Keys without Return, and without echo."""
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _key() -> str:
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return sys.stdin.read(1) if ready else ""
