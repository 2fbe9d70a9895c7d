"""What the desk still takes from a device whose key is revoked."""

from collections.abc import Iterator

import pytest

from device.logic.envelope import Refusal, Typ
from device.logic.event import Phase
from device.logic.units import S
from drivers.ports import Message, Record
from sim.control_room.desk import Desk, Letter, NotTaken, Taken, TakenEvent
from sim.control_room.ledger import Ledger
from sim.control_room.verifier import Verifier
from tests.builders import make_keys
from tests.sim.control_room.scene import (
    DEVICE_SIGNER,
    EPOCH_2,
    OTHER,
    OTHER_SIGNER,
    ROOM,
    ROOM_SIGNER,
    STORE,
    UTC_NS,
    at,
    make_journal,
    press,
    sign,
    status_payload,
    tell,
    topic,
)

REVOKED_S = 1000.0
BEFORE, AFTER = at(REVOKED_S - 1), at(REVOKED_S)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    keys = {STORE: make_keys(DEVICE_SIGNER), OTHER: make_keys(OTHER_SIGNER)}
    verifier = Verifier(keys, {DEVICE_SIGNER.kid: UTC_NS + round(REVOKED_S * S)})
    return Desk(verifier, ledger, ROOM_SIGNER, ROOM, lambda: "jti")


def arrive(desk: Desk, record: Record, *, late: bool = True, device_id: str = STORE) -> list[Message]:
    return desk.handle(topic("alarm", device_id), record.envelope, AFTER if late else BEFORE)


def outcomes(taken: list[Taken]) -> list[Refusal | None]:
    return [each.reason if isinstance(each, NotTaken) else None for each in taken]


def test_what_arrives_before_the_revocation_is_taken(desk: Desk) -> None:
    assert arrive(desk, press(make_journal()), late=False)


def test_what_arrives_after_it_is_refused_whatever_time_it_claims(desk: Desk, ledger: Ledger) -> None:
    backdated = press(make_journal(), at_s=1)

    taken = desk.take([Letter(0, topic("alarm"), backdated.envelope)], AFTER)

    assert outcomes(taken) == [Refusal.REVOKED]
    assert ledger.events() == []


def test_a_resend_of_what_was_taken_is_answered_again(desk: Desk) -> None:
    record = press(make_journal())
    arrive(desk, record, late=False)

    assert arrive(desk, record)


def test_the_predecessor_of_what_was_taken_is_taken(desk: Desk, ledger: Ledger) -> None:
    journal = make_journal()
    first, second = press(journal), press(journal)
    arrive(desk, second, late=False)

    assert arrive(desk, first)
    assert [stored.place.seq for stored in ledger.events()] == [2, 1]


def test_a_chain_is_walked_back_to_its_beginning_and_across_epochs(desk: Desk) -> None:
    old = make_journal()
    first, second = press(old), press(old)
    third = press(make_journal(EPOCH_2, second.digest))
    arrive(desk, third, late=False)

    letters = [Letter(0, topic("alarm"), record.envelope) for record in (first, second, first)]
    taken = desk.take(letters, AFTER)

    assert outcomes(taken) == [Refusal.REVOKED, None, None]


def test_the_successor_of_what_was_taken_is_refused(desk: Desk) -> None:
    journal = make_journal()
    arrive(desk, press(journal), late=False)

    assert not arrive(desk, press(journal))


def test_another_envelope_under_a_proved_id_is_refused(desk: Desk, ledger: Ledger) -> None:
    journal = make_journal()
    first, second = press(journal), press(journal)
    arrive(desk, first, late=False)
    arrive(desk, second, late=False)
    forged = press(make_journal(), at_s=7)

    assert not arrive(desk, forged)
    assert ledger.conflicts(STORE) == []


def test_another_devices_chain_proves_nothing(desk: Desk) -> None:
    stolen = press(make_journal())
    accomplice = press(make_journal(prev=stolen.digest, device_id=OTHER))
    arrive(desk, accomplice, device_id=OTHER)

    assert not arrive(desk, stolen)


def test_a_status_and_a_will_are_refused(desk: Desk, ledger: Ledger) -> None:
    statuses = [sign(status_payload(state=state), Typ.STATUS) for state in ("online", "offline")]

    taken = desk.take([Letter(0, topic("status"), status) for status in statuses], AFTER)

    assert outcomes(taken) == [Refusal.REVOKED, Refusal.REVOKED]
    assert ledger.status(STORE) is None


def test_others_are_heard_as_ever(desk: Desk) -> None:
    trouble = tell(make_journal(device_id=OTHER), "trouble.mains", "mains", Phase.RAISED)

    (taken,) = desk.take([Letter(0, topic("event", OTHER), trouble.envelope)], AFTER)

    assert isinstance(taken, TakenEvent)
