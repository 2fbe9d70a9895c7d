"""Carry out what the agent wants done: effects in, calls on the ports out."""

import logging
from dataclasses import dataclass
from typing import assert_never

from device.logic.effects import (
    Connect,
    Drop,
    Effect,
    KeepCommand,
    Leave,
    Light,
    Load,
    Note,
    Present,
    Probe,
    Promote,
    Publish,
    Pulse,
    RunErrand,
    Save,
    Settle,
)
from drivers.errors import GpioError
from drivers.lock_ports import Locks
from drivers.ports import Link, Outputs, Renewer, Store

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hands:
    """The ports that effects reach. `lights`: indicator name → pin. Main loop only."""

    outputs: Outputs
    link: Link
    store: Store
    renewer: Renewer
    locks: Locks
    lights: dict[str, str]

    def do(self, effect: Effect) -> None:
        """Returns at once; an answer, if one comes, is a fact."""
        match effect:
            case Light():
                self._light(effect)
            case Publish():
                self.link.publish(effect.message, effect.token)
            case Pulse():
                _LOG.info("lock %s is released", effect.lock)
                self.locks.pulse(effect.lock, effect.until_ns)
            case Save() | Settle() | Load() | Note() | KeepCommand():
                self._keep(effect)
            case Connect() | Leave() | Drop() | Probe():
                self._steer(effect)
            case RunErrand() | Present() | Promote():
                self._renew(effect)
            case _:
                assert_never(effect)

    def _keep(self, effect: Save | Settle | Load | Note | KeepCommand) -> None:
        match effect:
            case Save():
                self.store.save(effect.record, effect.concludes)
                _log_event(effect)
            case Settle():
                self.store.settle(effect.place, effect.state)
                _LOG.info("event %s is answered: %s", effect.place, effect.state)
            case Load():
                self.store.load(effect.urgent, effect.after, effect.limit)
            case Note():
                self.store.note(effect.text)
                _LOG.info("%s", effect.text)
            case KeepCommand():
                self.store.keep_command(effect.command)
                _LOG.info("command %s: %s %s", effect.command.jti, effect.command.name, effect.command.subject)
            case _:
                assert_never(effect)

    def _steer(self, effect: Connect | Leave | Drop | Probe) -> None:
        match effect:
            case Connect():
                self.link.connect(effect.broker, effect.will)
            case Leave():
                self.link.leave(effect.farewell)
            case Drop():
                _LOG.warning("the broker or the control room does not answer alarms; the connection is dropped")
                self.link.drop()
            case Probe():
                self.link.probe(effect.broker)
            case _:
                assert_never(effect)

    def _renew(self, effect: RunErrand | Present | Promote) -> None:
        match effect:
            case RunErrand():
                self.renewer.run_errand()
            case Present():
                _LOG.info("the %s identity is shown from now on", "new" if effect.staged else "former")
                self.renewer.present(effect.staged)
            case Promote():
                self.renewer.promote()
            case _:
                assert_never(effect)

    def _light(self, effect: Light) -> None:
        try:
            self.outputs.set(self.lights[effect.indicator], effect.on)
        except GpioError as error:
            # A lamp that is dead must not take the alarms with it.
            _LOG.error("indicator %s: %s", effect.indicator, error)


def _log_event(effect: Save) -> None:
    told = effect.happening
    if told is not None:
        _LOG.info("event %s: %s %s, %s", effect.record.place, told.what, told.phase.value, told.subject)
