"""Performs acts on a stage, in real time. The panel's thread only."""

import secrets
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.logic.receipt import Answer as Answered
from drivers.keystore import KeySigner
from drivers.ports import Place
from sim.acts import model as act
from sim.acts.bank import BankAct, CommandAct
from sim.acts.model import Act, StoreAct
from sim.acts.reading import needs_store, word_of
from sim.acts.words import OnOff, RoomState
from sim.control_room.commands import CommandWriter
from sim.control_room.moods import answering_in
from sim.network.become import become
from sim.office import CONTROL_ROOM
from sim.panel.broker_hand import BrokerHand
from sim.panel.model import Model
from sim.panel.store_hand import StoreHand
from sim.schedule import After
from sim.stage import Seat, Stage


class Hands:
    """One pair of hands for all that can happen. Ask `refuses` before `do`."""

    def __init__(self, stage: Stage, model: Model, after: After, pins: dict[str, dict[str, int]]) -> None:
        """pins: how many wires each zone has, by store."""
        self._stage = stage
        self._model = model
        self._pins = pins
        self._stores = {
            device: StoreHand(stage.stores[device], view, stage.clock.monotonic_ns, after)
            for device, view in model.stores.items()
        }
        self._brokers = [
            BrokerHand(broker, seat, view, after, stage.forget)
            for broker, seat, view in zip(stage.brokers, stage.seats, model.brokers, strict=True)
        ]

        stranger = KeySigner(Ed25519PrivateKey.generate())
        self._commands = CommandWriter(
            stage.site.control_room, stranger, CONTROL_ROOM, lambda: secrets.token_urlsafe(16)
        )

    def begin(self) -> None:
        """Switch every store on."""
        for store in self._stores.values():
            store.supply.switch(on=True)

    def ended(self, device: str) -> None:
        """A board's process has said its last."""
        self._stores[device].ended()

    def look(self) -> None:
        """Note what changes by itself."""
        for store in self._stores.values():
            store.look()
        self._model.room.is_connected = any(seat.room.wait_connected(0) for seat in self._stage.seats)

    # ------------------------------------------------------------ whether

    def refuses(self, asked: Act, store: str | None) -> str | None:
        """Why it cannot be done here; None if it can."""
        broker = getattr(asked, "broker", 0)
        if broker > len(self._brokers):
            return f"broker = {broker}: 0–{len(self._brokers)} is allowed, 0 for all"
        if not needs_store(type(asked)):
            return None if store is None else f'store = "{store}": this is done to all stores; no store is allowed'
        known = ", ".join(f'"{name}"' for name in self._stores)
        if store is None:
            return f"store: missing; one of {known} is required"
        if store not in self._stores:
            return f'store = "{store}": one of {known} is allowed'
        bank = self._model.stores[store].bank
        if isinstance(asked, BankAct):
            return bank.refuses(asked) if bank else f'do = "{word_of(asked)}": {store} has no locker bank'
        if isinstance(asked, act.Swap) and bank is not None and bank.has_doors(asked.zone, asked.other):
            return bank.refuses_swap(asked.zone, asked.other)
        return self._refuses_zone(asked, store) or self._refuses_answer(asked, store)

    def _refuses_zone(self, asked: Act, store: str) -> str | None:
        pins = self._pins[store]
        for key in ("zone", "other"):
            name = getattr(asked, key, None)
            if name is not None and name not in pins:
                return f'{key} = "{name}": {store} has ' + ", ".join(f'"{zone}"' for zone in pins)
        if isinstance(asked, act.Swap) and (asked.zone == asked.other or pins[asked.zone] != pins[asked.other]):
            return f'other = "{asked.other}": another zone with as many wires as "{asked.zone}" is allowed'
        return None

    def _refuses_answer(self, asked: Act, store: str) -> str | None:
        if not isinstance(asked, act.Answer):
            return None
        place = self._place(asked, store)
        if place is None:
            return f'event = "newest": {store} has raised no alarm that has arrived'
        if self._stage.ledger.find(store, place) is None:
            return f'event = "{place}": the control room has no such event of {store}'
        return None

    # ------------------------------------------------------------ doing

    def do(self, asked: Act, store: str | None) -> None:
        """Returns when it is done, or begun if it takes its time. Raises SimError if a broker does not start."""
        match asked:
            case act.Broker():
                for hand in self._chosen(asked.broker):
                    hand.become(asked.state, asked.delay_ns)
            case act.Room():
                self._mood(asked)
            case _ if store is not None:
                self._at_store(asked, store)
            case _:
                raise ValueError("to which store? `refuses` was not asked")

    def _at_store(self, asked: StoreAct, store: str) -> None:
        hand = self._stores[store]
        if isinstance(asked, CommandAct):
            self._command(asked, store)
            return
        match asked:
            case act.Network():
                self._network(asked, store)
            case act.Answer():
                self._answer(asked, store)
            case act.Power():
                hand.switch(asked.state)
            case act.Mains():
                hand.supply.set_mains(asked.state is OnOff.ON)
            case act.Battery():
                hand.supply.set_charge(asked.charge_percent)
            case act.Brownout():
                hand.brownout(asked)
            case act.Restart():
                hand.restart()
            case act.Disk():
                hand.disk(asked)
            case _:
                hand.at_board(asked)

    def _network(self, asked: act.Network, store: str) -> None:
        links, shown = self._stage.stores[store].networks, self._model.stores[store].networks
        for number in range(len(links)) if asked.broker == 0 else (asked.broker - 1,):
            become(links[number], asked)
            shown[number] = asked

    def _mood(self, asked: act.Room) -> None:
        self._model.room.mood = asked
        for seat, hand in zip(self._stage.seats, self._brokers, strict=True):
            seat.room.answering = answering_in(asked.state, asked.delay_ns, asked.lie)
            hand.let_room_in(asked.state is not RoomState.AWAY)

    def _answer(self, asked: act.Answer, store: str) -> None:
        place = self._place(asked, store)
        if place is None:
            return
        story = self._model.stores[store].story
        for seat in self._seats(store):
            seat.room.operate(store, place, Answered(asked.state.value), asked.reason)
        story.answered(str(place), asked.state.value)
        self._model.room.answered(store, place, asked.state.value)

    def _command(self, asked: CommandAct, store: str) -> None:
        now = self._stage.clock.wall()
        written = self._commands.write(asked, store, now)
        for seat in self._seats(store):
            seat.room.send(*written.messages)
        bank = self._model.stores[store].bank
        if bank is not None:
            bank.asked(written, asked.state.value, now.at_ns)

    def _seats(self, store: str) -> tuple[Seat, ...]:
        """By which a store can be reached: all of them while nobody knows where it is."""
        broker = self._model.stores[store].story.broker
        return self._stage.seats if broker is None else (self._stage.seats[broker],)

    def _place(self, asked: act.Answer, store: str) -> Place | None:
        if asked.event == "newest":
            return self._model.room.newest_alarm(store)
        epoch, _, seq = asked.event.partition("-")
        return Place(epoch, int(seq))

    def _chosen(self, number: int) -> Iterator[BrokerHand]:
        yield from self._brokers if number == 0 else (self._brokers[number - 1],)
