"""A new identity in a working agent: asked for, tried, proved, kept, or given back."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from device.logic.effects import Connect, Effect, Leave, Present, Promote, RunErrand, Settle
from device.logic.envelope import Refused, Typ, unseal
from device.logic.renewal import (
    ERRAND_NS,
    ERRAND_RETRY_NS,
    FIRST_ERRAND_NS,
    HURRY_NS,
    PROOF_NS,
    TRIAL_RETRY_NS,
    Do,
    Renewal,
    Standing,
)
from device.logic.units import S
from drivers.ports import ErrandDone, Identity, LinkDown, LinkUp, Place, Promoted, Record
from tests.builders import make_keys, make_signer
from tests.device.logic.letters import letter, receipts_payload
from tests.device.logic.post import NOON_NS, SETTINGS, Desk

OLD, NEW = make_signer(), make_signer(owner="device, renewed")
YEAR_NS = 365 * 86_400 * S
STAGED = Identity(NEW, NOON_NS + YEAR_NS)
CALM = Standing(is_up=True, is_calm=True, is_lost=False)
BUSY = Standing(is_up=True, is_calm=False, is_lost=False)
LOST = Standing(is_up=False, is_calm=False, is_lost=True)


class _Office:
    """A desk whose agent asks an office. What it tells may be signed with either key."""

    def __init__(self, staged: Identity | None = None, expires_ns: int | None = None) -> None:
        settings = replace(SETTINGS, runs_errands=True, staged=staged, certificate_expires_ns=expires_ns)
        self.desk = Desk(settings)
        self.desk.start()
        self._answer_all()

    def staged(self) -> "_Office":
        """The errand brings a new identity, and its trial has begun."""
        self.desk.feed(ErrandDone(self.desk.now_ns, None, None, STAGED))
        self.desk.until(40)
        return self

    def tried(self) -> Record:
        """A connection with it is there; what was told with the new key."""
        self.desk.feed(LinkDown(self.desk.now_ns, 0, "left"))
        self.desk.feed(LinkUp(self.desk.now_ns, 0, 20))
        return self.desk.records[-1]

    def proved(self) -> list[Effect]:
        record = self.tried()
        before = len(self.desk.effects)
        self.desk.answer(record)
        return self.desk.effects[before:]

    def _answer_all(self) -> None:
        self.desk.answer(*self.desk.records)


def _signed_by(record: Record) -> str:
    try:
        unseal(record.envelope, Typ.EVENT, make_keys(OLD))
    except Refused:
        unseal(record.envelope, Typ.EVENT, make_keys(NEW))
        return "new"
    return "old"


def _told_with_new_key(record: Record) -> object:
    return unseal(record.envelope, Typ.EVENT, make_keys(NEW)).payload["type"]


def _renewal(staged: Identity | None = None, random: Callable[[], float] = lambda: 0.0) -> Renewal:
    return Renewal(runs_errands=True, staged=staged, now_ns=0, random=random)


def test_office_is_asked_soon_after_the_start_and_once_a_day() -> None:
    desk = _Office().desk

    desk.until(FIRST_ERRAND_NS / S)
    assert len(desk.of(RunErrand)) == 1
    desk.feed(ErrandDone(desk.now_ns, None, None, None))
    desk.until(desk.now_ns / S + ERRAND_NS / S)

    assert len(desk.of(RunErrand)) == 2


def test_device_without_an_office_asks_nobody() -> None:
    desk = Desk().start().until(3 * ERRAND_RETRY_NS / S)

    assert desk.of(RunErrand) == []


def test_office_that_was_not_reached_is_asked_again_within_the_hour() -> None:
    renewal = _renewal()
    renewal.tick(FIRST_ERRAND_NS, CALM)

    renewal.done(ErrandDone(0, "not reached", None, None))

    assert renewal.due_ns() == ERRAND_RETRY_NS // 2


def test_thousand_devices_do_not_ask_at_once() -> None:
    first = {_renewal(random=lambda share=share: share / 10).due_ns() for share in range(10)}  # type: ignore[misc]

    assert len(first) == 10


def test_control_rooms_new_keys_are_believed_at_once() -> None:
    desk = _Office().desk
    room = make_signer(owner="control room, its next key")
    alarm = desk.press(2)
    answer = receipts_payload([{"id": str(alarm.place), "digest": alarm.digest, "state": "received"}])
    desk.hear(letter(answer, signer=room))
    assert desk.sent(alarm) == 1
    desk.feed(ErrandDone(desk.now_ns, None, make_keys(room), None))
    desk.hear(letter(answer, signer=room))

    assert [each.place for each in desk.of(Settle) if isinstance(each, Settle)][-1] == alarm.place


def test_receipt_under_an_unknown_key_makes_the_next_errand_come_soon_but_not_more_often_than_so() -> None:
    renewal = _renewal()
    renewal.tick(FIRST_ERRAND_NS, CALM)
    renewal.done(ErrandDone(FIRST_ERRAND_NS, None, None, None))

    renewal.hurry(FIRST_ERRAND_NS + S)

    assert renewal.due_ns() == FIRST_ERRAND_NS // 2 * 2 + HURRY_NS


def test_new_identity_is_shown_to_the_broker_once_nothing_waits() -> None:
    desk = _Office().staged().desk

    assert desk.of(Present) == [Present(staged=True)]
    assert len(desk.of(Leave)) == 1


def test_trial_waits_for_an_alarm_to_be_answered() -> None:
    desk = _Office().desk
    alarm = desk.press(35)
    desk.feed(ErrandDone(desk.now_ns, None, None, STAGED))
    desk.until(50)
    assert desk.of(Present) == []

    desk.answer(alarm, desk.records[-1])
    desk.until(52)

    assert desk.of(Present) == [Present(staged=True)]


def test_broker_and_control_room_must_both_have_taken_it_before_it_is_kept() -> None:
    office = _Office().staged()

    proof = office.tried()
    assert (_told_with_new_key(proof), _signed_by(proof)) == ("ansim.system.renewed", "new")
    assert office.desk.of(Promote) == []
    office.desk.answer(proof)

    assert office.desk.of(Promote) == [Promote()]


def test_alarm_during_the_trial_is_signed_with_the_old_key_and_one_after_it_with_the_new() -> None:
    office = _Office().staged()
    proof = office.tried()
    during = office.desk.press(41)
    office.desk.answer(proof)
    office.desk.feed(Promoted(office.desk.now_ns, None))
    after = office.desk.press(45)

    assert (_signed_by(during), _signed_by(after)) == ("old", "new")


def test_same_broker_is_used_for_the_trial() -> None:
    desk = _Office().desk
    desk.feed(LinkDown(desk.now_ns, 0, "reset"))
    desk.until(3)
    desk.feed(LinkDown(desk.now_ns, 0, "refused"))
    desk.feed(LinkUp(desk.now_ns, 1, 20))
    desk.feed(ErrandDone(desk.now_ns, None, None, STAGED))
    desk.until(40)
    assert desk.of(Present) == [Present(staged=True)]

    desk.feed(LinkDown(desk.now_ns, 1, "left"))

    assert [each.broker for each in desk.of(Connect) if isinstance(each, Connect)][-1] == 1


def test_identity_that_the_broker_refuses_is_given_back_at_once_and_tried_again_later() -> None:
    desk = _Office().staged().desk
    desk.feed(LinkDown(desk.now_ns, 0, "left"))

    desk.feed(LinkDown(desk.now_ns, 0, "TLS refused by the broker: unknown ca"))
    assert desk.of(Present) == [Present(staged=True), Present(staged=False)]
    desk.feed(LinkUp(desk.now_ns, 0, 20))
    desk.until(desk.now_ns / S + TRIAL_RETRY_NS / S)

    assert desk.of(Present) == [Present(staged=True), Present(staged=False), Present(staged=True)]
    assert desk.of(Promote) == []


def test_identity_that_the_control_room_does_not_answer_is_given_back_after_a_minute() -> None:
    office = _Office().staged()
    office.tried()

    office.desk.until(office.desk.now_ns / S + PROOF_NS / S)

    assert office.desk.of(Present) == [Present(staged=True), Present(staged=False)]
    assert len(office.desk.of(Leave)) == 2


def test_second_trial_tells_no_second_event() -> None:
    desk = (office := _Office().staged()).desk
    proof = office.tried()
    desk.until(desk.now_ns / S + PROOF_NS / S)
    desk.feed(LinkDown(desk.now_ns, 0, "left"))
    desk.feed(LinkUp(desk.now_ns, 0, 20))
    desk.until(desk.now_ns / S + TRIAL_RETRY_NS / S / 2 + 1)
    told = len(desk.records)

    desk.feed(LinkDown(desk.now_ns, 0, "left"))
    desk.feed(LinkUp(desk.now_ns, 0, 20))
    desk.answer(proof)

    assert (len(desk.records), desk.of(Promote)) == (told, [Promote()])


def test_device_without_any_link_tries_it_too() -> None:
    renewal = _renewal(STAGED)

    assert renewal.tick(0, BUSY) is None
    assert renewal.tick(2 * S, LOST) is Do.TRY
    assert renewal.up() is STAGED


def test_connection_that_breaks_while_it_is_being_proved_is_no_verdict() -> None:
    renewal = _renewal(STAGED)
    renewal.tick(0, LOST)
    renewal.up()
    renewal.proof = Place("e", 1)

    assert renewal.down(S) is None
    renewal.answered(Place("e", 1))

    assert renewal.verdict() is Do.KEEP


def test_other_answers_prove_nothing() -> None:
    renewal = _renewal(STAGED)
    renewal.tick(0, LOST)
    renewal.up()
    renewal.proof = Place("e", 1)

    renewal.answered(Place("e", 2))

    assert renewal.verdict() is None


def test_answer_that_comes_after_the_trial_counts_for_the_next_one() -> None:
    renewal = _renewal(STAGED)
    renewal.tick(0, LOST)
    renewal.up()
    renewal.proof = Place("e", 1)
    assert [renewal.tick(PROOF_NS, LOST) for _ in range(3)] == [Do.ERRAND, Do.FALL_BACK, None]
    renewal.answered(Place("e", 1))
    assert renewal.verdict() is None

    renewal.tick(PROOF_NS + TRIAL_RETRY_NS, LOST)
    assert renewal.up() is None

    assert renewal.verdict() is Do.KEEP


def test_identity_that_an_earlier_run_could_not_prove_is_tried_at_start() -> None:
    desk = _Office(staged=STAGED).desk.until(40)

    assert desk.of(Present) == [Present(staged=True)]


def test_kept_identity_ends_the_warning_about_the_old_certificate() -> None:
    office = _Office(expires_ns=NOON_NS + 86_400 * S)
    assert office.desk.events("trouble.certificate") == ["trouble.certificate raised"]

    office.staged().proved()

    restored = office.desk.records[-1]
    assert _told_with_new_key(restored) == "ansim.trouble.certificate"


@pytest.mark.parametrize("failed", [None, "No space left on device"])
def test_identity_that_is_kept_is_not_tried_again_before_the_office_brings_another(failed: str | None) -> None:
    office = _Office().staged()
    office.proved()

    office.desk.feed(Promoted(office.desk.now_ns, failed))
    office.desk.until(office.desk.now_ns / S + 2 * TRIAL_RETRY_NS / S)

    assert office.desk.of(Present) == [Present(staged=True)]


def test_certificate_that_was_renewed_for_the_same_key_is_another_identity() -> None:
    renewal = _renewal(STAGED)
    later = Identity(NEW, NOON_NS + 2 * YEAR_NS)

    renewal.done(ErrandDone(0, None, None, later))

    assert renewal.staged is later
