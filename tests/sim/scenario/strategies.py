"""Scenarios of every kind, for hypothesis. What they say need not make sense; it must be allowed."""

from enum import StrEnum
from typing import Any

from hypothesis import strategies as st

from device.config.keys import Spec, Table, Tables, specs
from device.config.kinds import Flag, Integer, OneOf, Text
from sim.acts.bank import BankAct
from sim.acts.durations import Duration
from sim.acts.reading import ACTS, needs_store
from sim.scenario.expectations import Counted, Door, Leaf
from sim.scenario.kinds import Grained
from sim.scenario.model import Deed, Expected, Scenario, Shop, Step
from sim.scenario.tables import End, Excuse, StoreTable
from sim.scenario.wording import EXPECTATIONS
from sim.scenario.words import Word
from sim.world.invariants import RULES
from sim.world.setup import COUNTER

_US = 1_000
_PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" \"\\'#{}")
_ZONES = st.sampled_from([zone.name for zone in COUNTER])
_SHORT = st.integers(0, 600_000_000).map(lambda us: us * _US)


def values(cls: type) -> st.SearchStrategy[Any]:
    """Tables of a class whose keys hold anything that is allowed."""
    keys = {spec.attribute: _value(spec) for spec in specs(cls)}
    made: st.SearchStrategy[Any] = st.fixed_dictionaries(keys).map(lambda chosen: cls(**chosen))
    return made.filter(_makes_sense)


def texts(longest: int) -> st.SearchStrategy[str]:
    return st.text(_PRINTABLE, min_size=1, max_size=longest).map(str.strip).filter(bool)


def scenarios() -> st.SearchStrategy[Scenario]:
    return st.builds(
        Scenario,
        title=texts(60),
        about=st.lists(texts(60), min_size=1, max_size=3).map("\n".join),
        steps=st.lists(steps(), min_size=1, max_size=6).map(tuple),
        seed=st.integers(0, 2**63 - 1),
        length_ns=st.none() | st.just(40_000 * 10**9),
        brokers=st.just(8),
        shops=st.one_of(st.just((Shop(),)), shops().map(lambda shop: (shop,))),
        end=st.builds(End, invariants=st.booleans(), allow=st.just(()) | excuses()),
    )


def shops() -> st.SearchStrategy[Shop]:
    return st.builds(
        StoreTable,
        heartbeat_ns=st.integers(1, 3_600).map(lambda s: s * 10**9),
        bounce=st.sampled_from(["clean", "good", "worn"]),
        battery_ns=_SHORT,
        lights=st.booleans(),
    ).map(Shop)


def steps() -> st.SearchStrategy[Step]:
    acts = st.sampled_from(list(ACTS.values())).flatmap(values).filter(_fits)
    kinds = st.sampled_from([kind for kind in EXPECTATIONS.values() if kind not in (Door, Leaf)]).flatmap(values)
    spans = st.tuples(st.none() | _SHORT, st.none()) | st.tuples(st.none(), _SHORT)
    store = st.sampled_from([None, "store-0042"])
    deeds = st.builds(
        lambda at_ns, act, store: Deed(at_ns, act, store if needs_store(type(act)) else None), _SHORT, acts, store
    )
    hopes = st.builds(lambda at_ns, kind, store, span: Expected(at_ns, kind, store, *span), _SHORT, kinds, store, spans)
    return st.one_of(deeds, hopes)


def excuses() -> st.SearchStrategy[tuple[Excuse, ...]]:
    rules = st.lists(st.sampled_from(list(RULES)), unique=True, max_size=3)
    return rules.flatmap(lambda chosen: st.tuples(*(texts(30).map(_excuse(rule)) for rule in chosen)))


def _excuse(rule: str) -> Any:
    return lambda why: Excuse(rule=rule, why=why)


def _value(spec: Spec) -> st.SearchStrategy[Any]:
    always = _of_kind(spec)
    return always | st.none() if spec.default is None else always


def _of_kind(spec: Spec) -> st.SearchStrategy[Any]:
    match spec.kind:
        case Integer(minimum, maximum, _):
            return st.integers(minimum, maximum)
        case Duration(least_ns, most_ns) | Grained(least_ns, most_ns, _):
            return st.integers(-(-least_ns // _US), most_ns // _US).map(lambda us: us * _US)
        case OneOf():
            return st.sampled_from(_members(spec.kind))
        case Word(words):
            return st.sampled_from(words)
        case Flag():
            return st.booleans()
        case Text(_, None, _):
            return texts(40)
        case Text() if spec.attribute == "event":
            return st.sampled_from(["newest", "0000002a9f3c51d7-1842"])
        case Text():
            return _ZONES
        case Table() | Tables():
            raise AssertionError("no act and no expectation holds a table")
        case _:
            raise AssertionError(f"what may {spec.name} hold?")


def _members(kind: OneOf[Any]) -> list[StrEnum]:
    words: type[StrEnum] = kind.words
    return list(words)


def _makes_sense(made: Any) -> bool:
    if getattr(made, "edges", 0) % 2:
        return False
    if isinstance(made, Counted):
        alone = made.count is None or (made.at_least is None and made.at_most is None)
        return alone and (made.at_most is None or made.at_most >= (made.at_least or 0))
    return True


def _fits(act: Any) -> bool:
    """No store has a bank, and only zones with as many wires can be exchanged."""
    if isinstance(act, BankAct):
        return False
    return "counter-button" not in (getattr(act, "other", None), getattr(act, "zone", None)) or not hasattr(
        act, "other"
    )
