"""What must hold of the doors of every bank: truth at the leaves against what was told. Pure judgement."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from device.logic.event import Happening, Phase
from device.logic.units import MS, S
from sim.world.insight import Insight, Opening
from sim.world.witness import Told

if TYPE_CHECKING:
    from sim.world.bank import WorldBank
    from sim.world.store import Store

OPENED = frozenset({"alarm.forced", "alarm.wrong_door", "alarm.found_open"})
_OPEN_WORDS = frozenset({"open", "open-long", "left-open", "latched-open", "forced", "found-open", "wrong-door"})
_CLOSED_WORDS = frozenset({"secured", "closed", "unlatched", "releasing", "jammed", "person-inside"})
# A contact that bounces, and a coil's noise on top of it, may have moved first.
_EARLY_NS = 150 * MS
# A board's reading is as old as the bytes that bring it.
_LATE_NS = 60 * MS
# Less than this nobody could take for an opening: two bursts of a coil's noise, at their longest.
_GLITCH_NS = 220 * MS
_GLITCH_WITHIN_NS = 700 * MS
# An opening that is there when sight comes back is told within this.
_FOUND_NS = 2 * S
# Telling is a matter of the same turn.
_TOLD_NS = 300 * MS


class DoorJudge:
    """Of one store with a bank, in the end."""

    def __init__(self, store: "Store", bank: "WorldBank", start_ns: int, now_ns: int) -> None:
        """start_ns, now_ns: monotonic; the world began, and is now."""
        self._store = store
        self._bank = bank
        self._start_ns = start_ns
        self._insight = Insight(bank, store.witness, now_ns)
        self._alarms: dict[str, list[Told]] = {door: [] for door in bank.setup.names}
        for told in store.witness.told:
            happening = told.happening
            if happening.what in OPENED and happening.phase is Phase.RAISED and happening.subject in self._alarms:
                self._alarms[happening.subject].append(told)

    # ------------------------------------------------------------ missed

    def missed(self) -> Iterator[str]:
        """Openings that nobody ordered, that could be seen, and that were not told; or told late, or twice."""
        for door in self._bank.setup.names:
            for opening in self._insight.openings(door):
                yield from self._missed(opening)

    def _missed(self, opening: Opening) -> Iterator[str]:
        door, insight = opening.door, self._insight
        alarms = [told for told in self._alarms[door] if self._is_of(told.happening, opening)]
        again_ns = insight.seen_again(door, opening.from_ns, opening.to_ns)
        if len(alarms) > len(opening.pieces) + len(again_ns) + insight.starts(opening.from_ns, opening.to_ns):
            yield f"{self._shown(opening)} was told {len(alarms)} times"
        if insight.flutters(door, opening.to_ns):
            return
        for piece in opening.pieces:
            if insight.is_ordered(door, piece.from_ns) is not False:
                break
            due_ns = insight.by_when_ns(door, piece.from_ns)
            if insight.is_released_in(door, piece.from_ns, due_ns):
                break
            if insight.until(piece) > due_ns and insight.sees(door, opening.from_ns - MS, due_ns):
                yield from self._told_by(opening, alarms, due_ns)
                break
        for seen_ns in again_ns:
            yield from self._not_found(opening, alarms, seen_ns)

    def _told_by(self, opening: Opening, alarms: list[Told], due_ns: int) -> Iterator[str]:
        first = min(alarms, key=lambda told: told.at_ns, default=None)
        if first is None:
            yield f"{self._shown(opening)} was not told"
        elif first.at_ns + self._start_ns > due_ns + _TOLD_NS:
            late_ms = (first.at_ns + self._start_ns - due_ns) // MS
            yield f"{self._shown(opening)} was told {late_ms} ms too late, by {first.record.place}"
        elif first.happening.at_ns > due_ns:
            yield f"{self._shown(opening)} was told with another time, by {first.record.place}"

    def _not_found(self, opening: Opening, alarms: list[Told], seen_ns: int) -> Iterator[str]:
        """It was open when the device could see again; only one that knew it before need not say so."""
        door, insight = opening.door, self._insight
        due_ns = insight.by_when_ns(door, seen_ns) + _FOUND_NS
        piece = self._bank.sight[door].span_at(seen_ns)
        life = insight.life_at(seen_ns)
        if piece is None or insight.until(piece) <= due_ns or not insight.sees(door, seen_ns, due_ns):
            return
        earlier = [each for each in opening.pieces if each.from_ns <= seen_ns]
        knew = any(insight.life_at(each.from_ns) == life for each in earlier if insight.is_long(door, each))
        was_ordered = any(insight.is_ordered(door, each.from_ns) is not False for each in earlier)
        if not knew and not was_ordered and not any(told.life == life for told in alarms):
            yield f"{self._shown(opening)} was not found after the start of life {life}"

    def _is_of(self, alarm: Happening, opening: Opening) -> bool:
        return opening.from_ns - _EARLY_NS <= alarm.at_ns <= opening.to_ns + _LATE_NS

    # ------------------------------------------------------------ false

    def false(self) -> Iterator[str]:
        """Openings that were told and were none, or that were ordered."""
        for door, alarms in self._alarms.items():
            openings = list(self._insight.openings(door))
            for told in alarms:
                opening = next((each for each in openings if self._is_of(told.happening, each)), None)
                wrong = self._wrong(told, opening)
                if wrong is not None:
                    yield f"{told.record.place} {told.happening.what} {door}: {wrong}"

    def _wrong(self, told: Told, opening: Opening | None) -> str | None:
        at_ns, door, insight = told.happening.at_ns, told.happening.subject, self._insight
        open_ns = insight.open_ns(door, at_ns - _EARLY_NS, at_ns + _GLITCH_WITHIN_NS)
        if insight.was_lied_to(door, at_ns):
            return None
        if opening is None or open_ns < _GLITCH_NS:
            return f"its sensor read open for {open_ns // MS} ms"
        was_seen = insight.sees(door, opening.from_ns - MS, told.at_ns + self._start_ns)
        if insight.is_ordered(door, opening.from_ns) and len(opening.pieces) == 1 and was_seen:
            return "it was ordered to open"
        pulsed = told.happening.detail.get("pulsed")
        if told.happening.what == "alarm.wrong_door" and not insight.is_beside(door, str(pulsed), at_ns):
            return f"no lock of another door was released beside it: {pulsed}"
        return None

    # ------------------------------------------------------------ at rest

    def unlike(self) -> Iterator[str]:
        """Doors that are not in the end what is said of them."""
        if not self._store.is_on:
            return
        for door in self._bank.setup.names:
            word, reads_open = self._store.agent.zone_states[door], self._bank.sight[door].reads_open
            if word not in (_OPEN_WORDS if reads_open else _CLOSED_WORDS):
                yield f"{door} reads {'open' if reads_open else 'closed'}; the device says {word}"
            if self._bank.sight[door].has_reed and reads_open is not self._bank.sim.is_open(door):
                yield f"the contact of {door} does not say what its leaf does"
        yield from self._unpaired()

    def _unpaired(self) -> Iterator[str]:
        raised: set[tuple[str, str]] = set()
        life = 0
        for told in self._store.witness.told:
            happening = told.happening
            if told.life != life:
                life, raised = told.life, set()
            if happening.subject not in self._alarms or happening.phase is Phase.REPORTED:
                continue
            key = (happening.what, happening.subject)
            if (key in raised) is (happening.phase is Phase.RAISED):
                yield f"{told.record.place}: {happening.what} {happening.subject} is {happening.phase} twice"
            (raised.add if happening.phase is Phase.RAISED else raised.discard)(key)
        for what, door in raised:
            if what in OPENED and not self._bank.sight[door].reads_open:
                yield f"{door} is closed, and {what} is not restored"

    def _shown(self, opening: Opening) -> str:
        return f"the opening of {opening.door} at {(opening.from_ns - self._start_ns) / S:.3f} s"
