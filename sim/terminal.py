"""The demo on a screen: one store, live, played with single keys."""

import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from device.logic.receipt import Answer
from sim.board_lines import Seen
from sim.brokers import Broker
from sim.control_room.room import Seen as RoomSeen
from sim.player import Player
from sim.site import HEALTH, LAMP
from sim.stage import Stage
from sim.story import STEPS, Journey
from sim.words import Language, say

_TURN_S = 0.05
_JOURNEYS = 14
_GOOD, _BAD, _DIM = "bold green", "bold red", "dim"
_LAMP_STYLE = {"dark": _DIM, "sending": "bold yellow", "received": _GOOD, "help": "bold cyan", "fault": _BAD}


class Terminal:
    """Needs a terminal on standard input and output."""

    def __init__(self, folder: Path, broker: Broker, seed: int, language: Language) -> None:
        self._news: SimpleQueue[Seen | RoomSeen] = SimpleQueue()
        self._stage = Stage(folder, broker=broker, on_board=self._news.put, on_room=self._news.put, seed=seed)
        self._broker = broker
        self._language: Language = language

    def run(self) -> None:
        """Until the person quits."""
        with self._stage as stage, _single_keys():
            player = Player(stage, self._news)
            stage.board.power_on()
            keys = self._keys(player)
            with Live(console=Console(), screen=True, auto_refresh=False) as live:
                while (key := _key()) != "q":
                    if key in keys:
                        keys[key][1]()
                    player.hear(_TURN_S)
                    live.update(self._screen(player, keys), refresh=True)

    def _keys(self, player: Player) -> dict[str, tuple[str, Callable[[], None]]]:
        return {
            " ": ("key press", player.press),
            "b": ("key hold", player.hold),
            "h": ("key phone", player.phone),
            "c": ("key cut", player.cut),
            "n": ("key network", player.next_network),
            "p": ("key power", player.power),
            "r": ("key room", player.next_mood),
            "d": ("key dispatch", lambda: player.answer(Answer.DISPATCHED)),
            "x": ("key close", lambda: player.answer(Answer.CLOSED)),
            "l": ("key language", self._switch_language),
        }

    def _switch_language(self) -> None:
        self._language = "en" if self._language == "ko" else "ko"

    def _say(self, word: str) -> str:
        return say(word, self._language)

    def _screen(self, player: Player, keys: dict[str, tuple[str, Callable[[], None]]]) -> Group:
        legend = Text()
        for key, (word, _) in [*keys.items(), ("q", ("key quit", None))]:
            legend.append(f" {'␣' if key == ' ' else key} ", style="reverse")
            legend.append(f" {self._say(word)}   ")
        title = f"{self._say('title')}   [dim]{self._stage.site.device} · {self._broker.name}[/dim]"
        return Group(Panel(self._counter(player), title=title), self._journeys(player), legend)

    def _counter(self, player: Player) -> Table:
        lamp = player.lamp()
        lit = player.story.lamps.get(LAMP, False)
        health = player.story.lamps.get(HEALTH, False)
        button = "wire cut" if player.is_cut else "pressed" if player.is_held else "at rest"
        link = "connected" if player.story.is_connected else "not connected"
        rows = (
            ("lamp", Text("● " if lit else "○ ", style=_LAMP_STYLE[lamp]) + Text(self._say(lamp), _LAMP_STYLE[lamp])),
            ("button", self._state(button, good=button == "at rest")),
            ("phone", self._state("off hook" if player.is_off_hook else "on hook", good=not player.is_off_hook)),
            ("power", self._state("on" if player.is_powered else "off", good=player.is_powered)),
            ("network", self._state(player.network, good=player.network == "up") + "  " + self._say(link)),
            ("room", self._state(player.room, good=player.room == "prompt")),
        )
        table = Table.grid(padding=(0, 3))
        for word, value in rows:
            table.add_row(Text(self._say(word), style=_DIM), value)
        table.add_row(Text("♥", style=_GOOD if health else _DIM))
        return table

    def _state(self, word: str, *, good: bool) -> Text:
        return Text(self._say(word), style="" if good else _BAD)

    def _journeys(self, player: Player) -> Table:
        table = Table(expand=True, caption=self._say("legend"), caption_style=_DIM, box=None, header_style=_DIM)
        table.add_column(self._say("event"), ratio=4, no_wrap=True)
        for step in STEPS:
            table.add_column(self._say(step), justify="right", ratio=1, no_wrap=True)
        for journey in islice(reversed(player.story.journeys.values()), _JOURNEYS):
            table.add_row(self._name(journey), *(_after(journey, step) for step in STEPS))
        return table

    def _name(self, journey: Journey) -> Text:
        style = _BAD if journey.is_person else _DIM if journey.phase != "raised" else "yellow"
        return Text(f"{journey.what} {self._say(journey.phase)}  ", style=style) + Text(journey.subject, style=_DIM)


def _after(journey: Journey, step: str) -> Text:
    after_ms = journey.after_ms(step)
    if after_ms is None:
        return Text("…", style=_DIM)
    return Text(f"{after_ms:,.1f}", style=_GOOD if step == "receipt" else "")


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
