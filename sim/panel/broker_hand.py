"""Hands on one broker. The panel's thread only."""

from collections.abc import Callable
from typing import assert_never

from sim.acts.words import BrokerState
from sim.broker.brokers import Broker
from sim.panel.model import BrokerView
from sim.stage import Seat


class BrokerHand:
    """Each state replaces the one before."""

    def __init__(
        self,
        broker: Broker,
        seat: Seat,
        view: BrokerView,
        after: Callable[[int, Callable[[], None]], None],
        forget: Callable[[Broker], None],
    ) -> None:
        """forget: makes a broker lose what it keeps for the control room."""
        self._broker = broker
        self._seat = seat
        self._view = view
        self._after = after
        self._forget = forget
        self._room_may_come = True
        self._turn = 0

    def become(self, state: BrokerState, delay_ns: int) -> None:
        """SimError if it does not start again."""
        self._turn += 1
        self._leave(self._view.state)
        self._view.state, self._view.delay_ns = state, delay_ns
        match state:
            case BrokerState.UP:
                pass
            case BrokerState.DOWN:
                self._broker.stop()
            case BrokerState.RESTARTING:
                self._broker.stop()
                turn = self._turn
                self._after(delay_ns, lambda: self._come_back(turn))
            case BrokerState.SLOW:
                self._seat.mail.delay_ns = delay_ns
            case BrokerState.FORGETFUL:
                pass
            case _:
                assert_never(state)
        self._settle()

    def let_room_in(self, may_come: bool) -> None:
        """Whether the control room reaches the broker, as far as the control room goes."""
        self._room_may_come = may_come
        self._settle()

    def _leave(self, state: BrokerState) -> None:
        if state in (BrokerState.DOWN, BrokerState.RESTARTING):
            self._broker.start()
        elif state is BrokerState.FORGETFUL:
            self._forget(self._broker)
        self._seat.mail.delay_ns = 0

    def _come_back(self, turn: int) -> None:
        if turn == self._turn:
            self.become(BrokerState.UP, 0)

    def _settle(self) -> None:
        # What a forgetful broker has acknowledged reaches nobody.
        if self._room_may_come and self._view.state is not BrokerState.FORGETFUL:
            self._seat.network.up()
        else:
            self._seat.network.refuse()
