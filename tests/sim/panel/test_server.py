"""The panel over HTTP: what it serves, what it refuses, and how many it bears."""

import json
import socket
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from jsonschema import Draft202012Validator

from sim.acts.reading import ACTS
from sim.panel.server import MAX_STREAMS
from sim.scenario.reading import parse
from tests.sim.panel.client import OTHER, PATIENCE_S, STORE, Json, PanelClient, store_of

_JSON = {"Content-Type": "application/json"}
_PRESS = json.dumps({"do": "press", "store": STORE, "zone": "counter-button"}).encode()


@pytest.fixture(scope="module")
def document(panel: PanelClient) -> Json:
    return panel.get("/openapi.json")


def _validator(document: Json, name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def _error(body: bytes) -> str:
    text = json.loads(body)["error"]
    assert isinstance(text, str)
    assert "\n" not in text
    return text


# ------------------------------------------------------------ what is served


def test_world_is_as_the_openapi_says(panel: PanelClient, document: Json) -> None:
    panel.do("press", zone="panic-bell")
    world = panel.until("its way", lambda world: bool(store_of(world)["journeys"]) and bool(world["latency"]))

    _validator(document, "World").validate(world)
    assert [store["device"] for store in world["stores"]] == [STORE, OTHER]
    assert {zone["name"]: zone["type"] for zone in store_of(world)["zones"]} == {
        "counter-button": "holdup",
        "panic-bell": "panic",
        "hotline": "hotline",
        "mains": "mains",
        "battery": "battery",
        "tamper": "tamper",
    }


def test_envelope_of_an_event_proves_itself(panel: PanelClient, document: Json) -> None:
    before = panel.ids()
    panel.do("press", zone="counter-button")
    row = panel.until_raised("counter-button", before)

    envelope = panel.get(f"/api/events/{STORE}/{row['id']}")

    _validator(document, "Envelope").validate(envelope)
    assert envelope["verified"]
    assert envelope["expected_digest_ok"]
    assert [check["name"] for check in envelope["checks"] if not check["ok"]] == []
    assert envelope["key"]["kid"] == envelope["kid"] == envelope["header"]["kid"]
    assert envelope["payload"]["id"] == row["id"]
    assert row["id"] in {receipt["id"] for receipt in envelope["receipt"]["payload"]["receipts"]}


@pytest.mark.parametrize(
    "path",
    [
        f"/api/events/{STORE}/0000000000000000-1",
        f"/api/events/{STORE}/newest",
        "/api/events/nobody/0000000000000000-1",
        "/api/nothing",
        "/page/nothing.js",
        "/page/../store_view.py",
        "/page/..%2fstore_view.py",
        "/page/%2e%2e/%2e%2e/panel.py",
        "/page/",
        "/page//etc/passwd",
    ],
)
def test_what_is_not_there_is_not_found(panel: PanelClient, path: str) -> None:
    status, _, body = panel.ask("GET", path)

    assert status == 404
    _error(body)


def test_page_is_served_for_itself_alone(panel: PanelClient) -> None:
    status, headers, body = panel.ask("GET", "/")

    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert b"<html" in body


def test_acts_tell_everything_that_can_be_done(panel: PanelClient) -> None:
    acts = panel.get("/api/acts")

    assert [act["do"] for act in acts] == list(ACTS)
    press = acts[0]
    assert (press["do"], press["needs_store"]) == ("press", True)
    assert [(each["name"], each["required"], each["default"]) for each in press["arguments"]] == [
        ("zone", True, None),
        ("for", False, "200ms"),
    ]
    assert [act["do"] for act in acts if not act["needs_store"]] == ["broker", "room"]


def test_openapi_is_valid_and_complete(document: Json) -> None:
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert set(document["components"]["schemas"]["Act"]["discriminator"]["mapping"]) == set(ACTS)
    assert set(document["paths"]) == {
        "/api/world",
        "/api/stream",
        "/api/acts",
        "/api/events/{store}/{id}",
        "/api/scenario",
        "/openapi.json",
    }
    for reference in _references(document):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_openapi_takes_what_the_panel_takes(document: Json) -> None:
    validator = _validator(document, "Act")

    assert validator.is_valid(json.loads(_PRESS))
    assert validator.is_valid({"do": "room", "state": "lying", "lie": "digest"})
    assert not validator.is_valid({"do": "press", "store": STORE})
    assert not validator.is_valid({"do": "press", "store": STORE, "zone": "counter-button", "for": "3"})


def test_recorded_scenario_is_one_that_can_be_read(panel: PanelClient) -> None:
    panel.do("press", zone="counter-button", for_="300ms")
    panel.do("network", OTHER, state="slow", delay="40ms", broker=2)
    panel.do("room", None, state="prompt")

    status, headers, body = panel.ask("GET", "/api/scenario")
    scenario = parse(body.decode(), "recorded.toml")

    assert status == 200
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert [shop.written.id for shop in scenario.shops] == [STORE, OTHER]
    assert scenario.brokers == 2
    assert b'for = "300ms"' in body
    assert b'do = "room"' in body
    panel.do("network", OTHER, state="up")


# ------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ({}, ["do"]),
        ([], ["object"]),
        ({"do": "dance", "store": STORE}, ["do", "dance", "press"]),
        ({"do": "press", "store": STORE}, ["zone", "missing"]),
        ({"do": "press", "store": STORE, "zone": "bell"}, ["zone", "bell", "panic-bell"]),
        ({"do": "press", "store": "store-9999", "zone": "panic-bell"}, ["store-9999", STORE]),
        ({"do": "press", "store": 42, "zone": "panic-bell"}, ["store", "42"]),
        ({"do": "press", "zone": "panic-bell"}, ["store", "missing"]),
        ({"do": "press", "store": STORE, "zone": "panic-bell", "for": "3"}, ["for", "3", "300ms"]),
        ({"do": "press", "store": STORE, "zone": "panic-bell", "fro": "3s"}, ["fro", "for"]),
        ({"do": "room", "store": STORE, "state": "silent"}, ["store"]),
        ({"do": "broker", "state": "down", "broker": 7}, ["broker", "7"]),
        ({"do": "network", "store": STORE, "state": "up", "broker": 3}, ["broker", "3"]),
        ({"do": "swap", "store": STORE, "zone": "hotline", "other": "hotline"}, ["other"]),
        ({"do": "swap", "store": STORE, "zone": "counter-button", "other": "hotline"}, ["other", "wires"]),
        ({"do": "pull", "store": STORE, "door": "01"}, ["pull", "bank"]),
        ({"do": "open-all", "store": STORE}, ["open-all", "bank"]),
        ({"do": "answer", "store": STORE, "state": "closed", "event": "0123456789abcdef-1"}, ["event"]),
    ],
)
def test_act_that_cannot_be_done_is_one_line_that_says_why(panel: PanelClient, act: Json, words: list[str]) -> None:
    status, answer = panel.post(act)

    assert status == 422
    assert "\n" not in answer["error"]
    assert [word for word in words if word not in answer["error"]] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (_JSON | {"Host": "evil.example"}, 421),
        (_JSON | {"Host": "127.0.0.1.evil.example:80"}, 421),
        (_JSON | {"Host": ""}, 421),
        (_JSON | {"Origin": "http://evil.example"}, 403),
        (_JSON | {"Origin": "null"}, 403),
    ],
)
def test_request_from_somewhere_else_does_nothing(panel: PanelClient, headers: dict[str, str], status: int) -> None:
    before = panel.ask("GET", "/api/scenario")[2]

    answered, _, body = panel.ask("POST", "/api/acts", _PRESS, headers)

    assert answered == status
    _error(body)
    assert panel.ask("GET", "/api/scenario")[2] == before


