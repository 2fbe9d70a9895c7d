import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.logic.envelope import MAX_BYTES, JsonObject, Refusal, Typ, b64url, digest, encode_json
from device.logic.event import Phase
from drivers.ports import Place
from sim.control_room.values import EventStatus, Presence, Span, VerifiedEvent, VerifiedStatus, ZoneState
from tests.builders import make_signer
from tests.sim.control_room.scene import (
    BOOT,
    DEVICE_SIGNER,
    EPOCH_1,
    OTHER,
    OTHER_SIGNER,
    STORE,
    event_data,
    event_payload,
    make_journal,
    make_verifier,
    press,
    sign,
    status_payload,
    tell,
    topic,
)


def _refusal(payload: JsonObject, kind: str = "alarm", typ: Typ = Typ.EVENT) -> object:
    return make_verifier().verify(topic(kind), sign(payload, typ))


def test_event_of_the_device_is_verified() -> None:
    record = press(make_journal())

    event = make_verifier().verify(topic("alarm"), record.envelope)

    assert isinstance(event, VerifiedEvent)
    assert (event.device, event.place, event.digest) == (STORE, Place(EPOCH_1, 1), record.digest)
    assert (event.id, event.type, event.subject) == (f"{EPOCH_1}-1", "ansim.alarm.holdup", "counter-button")
    assert (event.phase, event.status, event.prev) == (Phase.RAISED, EventStatus.ACTUAL, None)
    assert (event.clock.boot, event.clock.uptime_ms, event.clock.synced) == (BOOT, 100_000, True)
    assert event.envelope == record.envelope
    assert event.is_alarm


def test_codes_time_and_chain_are_read() -> None:
    event = make_verifier().verify(topic("alarm"), sign(event_payload()))

    assert isinstance(event, VerifiedEvent)
    assert (event.sia, event.cid, event.prev) == ("HA", 122, digest(b"1841"))
    assert event.time == "2026-11-20T22:36:01.123Z"
    assert event.time_ns == 1_795_214_161_123_000_000


def test_members_that_are_not_known_are_passed_over() -> None:
    payload = event_payload(traceparent="00-1-2-03", data=event_data(weather="rain"))

    assert isinstance(make_verifier().verify(topic("alarm"), sign(payload)), VerifiedEvent)


def test_thinning_is_read_from_its_detail() -> None:
    detail = {"count": 3, "first": f"{EPOCH_1}-4", "last": f"{EPOCH_1}-9"}
    record = tell(make_journal(), "system.thinned", "outbox", Phase.REPORTED, detail)

    event = make_verifier().verify(topic("event"), record.envelope)

    assert isinstance(event, VerifiedEvent)
    assert event.thinned == Span(3, Place(EPOCH_1, 4), Place(EPOCH_1, 9))


@pytest.mark.parametrize("detail", [{}, {"count": 0, "first": "a", "last": 1}, {"zones": 5}])
@pytest.mark.parametrize("what", ["system.thinned", "system.started"])
def test_illegible_detail_does_not_cost_the_event_its_receipt(what: str, detail: JsonObject) -> None:
    record = tell(make_journal(), what, "agent", Phase.REPORTED, detail)

    event = make_verifier().verify(topic("event"), record.envelope)

    assert isinstance(event, VerifiedEvent)
    assert event.thinned is None
    assert event.baseline is None


def test_baseline_is_read_from_a_start() -> None:
    detail = {"zones": {"counter-button": "normal", "mains": "raised"}}
    record = tell(make_journal(), "system.started", "agent", Phase.REPORTED, detail)

    event = make_verifier().verify(topic("event"), record.envelope)

    assert isinstance(event, VerifiedEvent)
    assert event.baseline == (ZoneState("counter-button", "normal"), ZoneState("mains", "raised"))


@pytest.mark.parametrize(
    "wrong_topic",
    [
        "",
        "$SYS/broker",
        "ansim/v1/store-0042",
        "ansim/v2/store-0042/alarm",
        "ansim/v1/STORE/alarm",
        "ansim/v1/st/alarm",
        "ansim/v1/store-0042/receipt",
        "ansim/v1/store-0042/alarm\n",
        "ansim/v1/store-0042/event/x",
    ],
)
def test_other_topics_are_refused(wrong_topic: str) -> None:
    assert make_verifier().verify(wrong_topic, sign(event_payload())) is Refusal.TOPIC


