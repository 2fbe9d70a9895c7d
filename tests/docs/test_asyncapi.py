"""docs/asyncapi.yaml: well-formed, and true of the vectors."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from device.logic.envelope import MAX_BYTES, Typ
from device.logic.receipt import Answer
from sim.control_room.values import EventStatus, Presence
from tests.vectors.generate import load

_DOCS = Path(__file__).parents[2] / "docs"
_DOCUMENT: dict[str, Any] = yaml.safe_load((_DOCS / "asyncapi.yaml").read_text("utf-8"))
_GOOD = [vector for name in ("events", "statuses", "receipts", "commands") for vector in load(name)]
_SCHEMAS = {
    message["x-ansim-typ"]: message["x-ansim-payload"] for message in _DOCUMENT["components"]["messages"].values()
}


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(child)


def _resolve(reference: str) -> Any:
    node: Any = _DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def _check(schema: dict[str, Any], value: object) -> None:
    Draft7Validator(schema | {"components": _DOCUMENT["components"]}, format_checker=FormatChecker()).validate(value)


def test_document_has_what_asyncapi_3_requires() -> None:
    assert _DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= _DOCUMENT["info"].keys()
    assert all({"host", "protocol"} <= server.keys() for server in _DOCUMENT["servers"].values())
    assert all({"action", "channel"} <= operation.keys() for operation in _DOCUMENT["operations"].values())
    assert {operation["action"] for operation in _DOCUMENT["operations"].values()} == {"send", "receive"}
    known = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    assert _DOCUMENT.keys() <= known


def test_every_reference_resolves_and_stands_alone() -> None:
    references = [node for node in _nodes(_DOCUMENT) if "$ref" in node]

    assert references
    for node in references:
        assert node.keys() == {"$ref"}
        assert _resolve(node["$ref"]) is not None


def test_operations_name_messages_of_their_channel() -> None:
    for operation in _DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"])


def test_parameters_are_those_of_the_address() -> None:
    for channel in _DOCUMENT["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == channel["parameters"].keys()


def test_every_schema_is_one() -> None:
    for schema in _DOCUMENT["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_only_the_status_is_retained() -> None:
    for name, operation in _DOCUMENT["operations"].items():
        binding = _resolve(operation["bindings"]["mqtt"]["$ref"])
        assert binding == {"qos": 1, "retain": name == "sendStatus", "bindingVersion": "0.2.0"}


def test_closed_sets_are_the_codes_own() -> None:
    schemas = _DOCUMENT["components"]["schemas"]

    assert set(schemas["header"]["properties"]["typ"]["enum"]) == {typ.value for typ in Typ} == _SCHEMAS.keys()
    items = schemas["receipt"]["properties"]["receipts"]["items"]
    assert set(items["properties"]["state"]["enum"]) == {answer.value for answer in Answer}
    assert set(schemas["eventData"]["properties"]["status"]["enum"]) == {status.value for status in EventStatus}
    assert set(schemas["status"]["properties"]["state"]["enum"]) == {presence.value for presence in Presence}
    assert schemas["envelope"]["maxLength"] == MAX_BYTES


@pytest.mark.parametrize("vector", _GOOD, ids=lambda vector: vector["name"])
def test_good_vector_fits_its_schemas(vector: dict[str, Any]) -> None:
    schemas = _DOCUMENT["components"]["schemas"]

    _check(schemas["envelope"], vector["envelope"])
    _check(schemas["header"], vector["header"])
    _check(_SCHEMAS[vector["header"]["typ"]], vector["payload"])


@pytest.mark.parametrize(
    ("typ", "change"),
    [
        ("ansim-event", {"id": "1842"}),
        ("ansim-event", {"specversion": "1.1"}),
        ("ansim-event", {"data": {}}),
        ("ansim-status", {"state": "away"}),
        ("ansim-status", {"outbox": {}}),
        ("ansim-receipt", {"receipts": []}),
        ("ansim-receipt", {"receipts": [{"id": "0000002a9f3c51d7-1", "digest": "a" * 43, "state": "rejected"}]}),
        ("ansim-command", {"exp": "soon"}),
    ],
)
def test_schema_refuses_what_is_out_of_form(typ: str, change: dict[str, Any]) -> None:
    good = next(vector["payload"] for vector in _GOOD if vector["header"]["typ"] == typ)

    with pytest.raises(ValidationError):
        _check(_SCHEMAS[typ], json.loads(json.dumps(good)) | change)
