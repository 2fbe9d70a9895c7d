import pytest

from device.logic.envelope import Refusal, Refused
from device.logic.receipt import Answer, read_receipts
from drivers.ports import Place
from sim.control_room.mischief import Forger, Wrongness
from sim.control_room.receipts import Reply, Stamp
from tests.builders import make_signer
from tests.sim.control_room.scene import EPOCH_1, ROOM, ROOM_KEYS, ROOM_SIGNER, STORE

REPLY = Reply(STORE, Place(EPOCH_1, 1), "d" * 43, Answer.RECEIVED)
FORGER = Forger(ROOM_SIGNER, make_signer("ES256", owner="stranger"))


def _forge(kind: Wrongness) -> bytes:
    return FORGER.seal(kind, [REPLY], Stamp(ROOM, 1_795_213_000, "jti-1"))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Wrongness.STATE, Refusal.PAYLOAD),
        (Wrongness.AUDIENCE, Refusal.AUDIENCE),
        (Wrongness.TYP, Refusal.TYP),
        (Wrongness.KEY, Refusal.KID),
        (Wrongness.BORROWED_KID, Refusal.SIGNATURE),
        (Wrongness.ALGORITHM, Refusal.HEADER),
        (Wrongness.SIGNATURE, Refusal.SIGNATURE),
        (Wrongness.TRUNCATED, Refusal.FORM),
        (Wrongness.PAYLOAD, Refusal.PAYLOAD),
    ],
)
def test_forged_receipt_is_refused_for_what_is_wrong_with_it(kind: Wrongness, reason: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        read_receipts(_forge(kind), STORE, ROOM_KEYS)

    assert refused.value.reason is reason


@pytest.mark.parametrize("kind", [Wrongness.DIGEST, Wrongness.ID])
def test_receipt_for_something_else_is_well_signed(kind: Wrongness) -> None:
    (receipt,) = read_receipts(_forge(kind), STORE, ROOM_KEYS)

    assert receipt.answer is Answer.RECEIVED
    assert (receipt.place, receipt.digest) != (REPLY.place, REPLY.digest)
    assert (receipt.place == REPLY.place) is (kind is Wrongness.DIGEST)