def test_request_of_our_own_page_is_taken(panel: PanelClient) -> None:
    headers = _JSON | {"Origin": f"http://{panel.host}:{panel.port}"}

    assert panel.ask("POST", "/api/acts", _PRESS, headers)[0] == 200


def test_name_that_was_made_to_point_here_is_refused_for_reading_too(panel: PanelClient) -> None:
    assert panel.ask("GET", "/api/world", headers={"Host": "rebound.example"})[0] == 421


@pytest.mark.parametrize(
    ("body", "status"), [(b" " * 4_097, 413), (b"not json", 422), (b"\xff\xfe", 422), (b"[" * 4_000, 422), (b"", 422)]
)
def test_body_that_is_no_act_is_refused(panel: PanelClient, body: bytes, status: int) -> None:
    answered, _, told = panel.ask("POST", "/api/acts", body, _JSON)

    assert answered == status
    _error(told)


def test_length_that_is_none_is_refused(panel: PanelClient) -> None:
    lines = ("POST /api/acts HTTP/1.1", f"Host: {panel.host}", "Content-Type: application/json", "Content-Length: -1")
    head = "".join(f"{line}\r\n" for line in (*lines, ""))
    with socket.create_connection((panel.host, panel.port), 30) as connection:
        connection.sendall(head.encode())

        assert connection.recv(100).startswith(b"HTTP/1.1 411")


# ------------------------------------------------------------ streams


def test_two_streams_see_the_same(panel: PanelClient) -> None:
    with panel.stream() as one, panel.stream() as other:
        first, second = next(one), next(other)
        revision = panel.do("network", OTHER, state="slow", delay="5ms", broker=2)
        ends = [next(w for w in stream if w is not None and w["revision"] >= revision) for stream in (one, other)]

    panel.do("network", OTHER, state="up")
    assert first["stores"][0]["device"] == second["stores"][0]["device"] == STORE
    assert all(end["revision"] >= revision > first["revision"] for end in ends)


def test_state_that_an_act_has_changed_is_there_when_it_is_answered(panel: PanelClient) -> None:
    revision = panel.do("network", state="slow", delay="10ms", broker=1)
    world = panel.get("/api/world")
    panel.do("network", state="up")

    assert world["revision"] >= revision
    assert store_of(world)["networks"][0] == {
        "broker": 1,
        "state": "slow",
        "delay_ms": 10,
        "loss_percent": 0,
        "period_ms": 0,
    }


def test_stream_too_many_is_refused_and_the_others_go_on(panel: PanelClient) -> None:
    with ExitStack() as opened, panel.stream() as first:
        assert next(first)
        connections = [HTTPConnection(panel.host, panel.port, timeout=PATIENCE_S) for _ in range(MAX_STREAMS)]
        answers = []
        for connection in connections:
            opened.callback(connection.close)
            connection.request("GET", "/api/stream")
            answers.append(opened.enter_context(connection.getresponse()))

        assert answers[0].status == 200
        assert answers[-1].status == 503
        _error(answers[-1].read())
        revision = panel.do("press", zone="panic-bell")
        assert next(world for world in first if world is not None and world["revision"] >= revision)


def _references(value: Json) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for each in value.values() for found in _references(each)]
    return [found for each in value for found in _references(each)] if isinstance(value, list) else []
