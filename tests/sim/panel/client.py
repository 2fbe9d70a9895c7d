"""A client of the panel, as somebody with curl would be: no code of the panel in it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

# Everything here takes milliseconds; the rest is for a machine that is busy with other things.
PATIENCE_S = 60.0
STORE, OTHER = "store-0042", "store-0108"

Json = Any


class PanelClient:
    """Asks, does, and waits for what the stream says."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        assert address.hostname is not None
        assert address.port is not None
        self.host = address.hostname
        self.port = address.port

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body."""
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()

    def get(self, path: str) -> Json:
        status, _, body = self.ask("GET", path)
        assert status == 200, body
        return json.loads(body)

    def post(self, act: Json) -> tuple[int, Json]:
        status, _, body = self.ask("POST", "/api/acts", json.dumps(act).encode(), {"Content-Type": "application/json"})
        return status, json.loads(body)

    def do(self, do: str, store: str | None = STORE, **arguments: object) -> int:
        """The revision that shows it. `for_` is spelt `for`."""
        act = {"do": do, **{name.rstrip("_"): value for name, value in arguments.items()}}
        status, answer = self.post(act if store is None else act | {"store": store})
        assert status == 200, answer
        assert answer["done"] is True
        return int(answer["revision"])

    @contextmanager
    def stream(self) -> Iterator[Iterator[Json]]:
        """Worlds, one after the other; None every ten seconds without one."""
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/api/stream")
            response = connection.getresponse()
            assert response.status == 200
            with response:
                yield _worlds(response)
        finally:
            connection.close()

    def until(self, what: str, is_so: Callable[[Json], bool]) -> Json:
        """The first world in which it is so."""
        seen, end_s = None, time.monotonic() + PATIENCE_S
        with self.stream() as worlds:
            for world in worlds:
                seen = world or seen
                if world is not None and is_so(world):
                    return world
                if time.monotonic() > end_s:
                    break
        raise AssertionError(f"waited in vain for {what}; the last world: {json.dumps(seen)[:3000]}")

    def until_store(self, what: str, is_so: Callable[[Json], bool], store: str = STORE) -> Json:
        """The first state of a store in which it is so."""
        return store_of(self.until(what, lambda world: is_so(store_of(world, store))), store)

    def until_raised(self, zone: str, after: set[str], kind: str = "ansim.alarm.", store: str = STORE) -> Json:
        """The row of the control room for a raised event of a zone that was not there before."""

        def row(world: Json) -> Json:
            return next((row for row in rows(world, store, zone, kind) if row["id"] not in after), None)

        return row(self.until(f"an alarm of {zone}", lambda world: row(world) is not None))

    def ids(self, store: str = STORE) -> set[str]:
        """Of all that the control room has before it."""
        return {row["id"] for row in self.get("/api/world")["room"]["alarms"] if row["store"] == store}

    def mend(self) -> None:
        """All is well, and every store is on and connected."""
        self.do("room", None, state="prompt")
        self.do("broker", None, state="up")
        for store in (STORE, OTHER):
            for act in (
                {"do": "network", "state": "up"},
                {"do": "disk", "state": "good"},
                {"do": "clock", "state": "synced"},
                {"do": "battery", "charge_percent": 100},
                {"do": "mains", "state": "on"},
                {"do": "power", "state": "on"},
            ):
                assert self.post(act | {"store": store})[0] == 200
            # A device takes its time to come back, and to go back to the first broker; a new start takes none.
            if store_of(self.get("/api/world"), store)["broker"] != 1:
                self.do("restart", store)
        self.until("all to be well", lambda world: all(_is_well(store) for store in world["stores"]))


def store_of(world: Json, store: str = STORE) -> Json:
    return next(each for each in world["stores"] if each["device"] == store)


def zone_of(store: Json, zone: str) -> Json:
    return next(each for each in store["zones"] if each["name"] == zone)


def rows(world: Json, store: str, subject: str, kind: str) -> list[Json]:
    """What stands before the control room, newest first."""
    found = (row for row in world["room"]["alarms"] if row["store"] == store and row["subject"] == subject)
    return [row for row in found if row["type"].startswith(kind)]


def _is_well(store: Json) -> bool:
    # A contact that has chattered must be quiet for ten seconds: tests that leave one so use a zone of their own.
    at_rest = all(zone["state"] in ("normal", "chatter") and not zone["held"] for zone in store["zones"])
    on = store["connected"] and store["presence"] == "online" and store["broker"] == 1
    return bool(on and at_rest and store["outbox"] == 0)


def _worlds(response: HTTPResponse) -> Iterator[Json]:
    event: dict[str, str] = {}
    for line in response:
        name, colon, value = line.decode().rstrip("\n").partition(": ")
        if not name and colon:
            yield None
        elif colon:
            event[name] = value
        elif not name and event.get("event") == "world":
            world = json.loads(event["data"])
            assert event["id"] == str(world["revision"])
            yield world
            event = {}
