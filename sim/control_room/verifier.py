"""Says whether bytes on a topic are what they claim to be. Pure. Implements docs/protocol.md, "Checks".

Nothing is trusted before the signature; nothing is unbounded after it. The order of checks is part of the contract:
topic, envelope, sender, form, revocation.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from device.logic.device_id import DEVICE_ID
from device.logic.envelope import JsonObject, Opened, Refusal, Refused, Typ, digest, unseal
from device.logic.event import Phase
from drivers.ports import Keys, Place
from sim.control_room.reading import (
    MAX_WORD,
    as_json,
    boolean,
    epoch,
    integer,
    malformed,
    matching,
    moment,
    place,
    seconds,
    table,
    text,
    word,
)
from sim.control_room.values import (
    DeviceClock,
    EventStatus,
    Presence,
    Span,
    VerifiedEvent,
    VerifiedStatus,
    ZoneState,
)

_TOPIC = re.compile(rf"ansim/v1/({DEVICE_ID})/(alarm|event|status)")
_TYPE = re.compile(r"ansim\.(alarm|trouble|door|custody|test|command|system)\.[a-z][a-z0-9_-]{0,31}")
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")
_SIA = re.compile(r"[A-Z]{2}")
# As many zones and doors as a configuration may have.
_MAX_ZONES = 192
_Told = TypeVar("_Told")
_STARTED = "ansim.system.started"
_THINNED = "ansim.system.thinned"


class Verifier:
    """Checks envelopes against the keys that are pinned for each device. `refusals` counts what was not taken."""

    def __init__(self, keys: Mapping[str, Keys], revoked_utc_ns: Mapping[str, int] | None = None) -> None:
        """keys: device id to the public keys that this device alone may sign with.

        revoked_utc_ns: thumbprint of a revoked key to the time from which it proves nothing. Both may change while
        in use.
        """
        self._keys = keys
        self._revoked_utc_ns = revoked_utc_ns if revoked_utc_ns is not None else {}
        self.refusals: Counter[Refusal] = Counter()

    def verify(
        self, topic: str, payload: bytes | None, arrived_utc_ns: int = 0
    ) -> VerifiedEvent | VerifiedStatus | Refusal:
        """Never raises, whatever the bytes are. `payload` None: larger than the link takes.

        A status is refused if its key was revoked by `arrived_utc_ns`; an event may still be proved, ask `is_revoked`.
        """
        try:
            return self._verify(topic, payload, arrived_utc_ns)
        except Refused as refused:
            return self.refuse(refused.reason)

    def is_revoked(self, kid: str, at_utc_ns: int) -> bool:
        """Whether the key proves nothing any more of what arrives now."""
        since_utc_ns = self._revoked_utc_ns.get(kid)
        return since_utc_ns is not None and since_utc_ns <= at_utc_ns

    def refuse(self, reason: Refusal) -> Refusal:
        """Count something that was not taken."""
        self.refusals[reason] += 1
        return reason

    def _verify(self, topic: str, payload: bytes | None, arrived_utc_ns: int) -> VerifiedEvent | VerifiedStatus:
        found = _TOPIC.fullmatch(topic)
        if found is None:
            raise Refused(Refusal.TOPIC)
        if payload is None:
            raise Refused(Refusal.SIZE)
        device_id, kind = found[1], found[2]
        keys = self._keys.get(device_id)
        if keys is None:
            raise Refused(Refusal.KID)
        if kind == "status":
            opened = unseal(payload, Typ.STATUS, keys)
            status = _status(device_id, opened, payload)
            if self.is_revoked(opened.kid, arrived_utc_ns):
                raise Refused(Refusal.REVOKED)
            return status
        event = _event(device_id, unseal(payload, Typ.EVENT, keys), payload)
        if event.is_alarm != (kind == "alarm"):
            raise Refused(Refusal.TOPIC)
        return event


def _event(device_id: str, opened: Opened, envelope: bytes) -> VerifiedEvent:
    body = opened.payload
    _check_cloud_event(body, device_id)
    data = table(body, "data")
    chain = table(data, "chain")
    where = Place(epoch(chain), integer(chain, "seq", least=1))
    if place(body.get("id")) != where:
        raise malformed()
    written, time_ns = moment(body, "time")
    kind = matching(body, "type", _TYPE)
    detail = table(data, "detail") if "detail" in data else {}
    return VerifiedEvent(
        device=device_id,
        place=where,
        type=kind,
        phase=word(data, "phase", Phase),
        status=word(data, "status", EventStatus),
        subject=text(body, "subject"),
        time=written,
        time_ns=time_ns,
        prev=_prev(chain),
        clock=_clock(table(data, "clock")),
        digest=digest(envelope),
        kid=opened.kid,
        envelope=envelope,
        detail_json=as_json(detail),
        sia=None if data.get("sia") is None else matching(data, "sia", _SIA),
        # Contact ID numbers have three digits (SIA DC-05).
        cid=None if data.get("cid") is None else integer(data, "cid", least=100, most=999),
        thinned=_if_legible(_span, detail) if kind == _THINNED else None,
        baseline=_if_legible(_zones, detail) if kind == _STARTED else None,
    )


def _check_cloud_event(body: JsonObject, device_id: str) -> None:
    if body.get("specversion") != "1.0" or body.get("datacontenttype", "application/json") != "application/json":
        raise malformed()
    if body.get("source") != f"ansim:{device_id}":
        raise Refused(Refusal.TOPIC)


def _prev(chain: JsonObject) -> str | None:
    if "prev" not in chain:
        raise malformed()
    return None if chain["prev"] is None else matching(chain, "prev", _DIGEST)


def _if_legible(read: Callable[[JsonObject], _Told], detail: JsonObject) -> _Told | None:
    """`detail` is informal: what cannot be read in it never costs a signed event its receipt."""
    try:
        return read(detail)
    except Refused:
        return None


def _clock(clock: JsonObject) -> DeviceClock:
    return DeviceClock(text(clock, "boot", MAX_WORD), integer(clock, "uptime_ms"), boolean(clock, "synced"))


def _span(detail: JsonObject) -> Span:
    first, last = place(detail.get("first")), place(detail.get("last"))
    if last < first:
        raise malformed()
    return Span(integer(detail, "count", least=1), first, last)


def _zones(source: JsonObject) -> tuple[ZoneState, ...]:
    zones = table(source, "zones")
    if len(zones) > _MAX_ZONES:
        raise malformed()
    return tuple(ZoneState(text({"zone": name}, "zone"), text(zones, name, MAX_WORD)) for name in zones)


def _status(device_id: str, opened: Opened, envelope: bytes) -> VerifiedStatus:
    body = opened.payload
    if body.get("device") != device_id:
        raise Refused(Refusal.TOPIC)
    outbox = table(body, "outbox")
    return VerifiedStatus(
        device=device_id,
        presence=word(body, "state", Presence),
        epoch=epoch(body),
        boot=text(body, "boot", MAX_WORD),
        connection=integer(body, "connection"),
        time=moment(body, "time")[0],
        version=text(body, "version", MAX_WORD),
        heartbeat_s=seconds(body, "heartbeat_s"),
        last_seq=integer(body, "last_seq"),
        outbox_depth=integer(outbox, "depth"),
        outbox_oldest_s=None if outbox.get("oldest_s") is None else seconds(outbox, "oldest_s"),
        zones=_zones(body),
        health_json=as_json(table(body, "health")),
        digest=digest(envelope),
    )
