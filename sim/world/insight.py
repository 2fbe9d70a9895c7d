"""What a device could know of its doors, and when: judged by what stood in the way, not by what it says. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.logic.units import MS, S
from drivers.lock_ports import PulseEnd, PulseOver
from sim.world.sightline import Span

if TYPE_CHECKING:
    from sim.world.bank import WorldBank
    from sim.world.witness import Pulsed, Witness

# A start reads every board twice, a contact once.
_START_NS, _START_REED_NS = 2_500 * MS, 500 * MS
# A board that was silent is asked every five seconds; a port that was gone is opened once a minute (drivers/locks).
_BOARD_BACK_NS, _LINE_BACK_NS = 8 * S, 66 * S
# What is believed of a door's own pulse: it excuses an opening for 30 s, counted from when it was over.
_EXCUSED_NS, _UNSURE_NS = 30 * S, 1_500 * MS
# No pulse lasts longer, whatever is said of it.
_LONGEST_PULSE_NS = 10_500 * MS
_BLANKING_NS = 150 * MS
# Two readings, a quarter of a second apart, and the boards of a whole line in between; 0.3 s that make it an alarm.
_BELIEVED_NS, _BELIEVED_REED_NS = 900 * MS, 500 * MS
# From the end of a window until what was held in it has been read again, twice.
_READ_AGAIN_NS = 600 * MS
# What changes more often than this is a faulty sensor: it may be muted for a minute behind the last change.
_FLUTTER, _FLUTTER_NS = 4, 80 * S


@dataclass(frozen=True, slots=True)
class Opening:
    """The sensor of a door read open, as far as the device could tell in one piece. `pieces`: what it was made of."""

    door: str
    from_ns: int
    to_ns: int
    pieces: tuple[Span, ...]


class Insight:
    """Of one store, at the end."""

    def __init__(self, bank: "WorldBank", witness: "Witness", now_ns: int) -> None:
        """now_ns: monotonic, as everything here."""
        self._bank = bank
        self._witness = witness
        self.now_ns = now_ns
        self._windows = _merged(self._holds())
        self._blind = {has_reed: _merged(self._blindness(has_reed=has_reed)) for has_reed in (False, True)}
        self._by_lock: dict[str, list[Pulsed]] = {}
        for pulse in witness.pulses:
            self._by_lock.setdefault(pulse.lock, []).append(pulse)

    # ------------------------------------------------------------ openings

    def openings(self, door: str) -> Iterator[Opening]:
        """What the device could not tell apart is one: too short a pause, or one that nobody could see."""
        pieces: list[Span] = []
        for span in self._bank.sight[door].spans:
            if pieces and self._shows(door, self.until(pieces[-1]), span.from_ns):
                yield self._opening(door, pieces)
                pieces = []
            pieces.append(span)
        if pieces:
            yield self._opening(door, pieces)

    def _opening(self, door: str, pieces: list[Span]) -> Opening:
        return Opening(door, pieces[0].from_ns, self.until(pieces[-1]), tuple(pieces))

    def until(self, span: Span) -> int:
        return span.until(self.now_ns)

    def open_ns(self, door: str, from_ns: int, to_ns: int) -> int:
        """For how long its sensor read open in this time: with all that a piece has outside, or all pieces together."""
        spans = [each for each in self._bank.sight[door].spans if each.from_ns < to_ns and self.until(each) > from_ns]
        within_ns = sum(min(self.until(span), to_ns) - max(span.from_ns, from_ns) for span in spans)
        return max(within_ns, *(self.until(span) - span.from_ns for span in spans), 0)

    def _shows(self, door: str, from_ns: int, to_ns: int) -> bool:
        """Whether a pause cannot have been overlooked."""
        due_ns = self.by_when_ns(door, from_ns)
        return due_ns <= to_ns and self.sees(door, from_ns, due_ns)

    # ------------------------------------------------------------ what stood in the way

    def sees(self, door: str, from_ns: int, to_ns: int) -> bool:
        """Nothing kept the device from reading its sensor in all this time."""
        return not _touches(self._blind[self._bank.sight[door].has_reed], from_ns, to_ns)

    def seen_again(self, door: str, from_ns: int, to_ns: int) -> list[int]:
        """The moments in this time from which on it was seen again."""
        blind = self._blind[self._bank.sight[door].has_reed]
        return [end_ns for _, end_ns in blind if from_ns <= end_ns < to_ns]

    def starts(self, from_ns: int, to_ns: int) -> int:
        """How often the device has started in this time."""
        return sum(from_ns <= life.from_ns <= to_ns for life in self._witness.lives)

    def by_when_ns(self, door: str, from_ns: int) -> int:
        """When at the latest an opening at this time must be believed, if it lasts."""
        due_ns = from_ns + self._belief_ns(door)
        for begin_ns, end_ns in self._windows:
            if begin_ns <= due_ns and end_ns > from_ns:
                due_ns = max(due_ns, end_ns + _READ_AGAIN_NS)
        return due_ns

    def flutters(self, door: str, at_ns: int) -> bool:
        spans = self._bank.sight[door].spans
        return (
            sum(at_ns - _FLUTTER_NS <= span.until(self.now_ns) and span.from_ns <= at_ns for span in spans) > _FLUTTER
        )

    def was_lied_to(self, door: str, at_ns: int) -> bool:
        """Its board said what was not so, then or a moment ago."""
        board = self._bank.places[door][0]
        lies = (ill for ill in self._bank.blindness if ill.lies and ill.board == board)
        return any(ill.from_ns <= at_ns and (ill.to_ns is None or at_ns <= ill.to_ns + _BOARD_BACK_NS) for ill in lies)

    def life_at(self, at_ns: int) -> int | None:
        for life in self._witness.lives:
            if life.from_ns <= at_ns and (life.to_ns is None or at_ns < life.to_ns):
                return life.number
        return None

    def is_long(self, door: str, piece: Span) -> bool:
        """Long enough to be believed where nothing stands in the way."""
        return self.until(piece) - piece.from_ns >= self._belief_ns(door)

    def _belief_ns(self, door: str) -> int:
        return _BELIEVED_REED_NS if self._bank.sight[door].has_reed else _BELIEVED_NS

    # ------------------------------------------------------------ what explains it

    def is_ordered(self, door: str, at_ns: int) -> bool | None:
        """Whether a pulse of the door's own lock explains that it opened then; None if it may or may not."""
        unsure = False
        for pulse in self._by_lock.get(self._bank.lock_of(door), ()):
            over_ns = self._over_ns(pulse)
            if self._end(pulse) in (PulseEnd.NOT_SENT, PulseEnd.REFUSED):
                continue
            if not pulse.at_ns <= at_ns <= over_ns + _EXCUSED_NS + _UNSURE_NS:
                continue
            if at_ns <= over_ns + _EXCUSED_NS - _UNSURE_NS and pulse.life == self.life_at(at_ns):
                return True
            unsure = True
        return None if unsure else False

    def is_released_in(self, door: str, from_ns: int, to_ns: int) -> bool:
        """Its own lock was pulsed in this time: a switch behind a board cannot tell what came first."""
        pulses = self._by_lock.get(self._bank.lock_of(door), ())
        return not self._bank.sight[door].has_reed and any(from_ns < each.at_ns <= to_ns for each in pulses)

    def is_beside(self, door: str, pulsed: str, at_ns: int) -> bool:
        """Whether another door's pulse was under way, or had just ended."""
        pulses = self._by_lock.get(self._bank.lock_of(pulsed), ())
        margin_ns = _BLANKING_NS + 1_000 * MS
        return door != pulsed and any(each.at_ns <= at_ns <= self._over_ns(each) + margin_ns for each in pulses)

    def _over(self, pulse: "Pulsed") -> PulseOver | None:
        latest_ns = pulse.at_ns + _LONGEST_PULSE_NS
        overs = self._witness.overs.get(pulse.lock, ())
        return next((over for over in overs if pulse.at_ns <= over.at_ns <= latest_ns), None)

    def _over_ns(self, pulse: "Pulsed") -> int:
        over = self._over(pulse)
        return pulse.at_ns + _LONGEST_PULSE_NS if over is None else over.at_ns

    def _end(self, pulse: "Pulsed") -> PulseEnd | None:
        over = self._over(pulse)
        return None if over is None else over.end

    def _holds(self) -> Iterator[tuple[int, int]]:
        """Windows in which what other doors say is held."""
        for pulse in self._witness.pulses:
            yield pulse.at_ns, self._over_ns(pulse) + _BLANKING_NS

    def _blindness(self, *, has_reed: bool) -> Iterator[tuple[int, int]]:
        start_ns = _START_REED_NS if has_reed else _START_NS
        ended_ns = 0
        for life in self._witness.lives:
            yield ended_ns, life.from_ns + start_ns
            ended_ns = self.now_ns if life.to_ns is None else life.to_ns
        yield ended_ns, self.now_ns
        if has_reed:
            return
        # One board that is not well keeps the others waiting, or speaks into what they say.
        for ill in self._bank.blindness:
            back_ns = _LINE_BACK_NS if ill.board is None else _BOARD_BACK_NS
            yield ill.from_ns, self.now_ns if ill.to_ns is None else ill.to_ns + back_ns


def _merged(times: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin_ns, end_ns in sorted(times):
        if merged and begin_ns <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_ns))
        else:
            merged.append((begin_ns, end_ns))
    return merged


def _touches(times: list[tuple[int, int]], from_ns: int, to_ns: int) -> bool:
    return any(begin_ns < to_ns and end_ns > from_ns for begin_ns, end_ns in times)
