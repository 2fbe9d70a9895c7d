"""Receipts that a test signs are those that the device believes."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.logic.envelope import digest
from device.logic.event import Happening, Journal, Origin, Phase
from device.logic.receipt import read_receipts
from drivers.keystore import KeyRing, KeySigner
from drivers.ports import Record, WallClock
from sim.testing.errors import Unplayable
from sim.testing.receipts import sign_receipt


@pytest.fixture
def room() -> KeySigner:
    return KeySigner(Ed25519PrivateKey.generate())


@pytest.fixture
def alarm() -> Record:
    origin = Origin("store-0042", "0000000100000000", "boot")
    journal = Journal(origin, None, KeySigner(Ed25519PrivateKey.generate()))
    return journal.write(Happening(0, "alarm.holdup", "counter-button", Phase.RAISED), WallClock(0, 0, synced=True))


def test_device_believes_it(room: KeySigner, alarm: Record) -> None:
    message = sign_receipt(alarm.envelope, room)

    (receipt,) = read_receipts(message.payload, "store-0042", KeyRing([room.public_key]))
    assert message.topic == "ansim/v1/store-0042/receipt"
    assert (receipt.place, receipt.digest, receipt.answer) == (alarm.place, digest(alarm.envelope), "received")


def test_rejection_has_its_reason(room: KeySigner, alarm: Record) -> None:
    message = sign_receipt(alarm.envelope, room, "rejected", "not ours")

    (receipt,) = read_receipts(message.payload, "store-0042", KeyRing([room.public_key]))
    assert (receipt.answer, receipt.reason) == ("rejected", "not ours")


def test_unknown_state_is_one_line(room: KeySigner, alarm: Record) -> None:
    with pytest.raises(Unplayable, match='state = "seen": one of "received", "acknowledged"'):
        sign_receipt(alarm.envelope, room, "seen")


@pytest.mark.parametrize("envelope", [b"", b"a.b.c", b"e30.e30.e30", b"e30.W10.e30"])
def test_what_is_no_event_is_one_line(envelope: bytes, room: KeySigner) -> None:
    with pytest.raises(Unplayable, match="not the envelope of an event"):
        sign_receipt(envelope, room)
