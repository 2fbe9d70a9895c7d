"""`revoke` until the thief's connection is gone, at a real Mosquitto, in an office where everybody is enrolled."""

import time
from contextlib import ExitStack
from dataclasses import dataclass

from bench.figure import Figure, spread
from bench.head_office import HeadOffice
from bench.run import Run
from provisioning.authority.authority import Authority
from provisioning.broker.config import Setup
from provisioning.clock import now_utc
from provisioning.model import Broker, Reason
from provisioning.revocation import revoke
from sim.broker.mosquitto import INSTALL, find_mosquitto
from tests.provisioning.broker.office import make_folder, make_setup
from tests.provisioning.broker.running import Wallet, running

_BUDGET_S = 60


def revocations(run: Run) -> list[Figure]:
    """None without a Mosquitto; that is told."""
    if find_mosquitto() is None:
        run.tell(f"revocation is not measured: {INSTALL}")
        return []
    count = 10 if run.quick else 50
    with ExitStack() as stack:
        scene = _set(stack, run)
        found = spread([scene.revoked_after_s(device) for device in scene.office.devices[:count]])
    what = "revoke → live session ended"
    return [
        Figure(f"{what} p50", found.p50, "s"),
        Figure(f"{what} max of {count}", found.most, "s", at_most=_BUDGET_S),
    ]


@dataclass(frozen=True, slots=True)
class _Scene:
    """One office, one broker that runs."""

    office: HeadOffice
    authority: Authority
    setup: Setup
    wallet: Wallet

    def revoked_after_s(self, device: str) -> float:
        thief = self.wallet.make(device)
        self.office.registry.enrol(thief.certificate, now_utc(), "renew")
        with self.wallet.connect(self.setup, thief.identity) as client:
            client.greeted()
            begun_s = time.monotonic()
            self._revoke(device)
            client.lost.get(timeout=_BUDGET_S)
            return time.monotonic() - begun_s

    def _revoke(self, device: str) -> None:
        now, office = now_utc(), self.office.office
        done = revoke(
            self.authority,
            office.registry,
            office.folder,
            device,
            Reason.KEY_COMPROMISE,
            now,
            publish=lambda: office.publish(now),
        )
        faults = [delivery.fault for delivery in done.deliveries if delivery.fault is not None]
        if faults:
            raise ValueError(faults[0])


def _set(stack: ExitStack, run: Run) -> _Scene:
    office = stack.enter_context(HeadOffice(run.folder / "revoking"))
    authority = office.unlock()
    setup = make_setup(run.folder / "broker")
    make_folder(setup, authority)
    stack.enter_context(running(setup))
    office.registry.put_broker(Broker("localhost", setup.port, str(setup.folder), ""), now_utc())
    office.enrol_all()
    return _Scene(office, authority, setup, Wallet(run.folder / "wallet", authority))