def test_alarm_belongs_on_the_alarm_topic_and_nothing_else_does() -> None:
    trouble = sign(event_payload(type="ansim.trouble.mains"))

    assert make_verifier().verify(topic("event"), sign(event_payload())) is Refusal.TOPIC
    assert make_verifier().verify(topic("alarm"), trouble) is Refusal.TOPIC


def test_device_without_pinned_keys_is_refused() -> None:
    assert make_verifier().verify(topic("alarm", "store-9999"), sign(event_payload())) is Refusal.KID


def test_another_devices_key_does_not_sign_for_this_one() -> None:
    payload = event_payload()

    assert make_verifier().verify(topic("alarm"), sign(payload, signer=OTHER_SIGNER)) is Refusal.KID


def test_own_event_on_another_devices_topic_is_refused() -> None:
    assert make_verifier().verify(topic("alarm", OTHER), sign(event_payload())) is Refusal.KID


def test_source_must_be_the_topics_device() -> None:
    assert _refusal(event_payload(source=f"ansim:{OTHER}")) is Refusal.TOPIC


def test_id_must_be_the_chains_place() -> None:
    assert _refusal(event_payload(id=f"{EPOCH_1}-1843")) is Refusal.PAYLOAD


def test_too_large_is_refused_before_anything_is_read() -> None:
    assert make_verifier().verify(topic("alarm"), None) is Refusal.SIZE
    assert make_verifier().verify(topic("alarm"), b"x" * (MAX_BYTES + 1)) is Refusal.SIZE


def test_signature_over_other_bytes_is_refused() -> None:
    header, _, signature = sign(event_payload()).split(b".")
    other_payload = sign(event_payload(subject="back-door")).split(b".")[1]

    assert make_verifier().verify(topic("alarm"), b".".join([header, other_payload, signature])) is Refusal.SIGNATURE


@pytest.mark.parametrize("typ", [Typ.STATUS, Typ.RECEIPT, Typ.COMMAND])
def test_envelope_of_another_type_is_refused(typ: Typ) -> None:
    assert _refusal(event_payload(), typ=typ) is Refusal.TYP


_BAD_MEMBERS: list[dict[str, object]] = [
    {"specversion": "1.1"},
    {"id": None},
    {"id": 7},
    {"id": f"{EPOCH_1}-0"},
    {"id": f"{EPOCH_1}-01842"},
    {"type": "ansim.alarm"},
    {"type": "ansim.weather.rain"},
    {"type": "ansim.alarm.HOLDUP"},
    {"subject": None},
    {"subject": ""},
    {"subject": "a" * 129},
    {"subject": "line\nfeed"},
    {"subject": "\x00"},
    {"time": "yesterday"},
    {"time": "2026-13-20T22:36:01Z"},
    {"time": "2026-11-20 22:36:01Z"},
    {"time": "2026-11-20T22:36:01"},
    {"time": "\u0662\u066026-11-20T22:36:01Z"},
    {"datacontenttype": "text/plain"},
    {"data": None},
    {"data": []},
]
_BAD_DATA: list[dict[str, object]] = [
    {"phase": "lowered"},
    {"phase": None},
    {"status": "drill"},
    {"status": ["actual"]},
    {"sia": "ha"},
    {"sia": "HAA"},
    {"cid": 99},
    {"cid": "122"},
    {"cid": True},
    {"cid": 122.0},
    {"chain": None},
    {"chain": {"epoch": EPOCH_1, "seq": 1842}},
    {"chain": {"epoch": EPOCH_1.upper(), "seq": 1842, "prev": None}},
    {"chain": {"epoch": EPOCH_1, "seq": 2**53, "prev": None}},
    {"chain": {"epoch": EPOCH_1, "seq": True, "prev": None}},
    {"chain": {"epoch": EPOCH_1, "seq": 1842, "prev": "short"}},
    {"clock": None},
    {"clock": {"boot": "b", "uptime_ms": -1, "synced": True}},
    {"clock": {"boot": "b" * 65, "uptime_ms": 1, "synced": True}},
    {"clock": {"boot": "b", "uptime_ms": 1, "synced": "yes"}},
    {"detail": "text"},
]


@pytest.mark.parametrize("bad", _BAD_MEMBERS)
def test_member_out_of_form_is_refused(bad: dict[str, object]) -> None:
    assert _refusal(event_payload(**bad)) is Refusal.PAYLOAD


@pytest.mark.parametrize("bad", _BAD_DATA)
def test_data_out_of_form_is_refused(bad: dict[str, object]) -> None:
    assert _refusal(event_payload(data=event_data(**bad))) is Refusal.PAYLOAD


