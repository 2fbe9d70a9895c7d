from device.logic.envelope import Typ, digest, unseal
from drivers.ports import Place, Urgency
from tests.builders import EPOCH, make_keys, make_record, make_signer


def test_the_same_name_is_always_the_same_key() -> None:
    assert make_signer("ES256").kid == make_signer("ES256").kid
    assert len({make_signer(alg, owner).kid for alg in ("Ed25519", "ES256") for owner in ("device", "room")}) == 4


def test_a_record_is_a_real_event() -> None:
    record = make_record(7, urgency=Urgency.ALARM, payload={"type": "ansim.alarm.holdup"})

    opened = unseal(record.envelope, Typ.EVENT, make_keys())
    assert opened.payload == {"id": f"{EPOCH}-7", "type": "ansim.alarm.holdup"}
    assert (record.place, record.digest) == (Place(EPOCH, 7), digest(record.envelope))
    assert make_record() == make_record()
