"""Tables that describe themselves: what a key may hold, its default and its meaning stand where it is declared.

A table of the configuration is a class under `@table`; each attribute is declared by `setting(…)`. The same declaration
checks a file, types the value for mypy, and becomes a row of docs/configuration.md. Pure.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast, dataclass_transform, overload

from device.config.kinds import Kind
from device.config.reading import Faulty, Reading, cut, shown, shown_key

T = TypeVar("T")
D = TypeVar("D")

_SPEC = "spec"
# Of an unknown key even the value may be a secret that belongs elsewhere.
_SECRETIVE = ("pass", "secret", "token", "psk", "private")


@dataclass(frozen=True, slots=True)
class Varies(Generic[T]):
    """A default that depends on what another key of the same table holds."""

    on: str
    cases: Mapping[StrEnum, T]
    otherwise: T

    def choose(self, case: object) -> T:
        """The default beside `case`."""
        return next((value for name, value in self.cases.items() if name == case), self.otherwise)


@dataclass(frozen=True, slots=True)
class Spec:
    """One key as declared. `unique` says, with its article, what no two keys of a file may share."""

    attribute: str
    name: str
    kind: Kind[object]
    doc: str
    default: object
    varies: Varies[Any] | None
    unique: str | None

    @property
    def required(self) -> bool:
        """There is nothing to fall back on."""
        return self.default is dataclasses.MISSING and self.varies is None


@overload
def setting(
    kind: Kind[T], *, doc: str, name: str = ..., unique: str | None = None, varies: Varies[T] | None = None
) -> T: ...
@overload
def setting(kind: Kind[T], *, doc: str, default: D, name: str = ..., unique: str | None = None) -> T | D: ...
def setting(
    kind: Kind[Any],
    *,
    doc: str,
    default: Any = dataclasses.MISSING,
    name: str = "",
    unique: str | None = None,
    varies: Varies[Any] | None = None,
) -> Any:
    """Declare a key. `name` is how the file spells it, if not as the attribute."""
    spec = Spec("", name, kind, doc, default, varies, unique)
    return dataclasses.field(default=default, metadata={_SPEC: spec})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(setting,))
def table(cls: type[T]) -> type[T]:
    """Make a class whose attributes are keys: frozen, slotted, built by keyword."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


def specs(cls: type[Any]) -> tuple[Spec, ...]:
    """The keys of a table, in the order of their declaration."""
    found = []
    for field in dataclasses.fields(cls):
        spec = cast("Spec", field.metadata[_SPEC])
        found.append(dataclasses.replace(spec, attribute=field.name, name=spec.name or field.name))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """A table with keys of its own. `header` as TOML writes it."""

    cls: type[T]
    header: str

    @property
    def allowed(self) -> str:
        """Named by its header, so that [x] is not taken for [[x]]."""
        return f"a table {self.header}"

    def read(self, value: object, at: str, reading: Reading) -> T:
        """Every key is read, also behind a bad one."""
        if not isinstance(value, dict):
            reading.refuse(at, value, self.allowed)
        return read_table(self.cls, value, at, reading)


@dataclass(frozen=True, slots=True)
class Tables(Generic[T]):
    """A list of tables. `header` as TOML writes it. In fault lines they count from 1 and are named by their `name`."""

    cls: type[T]
    header: str
    minimum: int
    maximum: int

    @property
    def allowed(self) -> str:
        """How many, and under which header."""
        return f"a list of {self.minimum}–{self.maximum} tables {self.header}"

    def read(self, value: object, at: str, reading: Reading) -> tuple[T, ...]:
        """Every table is read, also behind a bad one."""
        if not isinstance(value, list) or not self.minimum <= len(value) <= self.maximum:
            reading.refuse(at, value, self.allowed)
        tables: list[T] = []
        for number, item in enumerate(value, start=1):
            try:
                tables.append(Table(self.cls, self.header).read(item, _numbered(at, number, item), reading))
            except Faulty:
                continue
        if len(tables) < len(value):
            raise Faulty
        return tuple(tables)


def read_table(cls: type[T], written: Mapping[str, object], at: str, reading: Reading) -> T:
    """Read a mapping of TOML as `cls`. Raises Faulty after reporting everything that is wrong in it."""
    declared = specs(cls)
    whole = _report_unknown(declared, written, at, reading)
    values: dict[str, object] = {}
    for spec in declared:
        try:
            values[spec.attribute] = _read_key(spec, written, at, reading)
        except Faulty:
            whole = False
    if not whole:
        raise Faulty
    for spec in declared:
        if spec.varies and spec.name not in written:
            values[spec.attribute] = spec.varies.choose(values[spec.varies.on])
    made = cls(**values)
    reading.keep(at, made)
    return made


def below(at: str, name: str) -> str:
    """Where a key of the table at `at` stands; the root is empty."""
    return f"{at}.{name}" if at else name


def _read_key(spec: Spec, written: Mapping[str, object], at: str, reading: Reading) -> object:
    where = below(at, spec.name)
    if spec.name in written:
        value = spec.kind.read(written[spec.name], where, reading)
        if spec.unique:
            reading.claim(spec.unique, value, where, written[spec.name])
        return value
    if spec.required:
        reading.report(f"{where}: missing; {spec.kind.allowed} is required")
        raise Faulty
    return spec.default


def _report_unknown(declared: tuple[Spec, ...], written: Mapping[str, object], at: str, reading: Reading) -> bool:
    known = [spec.name for spec in declared]
    unknown = [name for name in written if name not in known]
    for name in unknown:
        value = "…" if any(word in name.lower() for word in _SECRETIVE) else shown(written[name])
        reading.report(f"{below(at, shown_key(name))} = {value}: unknown key; {_advice(name, known)}")
    return not unknown


def _advice(name: str, known: list[str]) -> str:
    # Imported here: a good configuration, on a slow board, never needs it.
    import difflib  # noqa: PLC0415

    close = difflib.get_close_matches(cut(name).lower(), known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"allowed are {', '.join(known)}"


def _numbered(at: str, number: int, item: object) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return f"{at}[{number}] {shown(name)}" if isinstance(name, str) and name else f"{at}[{number}]"
