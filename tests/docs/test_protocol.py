"""docs/protocol.md: its program runs, and its lists are the code's."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc.errors import JoseError

from device.logic.envelope import Refusal
from device.logic.kinds import DEVICE_TROUBLES, KINDS
from device.logic.receipt import Answer
from tests.vectors.generate import load

_DOCS = Path(__file__).parents[2] / "docs"
_TEXT = (_DOCS / "protocol.md").read_text("utf-8")
_Verify = Callable[[bytes, str, dict[str, Any]], tuple[dict[str, Any], str]]


def _program() -> _Verify:
    (source,) = re.findall(r"```python\n(.*?)```", _TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(source, names)
    verify: _Verify = names["verify"]
    return verify


def _keys(owner: str) -> dict[str, Any]:
    return {key["jwk"]["kid"]: key["jwk"] for key in load("keys") if key["owner"] == owner}


def _good() -> list[dict[str, Any]]:
    return [vector for name in ("events", "statuses", "receipts", "commands") for vector in load(name)]


def _section(title: str) -> str:
    return _TEXT.split(f"## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("vector", _good(), ids=lambda vector: vector["name"])
def test_printed_program_verifies_the_vectors(vector: dict[str, Any]) -> None:
    owner = "control-room" if vector["topic"].endswith(("receipt", "command")) else vector["topic"].split("/")[2]
    verify = _program()
    arguments = (vector["envelope"].encode(), vector["header"]["typ"], _keys(owner))

    if vector["header"]["alg"] == "EdDSA":
        with pytest.raises(JoseError):
            verify(*arguments)
    else:
        assert verify(*arguments) == (vector["payload"], vector["digest"])


def test_printed_program_refuses_what_is_not_signed_well() -> None:
    verify = _program()
    bad = {"size", "form", "header", "typ", "kid", "signature"}

    for vector in (v for v in load("refused") if v["reason"] in bad and v["who"] == "control-room"):
        typ = "ansim-status" if vector["topic"].endswith("status") else "ansim-event"
        with pytest.raises((ValueError, JoseError)):
            verify(vector["envelope"].encode(), typ, _keys("store-0042"))


def test_every_reason_is_listed() -> None:
    listed = re.findall(r"^\| `([a-z]+)` \|", _section("Checks"), re.MULTILINE)

    assert set(listed) == {reason.value for reason in Refusal}


def test_every_receipt_state_is_listed() -> None:
    listed = re.findall(r"^\| `([a-z_]+)` \|", _section("Receipt"), re.MULTILINE)

    assert listed == [answer.value for answer in Answer]


def test_codes_are_the_devices_own() -> None:
    rows = {
        row[0]: row
        for row in re.findall(r"^\| `ansim\.([a-z.]+)` \|[^|]*\| ([^|]*) \| ([^|]*) \|", _TEXT, re.MULTILINE)
    }
    codes = {kind.what: kind.code for kind in KINDS.values()}
    codes |= {f"trouble.{word}": code for word, code in DEVICE_TROUBLES.items()}

    for what, code in codes.items():
        sia = f"{code.raised} / {code.restored or '–'}" if code.raised else "–"
        assert rows[what] == (what, sia, str(code.cid) if code.cid else "–")


def test_printed_payloads_are_json() -> None:
    for text in re.findall(r"```json\n(.*?)```", _TEXT, re.DOTALL):
        assert json.loads(text)
