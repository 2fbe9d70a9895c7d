"""Signatures for virtual time do what real ones do."""

import pytest

from device.logic.envelope import Refusal, Refused, Typ, seal, unseal
from sim.world.seals import MacKeys, MacSigner


def test_a_sealed_envelope_opens_with_the_signers_keys() -> None:
    signer = MacSigner("store-0042")

    assert unseal(seal({"a": 1}, Typ.EVENT, signer), Typ.EVENT, MacKeys(signer)).payload == {"a": 1}


def test_a_turned_bit_and_a_stranger_are_refused() -> None:
    signer = MacSigner("store-0042")
    envelope = seal({"a": 1}, Typ.EVENT, signer)
    turned = envelope.replace(b".", b".e", 1)

    for keys, bytes_, reason in (
        (MacKeys(signer), turned, Refusal.SIGNATURE),
        (MacKeys(MacSigner("another")), envelope, Refusal.KID),
    ):
        with pytest.raises(Refused) as refused:
            unseal(bytes_, Typ.EVENT, keys)
        assert refused.value.reason is reason
