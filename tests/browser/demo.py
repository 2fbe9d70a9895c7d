"""The real demo as a process, and its API as a client sees it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

_ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")
_END_S = 20.0
_SUPPLY = ("mains", "battery")
_SHUT = ("closed", "secured")
World = dict[str, Any]


class Demo:
    """`ansim-sim demo --no-browser` on a port of the kernel's choice."""

    def __init__(self, stores: int = 2, banks: int = 0) -> None:
        command = [sys.executable, "-m", "sim", "demo", "--no-browser", "--stores", str(stores), "--banks", str(banks)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            self.url = self._address()
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_END_S)
        finally:
            self._end()

    def world(self) -> World:
        """The whole state."""
        with urlopen(f"{self.url}/api/world", timeout=10) as answer:
            world: World = json.load(answer)
        return world

    def act(self, **body: object) -> None:
        """Do one act; `for_` stands for `for`."""
        data = json.dumps({key.rstrip("_"): value for key, value in body.items()}).encode()
        request = Request(f"{self.url}/api/acts", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=30):
            pass

    def until(self, holds: Callable[[World], bool], limit_s: float = 30.0) -> World:
        """Follow the stream until the state is as wanted. Raises TimeoutError."""
        end_s = monotonic() + limit_s
        with urlopen(f"{self.url}/api/stream", timeout=limit_s) as stream:
            for line in stream:
                if line.startswith(b"data:") and holds(world := json.loads(line[5:])):
                    return dict(world)
                if monotonic() > end_s:
                    raise TimeoutError("the state did not come")
        raise TimeoutError("the stream has ended")

    def mend(self) -> None:
        """Everything is well again, and everybody is connected."""
        world = self.world()
        if world["room"]["state"] != "prompt":
            self.act(do="room", state="prompt")
        for broker in world["brokers"]:
            if broker["state"] != "up":
                self.act(do="broker", state="up", broker=broker["number"])
        for store in world["stores"]:
            self._mend_store(store)
            if _is_near_the_limit(store, world["now_ms"]):
                self.act(do="restart", store=store["device"])
        for patience_s in (2.0, 10.0):
            try:
                self.until(_is_well, patience_s)
            except TimeoutError:
                self._start_anew()
            else:
                return
        self.until(_is_well)

    def _start_anew(self) -> None:
        """A device that backs off, or whose contact fluttered, takes its time; one that starts is well at once.

        A lock that was pulsed again meanwhile has opened its door once more.
        """
        for store in self.world()["stores"]:
            if not _is_well_store(store):
                self.act(do="restart", store=store["device"])
                self._mend_store(store)

    def _mend_store(self, store: World) -> None:
        name = store["device"]
        for zone in store["zones"]:
            self._mend_zone(name, zone)
        for network in store["networks"]:
            if network["state"] != "up":
                self.act(do="network", store=name, state="up", broker=network["broker"])
        clock = store["clock"]
        wrong: dict[str, tuple[bool, dict[str, object]]] = {
            "disk": (store["disk"]["state"] != "good", {"state": "good"}),
            "clock": (
                not clock["synced"] or clock["off_ms"] != 0 or clock["drift_ppm"] != 0,
                {"state": "synced", "drift_ppm": 0},
            ),
            "battery": (store["battery_percent"] != 100, {"charge_percent": 100}),
            "mains": (store["mains"] == "off", {"state": "on"}),
            "power": (store["power"] == "off", {"state": "on"}),
        }
        for do, (is_wrong, arguments) in wrong.items():
            if is_wrong:
                self.act(do=do, store=name, **arguments)

        if store["bank"] is not None:
            self._mend_bank(name, store["bank"])

    def _mend_bank(self, store: str, bank: World) -> None:
        for bus in bank["buses"]:
            self.act(do="adapter", store=store, bus=bus["name"], state="in")
            self.act(do="coil-noise", store=store, bus=bus["name"], state="off")
            for board in bus["boards"]:
                self.act(do="lock-board", store=store, bus=bus["name"], board=board["number"], state="well")
        # A line whose port was gone may take a minute until it is tried again.
        world = self.until(lambda world: all(door["state"] != "unknown" for door in bank_of(world)["doors"]), 90.0)
        for door in bank_of(world)["doors"]:
            self._mend_door(store, door)

    def _mend_door(self, store: str, door: World) -> None:
        name = door["name"]
        if door["mechanism"] != "good" or door["strike"] != "whole":
            self.act(do="mechanism", store=store, door=name, state="good")
        for sensor, state in door["cables"].items():
            if state not in (None, "whole"):
                self.act(do="cable", store=store, door=name, sensor=sensor, state="whole")
        if door["swapped_with"] is not None and name < door["swapped_with"]:
            self.act(do="swap", store=store, zone=name, other=door["swapped_with"])
        if door["open"] and door["hook"] == "engaged":
            self.act(do="untrip", store=store, door=name)
        if door["open"] or door["hook"] == "free":
            self.act(do="pull", store=store, door=name)
            self.act(do="shut", store=store, door=name)

    def _mend_zone(self, store: str, zone: World) -> None:
        name = zone["name"]
        if any(state != "whole" for state in zone["wires"].values()):
            self.act(do="wire", store=store, zone=name, state="whole")
        if zone["contact"] != "good":
            self.act(do="contact", store=store, zone=name, state="good")
        if zone["swapped_with"] and name < zone["swapped_with"]:
            self.act(do="swap", store=store, zone=name, other=zone["swapped_with"])
        if zone["held"] and name not in _SUPPLY:
            self.act(do="release", store=store, zone=name)

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _address(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := _ADDRESS.search(line):
                return found.group()
        raise AssertionError("the demo has not said where it is")


def _is_near_the_limit(store: World, now_ms: int) -> bool:
    """Thirty alarms a minute are told one by one; a restart counts anew."""
    recent = [each for each in store["journeys"] if each["by_person"] and each["moved_ms"] > now_ms - 60_000]
    return len(recent) > 10


def _is_well(world: World) -> bool:
    return all(_is_well_store(store) for store in world["stores"])


def _is_well_store(store: World) -> bool:
    at_rest = all(zone["state"] == "normal" for zone in store["zones"])
    shut = store["bank"] is None or all(door["state"] in _SHUT for door in store["bank"]["doors"])
    return bool(store["connected"]) and not store["outbox"] and at_rest and shut


def bank_of(world: World) -> World:
    """The only locker bank."""
    bank: World = next(store["bank"] for store in world["stores"] if store["bank"] is not None)
    return bank


def door_of(world: World, name: str) -> World:
    """One of its doors."""
    return next(door for door in bank_of(world)["doors"] if door["name"] == name)


def newest_outcome(world: World) -> Any:
    """What came of the command that was sent last: None as long as there is none, or nothing has come of it."""
    commands = bank_of(world)["commands"]
    return commands[0]["outcome"] if commands else None
