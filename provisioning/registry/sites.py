"""Sites in the registry, and which devices belong there."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from provisioning.errors import RefusedError
from provisioning.model import Plan, Purpose, Site, State
from provisioning.registry.database import Database

_SELECT = "SELECT id, name, address, district, latitude, longitude, contact FROM sites"
_FIELDS = tuple(field.name for field in fields(Site))


@dataclass(frozen=True, slots=True)
class Tally:
    """What a list of sites did, or would do, to the registry. They add up to its length."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class _Delta:
    """What one plan changes."""

    plan: Plan
    before: Site | None
    devices: tuple[str, ...]
    """Those that are new."""

    @property
    def is_empty(self) -> bool:
        return self.before == self.plan.site and not self.devices

    def detail(self) -> str:
        """Names only: a contact may be a person."""
        before, after = self.before, self.plan.site
        changed = [] if before is None else [n for n in _FIELDS if getattr(before, n) != getattr(after, n)]
        return ", ".join([*changed, *(f"device {device}" for device in self.devices)])


class Sites:
    """Reads and writes sites and plans. Writers only inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def sites(self) -> list[Site]:
        return [Site(*row) for row in self._db.all(f"{_SELECT} ORDER BY id")]

    def site(self, site_id: str) -> Site | None:
        row = self._db.one(f"{_SELECT} WHERE id=?", site_id)
        return None if row is None else Site(*row)

    def plans(self) -> list[Plan]:
        """Every device of a site, in whatever state: what is given here can be applied again and changes nothing."""
        devices: dict[str, list[str]] = {}
        for device, site in self._db.all("SELECT id, site FROM devices ORDER BY id"):
            devices.setdefault(site, []).append(device)
        return [Plan(site, tuple(devices.get(site.id, ()))) for site in self.sites()]

    def reserved(self) -> frozenset[str]:
        """Names of clients and servers: a device that is called so could speak for them at a broker."""
        rows = self._db.all(
            "SELECT DISTINCT subject FROM certificates WHERE purpose IN (?,?)", Purpose.CLIENT, Purpose.SERVER
        )
        return frozenset(subject for (subject,) in rows)

    def compare(self, plans: Sequence[Plan], progress: Callable[[], None]) -> tuple[Tally, list[_Delta]]:
        """What applying them would change. RefusedError for a device that belongs to another site, or a taken name."""
        sites = {site.id: site for site in self.sites()}
        owners = dict(self._db.all("SELECT id, site FROM devices"))
        reserved = self.reserved()
        deltas = []
        for plan in plans:
            _check(plan, owners, reserved)
            fresh = tuple(device for device in plan.devices if device not in owners)
            deltas.append(_Delta(plan, sites.get(plan.site.id), fresh))
            sites[plan.site.id] = plan.site
            owners.update(dict.fromkeys(fresh, plan.site.id))
            progress()
        new = sum(delta.before is None for delta in deltas)
        same = sum(delta.is_empty for delta in deltas)
        return Tally(new, len(deltas) - new - same, same), [delta for delta in deltas if not delta.is_empty]

    def write(self, deltas: Sequence[_Delta], now: datetime) -> None:
        self._db.run_many(
            "INSERT INTO sites VALUES (?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET name=excluded.name,"
            " address=excluded.address, district=excluded.district, latitude=excluded.latitude,"
            " longitude=excluded.longitude, contact=excluded.contact",
            (astuple(delta.plan.site) for delta in deltas),
        )
        self._db.run_many(
            "INSERT INTO devices VALUES (?,?,?)",
            ((device, delta.plan.site.id, State.PLANNED) for delta in deltas for device in delta.devices),
        )
        for delta in deltas:
            verb = "planned" if delta.before is None else "changed"
            self._db.note(verb, delta.plan.site.id, delta.detail(), now)


def _check(plan: Plan, owners: dict[str, str], reserved: frozenset[str]) -> None:
    if not plan.devices:
        raise RefusedError(f"{plan.site.id}: a site without a device; allowed is one device or more")
    for device in plan.devices:
        owner = owners.get(device, plan.site.id)
        if owner != plan.site.id:
            raise RefusedError(f"{device}: belongs to site {owner}; allowed is a device of site {plan.site.id}")
        if device in reserved:
            raise RefusedError(f"{device}: the name of a client or server; allowed is any other name")
