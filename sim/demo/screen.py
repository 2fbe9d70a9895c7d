"""What the demo looks like: how things stand, drawn for a terminal."""

from itertools import islice

from rich.columns import Columns
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sim.demo.player import Player
from sim.demo.story import STEPS, Journey
from sim.demo.words import Language, say
from sim.site import HEALTH, LAMP

_JOURNEYS = 14
_GOOD, _BAD, _DIM = "bold green", "bold red", "dim"
_LAMP_STYLE = {"dark": _DIM, "sending": "bold yellow", "received": _GOOD, "help": "bold cyan", "fault": _BAD}


class Screen:
    """Draws a player's world. `keys`: what each key does, as a word of sim/demo/words.py."""

    def __init__(self, device: str, broker: str, keys: dict[str, str], language: Language) -> None:
        """broker: its name, for people."""
        self._subtitle = f"{device} · {broker} · TLS"
        self._keys = keys
        self.language: Language = language

    def draw(self, player: Player) -> Group:
        """The whole screen as it should be now."""
        title = f"{self._say('title')}   [dim]{self._subtitle}[/dim]"
        return Group(Panel(self._counter(player), title=title), self._journeys(player), self._legend())

    def _legend(self) -> Columns:
        keys = (("␣" if key == " " else key, word) for key, word in self._keys.items())
        return Columns(
            [Text.assemble((f" {key} ", "reverse"), f" {self._say(word)}") for key, word in keys], padding=(0, 3)
        )

    def _counter(self, player: Player) -> Table:
        lamp = player.lamp()
        lit = player.story.lamps.get(LAMP, False)
        health = player.story.lamps.get(HEALTH, False)
        button = "wire cut" if player.is_cut else "pressed" if player.is_held else "at rest"
        link = "connected" if player.story.is_connected else "not connected"
        rows = (
            ("lamp", Text("● " if lit else "○ ", style=_LAMP_STYLE[lamp]) + Text(self._say(lamp), _LAMP_STYLE[lamp])),
            ("health", Text("●" if health else "○", style=_GOOD if health else _DIM)),
            ("button", self._state(button, good=button == "at rest")),
            ("phone", self._state("off hook" if player.is_off_hook else "on hook", good=not player.is_off_hook)),
            ("power", self._state("on" if player.is_powered else "off", good=player.is_powered)),
            ("network", self._state(player.network, good=player.network == "up") + "  " + self._say(link)),
            ("room", self._state(player.room, good=player.room == "prompt")),
        )
        table = Table.grid(padding=(0, 3))
        for word, value in rows:
            table.add_row(Text(self._say(word), style=_DIM), value)
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

    def _say(self, word: str) -> str:
        return say(word, self.language)


def _after(journey: Journey, step: str) -> Text:
    after_ms = journey.after_ms(step)
    if after_ms is None:
        return Text("…", style=_DIM)
    return Text(f"{after_ms:,.1f}", style=_GOOD if step == "receipt" else "")
