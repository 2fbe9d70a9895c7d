"""Where scenarios are: in files, in folders, and in the library that comes with the simulator."""

import difflib
from pathlib import Path

from device.config.reading import cut, escaped
from sim.scenario.errors import NoScenarioError

LIBRARY = Path(__file__).parents[1] / "scenarios"
_SUFFIX = ".toml"


def library() -> list[Path]:
    """All files of the library, by name."""
    return _scenarios_in(LIBRARY)


def find(asked: str) -> list[Path]:
    """The files behind a path or a name. Raises NoScenarioError."""
    path = Path(asked)
    try:
        if path.is_dir():
            return _all_in(path)
        if path.exists():
            return [path]
    except (OSError, ValueError):
        pass  # No name of a file: it may still be one of the library.
    by_name = {known.stem: known for known in library()}
    found = by_name.get(asked.removesuffix(_SUFFIX))
    if found is None:
        raise NoScenarioError(f"{_shown(asked)}: no file, no folder, and no scenario of the library{_hint(asked)}")
    return [found]


def _all_in(folder: Path) -> list[Path]:
    found = _scenarios_in(folder)
    if not found:
        raise NoScenarioError(f"{_shown(str(folder))}: no file {_SUFFIX} in this folder")
    return found


def _scenarios_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == _SUFFIX)


def _hint(asked: str) -> str:
    close = difflib.get_close_matches(cut(asked), [known.stem for known in library()], n=1)
    return f"; did you mean {close[0]}?" if close else "; see ansim-sim run --list"


def _shown(text: str) -> str:
    return cut(escaped(text))
