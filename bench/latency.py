"""Press → subscriber, and press → verified receipt at the device, beyond `stable_ms`; agent and floor press in turn."""

import time
from contextlib import ExitStack

from bench.figure import Figure, spread
from bench.helper import Helper
from bench.moments import alarms_heard, answers_of, floor_heard, gaps_ms, presses_of
from bench.plant import Plant
from bench.run import Run
from bench.site import STABLE_MS, ZONE_PINS

_HOLD_MS = 40
# Twenty-two buttons in turn, 25 presses a minute each: under the limit of 30, beyond which presses are only counted.
_PERIOD_S = 0.110
_REST_S = 2.0
# Presses that are not counted: first use of code and caches.
_WARM_UP = len(ZONE_PINS)


def measure(run: Run) -> list[Figure]:
    """In the clear, which is what the floor of other projects was measured with."""
    return _measure(run, tls=False)


def measure_tls(run: Run) -> list[Figure]:
    """The same with mutual TLS on the store's side, as in the field. The subscriber listens in the clear."""
    return _measure(run, tls=True)


def _measure(run: Run, *, tls: bool) -> list[Figure]:
    presses = 100 if run.quick else 1_000
    with ExitStack() as stack:
        listeners: list[Helper] = []

        def listen(port: int) -> None:
            listeners.append(stack.enter_context(Helper("bench.listener", str(port))))
            listeners[0].wait_for("ready")

        plant = stack.enter_context(Plant(run.folder / "plant", tls=tls, listen_first=listen))
        listener = listeners[0]
        agent = stack.enter_context(Helper("bench.agent_board", "--config", str(plant.site.config)))
        floor = stack.enter_context(Helper("bench.floor_board", *_floor_arguments(plant)))
        agent.wait_for("up")
        floor.wait_for("armed")
        time.sleep(_REST_S)
        _press_in_turn(run, agent, floor, presses + _WARM_UP)
        time.sleep(_REST_S)
        lines = agent.finish()
        heard = listener.finish()
        floor_lines = floor.finish()
    pressed = presses_of(lines)
    arrivals = gaps_ms(pressed, alarms_heard(heard))
    answers = gaps_ms(pressed, answers_of(lines))
    floors = gaps_ms(presses_of(floor_lines), floor_heard(heard))
    return _figures(arrivals, answers, floors)


def _floor_arguments(plant: Plant) -> list[str]:
    arguments = [str(plant.store_port), ",".join(ZONE_PINS)]
    if plant.ca is None:
        return arguments
    identity = plant.pki.make_device("floor")
    return [*arguments, str(plant.ca), str(identity.certificate), str(identity.key)]


def _press_in_turn(run: Run, agent: Helper, floor: Helper, presses: int) -> None:
    start_s = time.monotonic()
    for number in range(presses):
        pin = ZONE_PINS[number % len(ZONE_PINS)]
        for helper, part in ((agent, 0.0), (floor, 0.75)):
            time.sleep(max(0.0, start_s + (number + part) * _PERIOD_S - time.monotonic()))
            # The floor's finger is quicker: its press must be over before the agent's next one.
            helper.order(pin, _HOLD_MS if part == 0.0 else 5)
        run.step(number + 1, presses)


def _figures(arrivals: list[float], answers: list[float], floors: list[float]) -> list[Figure]:
    arrived, answered, floor = (
        spread(samples[_WARM_UP:])
        for samples in ([ms - STABLE_MS for ms in arrivals], [ms - STABLE_MS for ms in answers], floors)
    )
    what = "press → subscriber"
    return [
        Figure(f"{what} p50", arrived.p50, "ms", floor.p50, ratio_at_most=2),
        Figure(f"{what} p95", arrived.p95, "ms", floor.p95),
        Figure(f"{what} p99", arrived.p99, "ms", floor.p99, at_most=5),
        Figure(f"{what} max", arrived.most, "ms", floor.most),
        Figure("press → verified receipt p50", answered.p50, "ms"),
        Figure("press → verified receipt p99", answered.p99, "ms", at_most=15),
        Figure("press → verified receipt max", answered.most, "ms"),
    ]
