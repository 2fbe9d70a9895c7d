"""The golden vectors: what they say, that every implementation agrees, and that they are still what is generated."""

import json
from typing import Any

import pytest
from joserfc import jwk, jws
from joserfc.errors import JoseError, SecurityWarning

from device.logic.envelope import Refused, Typ, digest, unseal
from device.logic.receipt import Answer, read_receipts
from drivers.jwk import KeyRing, parse_jwks
from sim.control_room.chain import examine
from sim.control_room.ledger import Ledger
from sim.control_room.values import VerifiedEvent, VerifiedStatus
from sim.control_room.verifier import Verifier
from tests.vectors.generate import FILES, generate, load
from tests.vectors.told import OTHER, ROOM, STORE

_KEYS = load("keys")
_GOOD = [vector for name in ("events", "statuses", "receipts", "commands") for vector in load(name)]
_JWKS = {key["jwk"]["kid"]: key["jwk"] for key in _KEYS}


def _ring(owner: str) -> KeyRing:
    keys = [key["jwk"] for key in _KEYS if key["owner"] == owner]
    return parse_jwks(json.dumps({"keys": keys}).encode())


def _verifier() -> Verifier:
    return Verifier({owner: _ring(owner) for owner in (STORE, OTHER)})


def _named(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["name"])


def test_committed_vectors_are_what_is_generated() -> None:
    assert {name: load(name) for name in FILES} == generate()


def test_every_state_both_algorithms_and_every_reason_is_there() -> None:
    states = {item["state"] for vector in load("receipts") for item in vector["payload"]["receipts"]}
    reasons = {vector["reason"] for vector in load("refused")}

    assert states == {answer.value for answer in Answer}
    assert {vector["header"]["alg"] for vector in _GOOD} == {"Ed25519", "EdDSA", "ES256"}
    assert reasons == {"size", "form", "header", "typ", "kid", "signature", "payload", "audience", "topic"}


@_named(_GOOD)
def test_good_vector_opens_to_its_payload(vector: dict[str, Any]) -> None:
    owner = ROOM if vector["topic"].endswith(("receipt", "command")) else vector["topic"].split("/")[2]

    opened = unseal(vector["envelope"].encode(), Typ(vector["header"]["typ"]), _ring(owner))

    assert opened.payload == vector["payload"]
    assert opened.kid == vector["header"]["kid"]
    assert digest(vector["envelope"].encode()) == vector["digest"]


@_named([vector for vector in _GOOD if vector["header"]["alg"] != "EdDSA"])
def test_independent_implementation_agrees(vector: dict[str, Any]) -> None:
    key = jwk.import_key(_JWKS[vector["header"]["kid"]])

    token = jws.deserialize_compact(vector["envelope"], key, algorithms=[vector["header"]["alg"]])

    assert token.headers() == vector["header"]
    assert token.payload is not None
    assert json.loads(token.payload) == vector["payload"]


@_named([vector for vector in _GOOD if vector["header"]["alg"] == "EdDSA"])
def test_independent_implementation_knows_the_older_name(vector: dict[str, Any]) -> None:
    members = {name: value for name, value in _JWKS[vector["header"]["kid"]].items() if name != "alg"}
    key = jwk.import_key(members)

    with pytest.warns(SecurityWarning, match="EdDSA"):
        token = jws.deserialize_compact(vector["envelope"], key, algorithms=["EdDSA"])

    assert token.headers() == vector["header"]


@_named([vector for vector in load("refused") if vector["reason"] == "signature"])
def test_independent_implementation_refuses_bad_signatures(vector: dict[str, Any]) -> None:
    (jwk_of_store,) = (key["jwk"] for key in _KEYS if key["owner"] == STORE)

    with pytest.raises(JoseError):
        jws.deserialize_compact(vector["envelope"], jwk.import_key(jwk_of_store), algorithms=["Ed25519", "ES256"])


@_named(load("events") + load("statuses"))
def test_control_room_takes_what_is_good(vector: dict[str, Any]) -> None:
    found = _verifier().verify(vector["topic"], vector["envelope"].encode())

    assert isinstance(found, VerifiedEvent | VerifiedStatus)
    assert found.digest == vector["digest"]


@_named(load("receipts"))
def test_device_takes_what_is_good(vector: dict[str, Any]) -> None:
    receipts = read_receipts(vector["envelope"].encode(), STORE, _ring(ROOM))

    assert [receipt.answer.value for receipt in receipts] == [item["state"] for item in vector["payload"]["receipts"]]


@_named(load("refused"))
def test_bad_vector_is_refused_for_its_reason(vector: dict[str, Any]) -> None:
    if vector["who"] == "control-room":
        assert _verifier().verify(vector["topic"], vector["envelope"].encode()) == vector["reason"]
        return

    with pytest.raises(Refused) as refused:
        read_receipts(vector["envelope"].encode(), vector["who"], _ring(ROOM))
    assert refused.value.reason == vector["reason"]


def test_story_of_one_device_is_whole() -> None:
    with Ledger() as ledger:
        with ledger.transaction():
            for vector in reversed(load("events")):
                event = _verifier().verify(vector["topic"], vector["envelope"].encode())
                assert isinstance(event, VerifiedEvent)
                ledger.file(event, 0)

        assert examine(ledger.links(STORE)).is_whole
        assert len(ledger.links(STORE)) == 8
