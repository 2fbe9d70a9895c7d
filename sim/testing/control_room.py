"""The control room of a virtual world: what has arrived there, how it answers, and what people in it do."""

from typing import TYPE_CHECKING

from device.logic.event import Phase
from drivers.ports import Place
from sim.acts.words import Disposal
from sim.control_room.ledger import StoredEvent
from sim.testing.errors import Unplayable

if TYPE_CHECKING:
    from sim.testing.world import World

# pytest: a test that fails is shown where it asked, not in here.
__tracebackhide__ = True


class ControlRoom:
    """`store` may be left out where there is one, or where all are meant."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._ledger = world.simulated.ledger

    def __repr__(self) -> str:
        return f"<control room, {len(self.events())} events>"

    # ------------------------------------------------------------ what has arrived

    def alarms(self, store: str | None = None) -> list[StoredEvent]:
        """Raised alarms, in order of arrival, each once."""
        return [event for event in self.events("alarm", store) if event.phase is Phase.RAISED]

    def events(self, type_: str = "", store: str | None = None) -> list[StoredEvent]:
        """In order of arrival, each once; of a type such as "alarm", "trouble.line" or "ansim.system.started"."""
        known = None if store is None else self._world.store_called(store).id
        wanted = "ansim." + type_.removeprefix("ansim.")
        return [event for event in self._ledger.events(known) if event.type.startswith(wanted)]

    def zones(self, store: str | None = None) -> dict[str, str]:
        """What the control room holds each zone to be: `raised`, `restored`, or the word at the last start."""
        return {zone.zone: zone.state for zone in self._ledger.zones(self._world.store_called(store).id)}

    def presence(self, store: str | None = None) -> str | None:
        """`online` or `offline`; None if the store has never spoken."""
        status = self._ledger.status(self._world.store_called(store).id)
        return None if status is None else status.presence.value

    # ------------------------------------------------------------ how it answers

    def becomes(self, state: str, **arguments: object) -> None:
        """From now on: prompt, silent, slow (`delay="3s"`), lying (`lie="digest"`) or away."""
        self._world.do("room", None, state=state, **arguments)

    # ------------------------------------------------------------ what people do

    def acknowledge(self, event: StoredEvent | str = "newest", store: str | None = None) -> None:
        """Somebody has seen it. event: one of `alarms()`, an id, or the newest raised alarm."""
        self._answer(Disposal.ACKNOWLEDGED, event, store)

    def dispatch(self, event: StoredEvent | str = "newest", store: str | None = None) -> None:
        """Help is on its way."""
        self._answer(Disposal.DISPATCHED, event, store)

    def on_scene(self, event: StoredEvent | str = "newest", store: str | None = None) -> None:
        """Help is there."""
        self._answer(Disposal.ON_SCENE, event, store)

    def close(self, event: StoredEvent | str = "newest", store: str | None = None) -> None:
        """Dealt with."""
        self._answer(Disposal.CLOSED, event, store)

    def unlock(self, door: str, state: str = "good", store: str | None = None) -> None:
        """Order a door of a bank to be released: good, expired, replayed, other-revision or unsigned."""
        self._world.store_called(store).do("unlock", door=door, state=state)

    def open_all(self, store: str | None = None) -> None:
        """Order every door to be released, one after the other: it takes the key at the bank."""
        self._world.store_called(store).do("open-all")

    def reject(self, reason: str, event: StoredEvent | str = "newest", store: str | None = None) -> None:
        """Not taken."""
        self._answer(Disposal.REJECTED, event, store, reason=reason)

    def _answer(self, state: Disposal, event: StoredEvent | str, store: str | None, **more: str) -> None:
        if isinstance(event, StoredEvent):
            store, event = event.device, str(event.place)
        there = self._world.store_called(store)
        if not self._has(there.id, event):
            what = "no raised alarm" if event == "newest" else f"no event {event}"
            raise Unplayable(f"the control room has {what} of {there.id}")
        there.do("answer", state=state.value, event=event, **more)

    def _has(self, store: str, event: str) -> bool:
        if event == "newest":
            return bool(self.alarms(store))
        epoch, _, seq = event.partition("-")
        return seq.isdecimal() and self._ledger.find(store, Place(epoch, int(seq))) is not None