def test_number_that_reads_as_infinity_is_refused() -> None:
    payload = event_payload(data=event_data(detail={"volts": "PLACE"}))
    raw = sign_raw(payload, b'"PLACE"', b"1e999")

    assert make_verifier().verify(topic("alarm"), raw) is Refusal.PAYLOAD


def test_depth_is_refused_without_an_error() -> None:
    verifier = make_verifier()
    payload = event_payload(data=event_data(detail={"deep": "PLACE"}))

    for depth in range(850, 1_000):
        raw = sign_raw(payload, b'"PLACE"', b"[" * depth + b"]" * depth)
        assert isinstance(verifier.verify(topic("alarm"), raw), Refusal | VerifiedEvent)


def test_half_a_character_is_refused() -> None:
    raw = sign_raw(event_payload(subject="PLACE"), b"PLACE", rb"\ud800")

    assert make_verifier().verify(topic("alarm"), raw) is Refusal.PAYLOAD


def sign_raw(payload: JsonObject, old: bytes, new: bytes) -> bytes:
    """Sign what our own encoder would not write."""
    header = encode_json({"alg": DEVICE_SIGNER.alg, "kid": DEVICE_SIGNER.kid, "typ": "ansim-event"})
    signed = b64url(header) + b"." + b64url(encode_json(payload).replace(old, new))
    return signed + b"." + b64url(DEVICE_SIGNER.sign(signed))


def test_status_is_verified() -> None:
    status = make_verifier().verify(topic("status"), sign(status_payload(), Typ.STATUS))

    assert isinstance(status, VerifiedStatus)
    assert (status.device, status.presence, status.connection) == (STORE, Presence.ONLINE, 3)
    assert (status.outbox_depth, status.outbox_oldest_s, status.last_seq) == (2, 1.5, 1842)
    assert status.zones == (ZoneState("counter-button", "normal"),)


@pytest.mark.parametrize(
    "bad",
    [
        {"state": "away"},
        {"epoch": "1"},
        {"boot": ""},
        {"connection": -1},
        {"time": 5},
        {"version": 1},
        {"heartbeat_s": "15"},
        {"heartbeat_s": -1},
        {"heartbeat_s": True},
        {"last_seq": 0.5},
        {"outbox": {"depth": None}},
        {"outbox": {"depth": 0, "oldest_s": "old"}},
        {"zones": []},
        {"zones": {"counter-button": 1}},
        {"zones": {"": "normal"}},
        {"zones": {f"zone-{number}": "normal" for number in range(193)}},
        {"health": None},
    ],
)
def test_status_out_of_form_is_refused(bad: dict[str, object]) -> None:
    assert _refusal(status_payload(**bad), "status", Typ.STATUS) is Refusal.PAYLOAD


def test_status_of_another_device_is_refused() -> None:
    assert _refusal(status_payload(device=OTHER), "status", Typ.STATUS) is Refusal.TOPIC


def test_empty_outbox_has_no_oldest() -> None:
    status = make_verifier().verify(topic("status"), sign(status_payload(outbox={"depth": 0}), Typ.STATUS))

    assert isinstance(status, VerifiedStatus)
    assert status.outbox_oldest_s is None


def test_refusals_are_counted_by_reason() -> None:
    verifier = make_verifier()

    verifier.verify(topic("alarm"), b"")
    verifier.verify(topic("alarm"), b"no envelope")
    verifier.verify(topic("alarm"), sign(event_payload(), signer=make_signer(owner="stranger")))

    assert verifier.refusals == {Refusal.FORM: 2, Refusal.KID: 1}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(payload=st.binary(max_size=200), kind=st.sampled_from(["alarm", "event", "status"]))
def test_garbage_is_refused_without_an_error(payload: bytes, kind: str) -> None:
    assert isinstance(make_verifier().verify(topic(kind), payload), Refusal)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(sorted(event_payload())),
    inner=st.sampled_from([None, *sorted(event_data())]),
    value=_JSON.filter(lambda value: "\\ud" not in ascii(value)),
)
def test_signed_nonsense_never_raises(name: str, inner: str | None, value: object) -> None:
    changed = event_payload(**{name: value}) if inner is None else event_payload(data=event_data(**{inner: value}))

    assert isinstance(make_verifier().verify(topic("alarm"), sign(changed)), Refusal | VerifiedEvent)
