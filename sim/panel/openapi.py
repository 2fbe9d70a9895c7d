"""OpenAPI of the panel: what is fixed is in openapi_base.json, the acts come from their declarations. Pure."""

import json
from importlib.resources import files
from typing import Any

from device import __version__
from device.config.keys import Spec, specs
from device.config.kinds import Integer, OneOf, Text
from device.logic.envelope import JsonObject
from sim.acts.durations import Duration
from sim.acts.reading import ACTS, needs_store
from sim.panel.act_request import default_of, doc_of

_DURATION = r"^-?([0-9]{1,12}(\.[0-9]{1,9})?(ms|us|d|h|m|s))+$"
_BASE = "openapi_base.json"


def openapi() -> JsonObject:
    """The whole document."""
    document: JsonObject = json.loads(files("sim.panel").joinpath(_BASE).read_text(encoding="utf-8"))
    document["info"]["version"] = __version__
    schemas: JsonObject = document["components"]["schemas"]
    names = {word: f"{act.__name__}Act" for word, act in ACTS.items()}
    schemas["Act"] = {
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names.values()],
        "discriminator": {
            "propertyName": "do",
            "mapping": {word: f"#/components/schemas/{name}" for word, name in names.items()},
        },
    }
    for word, name in names.items():
        schemas[name] = _act(word)
    return document


def _act(word: str) -> JsonObject:
    act = ACTS[word]
    declared = specs(act)
    properties: JsonObject = {"do": {"const": word}}
    required = ["do"]
    if needs_store(act):
        properties["store"] = {"type": "string", "description": "Its device id."}
        required.append("store")
    for spec in declared:
        properties[spec.name] = _property(spec)
    return {
        "type": "object",
        "description": doc_of(act),
        "properties": properties,
        "required": [*required, *(spec.name for spec in declared if spec.required)],
        "additionalProperties": False,
    }


def _property(spec: Spec) -> JsonObject:
    described: JsonObject = {**_kind(spec.kind), "description": f"{spec.doc} Allowed: {spec.kind.allowed}."}
    default = default_of(spec)
    return described if default is None else {**described, "default": default}


def _kind(kind: Any) -> JsonObject:
    match kind:
        case Duration():
            return {"type": "string", "pattern": _DURATION}
        case Integer():
            return {"type": "integer", "minimum": kind.minimum, "maximum": kind.maximum}
        case OneOf():
            return {"type": "string", "enum": [word.value for word in kind.words]}
        case Text(max_length=longest, pattern=pattern):
            said: JsonObject = {"type": "string", "minLength": 1, "maxLength": longest}
            return said if pattern is None else {**said, "pattern": f"^(?:{pattern.pattern})$"}
        case _:
            raise TypeError(f"{kind}: no schema for this kind of argument")
