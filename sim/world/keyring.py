"""Who signs in a world, and whom everybody believes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from drivers.ports import Keys, Signer
from sim.renewal import NoOffice, Office
from sim.world.seals import MacKeys, MacSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """`offices`: what gives each device its identity. `devices` and `revoked_utc_ns` may change while in use."""

    room: Signer
    room_keys: Keys
    stranger: Signer
    """Forges receipts."""
    devices: Mapping[str, Keys]
    offices: Mapping[str, Office]
    revoked_utc_ns: Mapping[str, int] = field(default_factory=dict)
    runs_errands: bool = False

    @classmethod
    def virtual(cls, devices: Iterable[str]) -> Self:
        """Signers that need next to no time."""
        room = MacSigner("the control room")
        signers = {device: MacSigner(device) for device in devices}
        return cls(
            room=room,
            room_keys=MacKeys(room),
            stranger=MacSigner("a stranger"),
            devices={device: MacKeys(signer) for device, signer in signers.items()},
            offices={device: NoOffice(signer) for device, signer in signers.items()},
        )
