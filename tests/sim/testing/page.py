"""The files that docs/testing-your-integration.md shows."""

import re
from pathlib import Path

_PAGE = Path(__file__).parents[3] / "docs" / "testing-your-integration.md"


def files_of_the_page() -> dict[str, str]:
    """By the name in their first line."""
    blocks = re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return {name: f"# {name}\n{text}" for name, text in blocks}
