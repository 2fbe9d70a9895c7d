"""The words of one language, and how they are put together. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from device.commission.faults import Fault, Flaw
from device.commission.view import Choice, Phrase, Said


class Language(StrEnum):
    """What the installer reads."""

    KOREAN = "ko"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """`{door}`, `{others}`, `{wires}` and `{why}` stand for what is put in. `door`, `doors`: how they are called.

    `{Door}`: the same where a sentence begins, in a language that has capitals.
    """

    phrases: Mapping[Phrase, str]
    flaws: Mapping[Flaw, str]
    choices: Mapping[Choice, str]
    door: Callable[[str], str]
    doors: Callable[[tuple[str, ...]], str]
    wires: str
    header: str
    """`{door}`, `{number}`, `{of}`, `{done}`."""
    header_of_bank: str
    number: str
    """Before what is typed."""
    stop: str
    searching: str
    stopped: str
    written: str
    already: str
    unplugged: str
    """`{bus}` and `{port}`, here and below: there is no such port."""
    forbidden: str
    """`{group}`: whose members may open it."""
    taken: str

    def said(self, said: Said | Fault) -> str:
        """What stands on the screen, in one paragraph or more."""
        if isinstance(said, Fault):
            return self._fault(said)
        door = self.door(said.door)
        text = self.phrases[said.phrase]
        return text.format(door=door, Door=_capital(door), others=self.doors(said.others), wires=", ".join(said.wires))

    def choice(self, choice: Choice, door: str) -> str:
        return self.choices[choice].format(door=self.door(door))

    def _fault(self, fault: Fault) -> str:
        door = self.door(fault.door or "")
        text = self.flaws[fault.flaw].format(door=door, Door=_capital(door), why=fault.why)
        wires = self.wires.format(wires=", ".join(fault.wires))
        return f"{text}\n{wires}" if fault.wires else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
