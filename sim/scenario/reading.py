"""Read a scenario: a Scenario, or one line per fault and nothing else."""

from collections.abc import Mapping
from pathlib import Path

from device.config.keys import below, read_table, specs
from device.config.load import read_text, read_toml
from device.config.reading import Faulty, Reading, shown
from device.errors import ConfigError
from sim.acts.durations import write_duration
from sim.acts.reading import read_act
from sim.scenario.errors import ScenarioError
from sim.scenario.expectations import Broker, Door, Leaf
from sim.scenario.model import Deed, Expected, Scenario, Shop, Step
from sim.scenario.shops import open_shop
from sim.scenario.tables import ScenarioTable, StepTable
from sim.scenario.wording import read_expectation
from sim.world.world import World

_COMMON = tuple(spec.name for spec in specs(StepTable))


def load(path: Path) -> Scenario:
    """Raises ScenarioError: the file cannot be read, is no TOML, or says something that is not allowed."""
    try:
        text = read_text(path, str(path))
    except ConfigError as error:
        raise ScenarioError(error.faults) from None
    return parse(text, str(path), path.parent)


def parse(text: str, file: str, folder: Path | None = None) -> Scenario:
    """Read TOML; `file` is what fault lines call it, `folder` is where paths in it start. Raises as `load` does."""
    reading = Reading(file)
    try:
        scenario = _scenario(text, folder or Path(), reading)
    except Faulty:
        raise ScenarioError(reading.faults) from None
    if reading.faults:
        raise ScenarioError(reading.faults)
    return scenario


def _scenario(text: str, folder: Path, reading: Reading) -> Scenario:
    written = _table(text, reading)
    steps = [_read_step(row, f"step[{number}]", reading) for number, row in enumerate(written.step, start=1)]
    shops = _shops(written, folder, reading)
    scenario = Scenario(
        title=written.title,
        about=written.about,
        seed=written.seed,
        length_ns=written.length_ns,
        brokers=written.brokers,
        shops=shops,
        steps=tuple(step for step in steps if step is not None),
        end=written.end,
    )
    if len(shops) == len(written.store):
        _check(scenario, steps, reading)
    return scenario


def _table(text: str, reading: Reading) -> ScenarioTable:
    toml = read_toml(text, reading)
    try:
        return read_table(ScenarioTable, toml, "", reading)
    except Faulty:
        # What is wrong with the steps is said in the same go.
        rows = toml.get("step")
        for number, row in enumerate(rows if isinstance(rows, list) else (), start=1):
            _read_step(row, f"step[{number}]", reading)
        raise


def _shops(written: ScenarioTable, folder: Path, reading: Reading) -> tuple[Shop, ...]:
    shops = []
    for store in written.store:
        try:
            shops.append(open_shop(store, folder, reading))
        except Faulty:
            continue
    return tuple(shops)


# ---------------------------------------------------------------- one step


def _read_step(row: object, at: str, reading: Reading) -> Step | None:
    """None after reporting what is wrong."""
    try:
        if not isinstance(row, dict):
            reading.refuse(at, row, "a table [[step]]")
        return _step(row, at, reading)
    except Faulty:
        return None


def _step(row: Mapping[str, object], at: str, reading: Reading) -> Step:
    if ("do" in row) == ("expect" in row):
        reading.report(f'{at}: either "do" or "expect" is required')
        raise Faulty
    own = {key: value for key, value in row.items() if key not in (*_COMMON, "do", "expect")}
    common = _common(row, at, reading)
    if "do" in row:
        act = read_act(row["do"], own, at, reading)
        if common is None:
            raise Faulty
        return Deed(common.at_ns, act, common.store)
    expectation = read_expectation(row["expect"], own, at, reading)
    if common is None:
        raise Faulty
    return Expected(common.at_ns, expectation, common.store, common.within_ns, common.during_ns)


def _common(row: Mapping[str, object], at: str, reading: Reading) -> StepTable | None:
    """None after reporting: the step's own keys are to be looked at, too."""
    try:
        common = read_table(StepTable, {key: row[key] for key in _COMMON if key in row}, at, reading)
    except Faulty:
        return None
    spans = [name for name in ("within", "during") if name in row]
    if "do" in row and spans:
        reading.report(f'{below(at, spans[0])} = {shown(row[spans[0]])}: allowed with "expect" only')
        return None
    if len(spans) > 1:
        reading.report(f'{below(at, "during")} = {shown(row["during"])}: not allowed beside "within"')
        return None
    return common


# ---------------------------------------------------------------- between the tables


def _check(scenario: Scenario, steps: list[Step | None], reading: Reading) -> None:
    with World(scenario.setup()) as world:
        for number, step in enumerate(steps, start=1):
            at = f"step[{number}]"
            refusal = None if step is None else _refusal(scenario, step, world)
            if refusal is not None:
                reading.report(f"{at}.{refusal}")
            elif step is not None and step.last_ns > scenario.played_ns:
                length = write_duration(scenario.played_ns)
                reading.report(f'{at}.at = {shown(write_duration(step.at_ns))}: it must be over by length = "{length}"')


def _refusal(scenario: Scenario, step: Step, world: World) -> str | None:
    match step:
        case Deed():
            return world.refuses(step.act, step.store)
        case Expected():
            return _unexpectable(scenario, step)


def _unexpectable(scenario: Scenario, step: Expected) -> str | None:
    shops = {shop.written.id: shop for shop in scenario.shops}
    known = ", ".join(shown(name) for name in shops)
    if step.store is None and len(shops) > 1:
        return f"store: missing; one of {known} is required"
    if step.store is not None and step.store not in shops:
        return f"store = {shown(step.store)}: one of {known} is allowed"
    if isinstance(step.expectation, Broker) and step.expectation.is_ > scenario.brokers:
        return f"is = {step.expectation.is_}: 1–{scenario.brokers} is allowed"
    zone, shop = getattr(step.expectation, "zone", None), shops[scenario.store_of(step)]
    bank = shop.setup().bank
    doors = () if bank is None else bank.names
    known_zones = [*(settings.name for settings in shop.zones), *doors]
    if zone is not None and zone not in known_zones:
        return f"zone = {shown(zone)}: {shop.written.id} has {', '.join(map(shown, known_zones))}"
    if isinstance(step.expectation, Door | Leaf) and step.expectation.door not in doors:
        has = ", ".join(map(shown, doors)) or "no locker bank"
        return f"door = {shown(step.expectation.door)}: {shop.written.id} has {has}"
    return None
