"""Press → the lamp changes, beyond `stable_ms`: with everything well, and with the broker black and the disk ill.

Between two presses all is well, and the control room closes what is open: only a dark lamp shows when it is lit.
"""

import time

from bench.figure import Figure, spread
from bench.helper import Helper
from bench.moments import lines_of
from bench.plant import Plant
from bench.run import Run
from bench.site import STABLE_MS, ZONE_PINS
from device.logic.event import Phase
from device.logic.receipt import Answer
from drivers.ports import Place

_BUDGET_MS = 50
_HOLD_MS = 40
_NS_PER_MS = 1_000_000
# Long enough for the press to have done all that it can while the network is black.
_BLACK_S = 1.0
# The release is believed and answered well within this: it is not to be in the way of the next press.
_REST_S = 0.1


def measure(run: Run) -> list[Figure]:
    """The first light after each press."""
    few, many = (5, 40) if run.quick else (25, 400)
    cases = (
        ("all well", "good", False, many),
        ("broker black, disk slow", "slow", True, few),
        ("broker black, disk failing", "failing", True, few),
    )
    figures: list[Figure] = []
    for number, (name, disk, black, presses) in enumerate(cases):
        samples = _Case(run, f"plant-{number}", disk, black).play(presses)
        lit = spread(samples)
        figures.append(Figure(f"{name}: press → light p50", lit.p50, "ms"))
        figures.append(Figure(f"{name}: press → light max of {presses}", lit.most, "ms", at_most=_BUDGET_MS))
        run.step(number + 1, len(cases))
    return figures


class _Case:
    """One agent, one state of the world."""

    def __init__(self, run: Run, folder: str, disk: str, black: bool) -> None:
        self._disk = disk
        self._black = black
        self._plant = Plant(run.folder / folder, faulty=True)

    def play(self, presses: int) -> list[float]:
        """Milliseconds beyond `stable_ms`, one for each press."""
        with self._plant as plant, self._agent(plant) as agent:
            agent.wait_for("up")
            return [self._press(agent, ZONE_PINS[number % len(ZONE_PINS)]) for number in range(presses)]

    def _agent(self, plant: Plant) -> Helper:
        return Helper("bench.agent_board", "--lamp", "--config", str(plant.site.config), "--disk", self._disk)

    def _press(self, agent: Helper, pin: str) -> float:
        begun = len(agent.heard)
        if self._black:
            self._plant.network.black()
        agent.order(pin, _HOLD_MS)
        place = agent.wait_for("event", lambda line: line[4] == Phase.RAISED)[2]
        if self._black:
            time.sleep(_BLACK_S)
            self._plant.network.up()
        self._darken(agent, place)
        time.sleep(_REST_S)
        # The press is told when it is over, and that may be last.
        pressed_ns: int = (lines_of(agent.heard[begun:], "press") or [agent.wait_for("press")])[0][1]
        lit_ns: int = next(at_ns for _, at_ns, on in lines_of(agent.heard[begun:], "lamp") if on and at_ns > pressed_ns)
        return (lit_ns - pressed_ns) / _NS_PER_MS - STABLE_MS

    def _darken(self, agent: Helper, place: str) -> None:
        """Once the lamp is lit steadily, one word puts it out for good. Then the button is at rest, too."""
        agent.wait_for("answered", lambda line: line[2] == place)
        agent.wait_for("settled", lambda line: place in line[2:])
        epoch, seq = place.split("-")
        self._plant.room.operate(self._plant.site.device, Place(epoch, int(seq)), Answer.CLOSED)
        agent.wait_for("lamp", lambda line: not line[2])
