"""`status` and `log`: how things stand, and who did what when."""

from datetime import datetime

from provisioning.broker.config import CRL_FILE
from provisioning.broker.server_files import read_crl
from provisioning.clock import now_utc
from provisioning.commands.arguments import whole
from provisioning.commands.desk import Commands, Options, add_command, answer, complain, open_office, table
from provisioning.office import Office
from provisioning.status import NEEDS_SOMEBODY, Row, Standing, count, overview

_DAYS_OF_CRL = 7
_MAX_ACTS = 1_000_000


def add(commands: Commands) -> None:
    text = "who is enrolled, whose certificate ends soon, who never came"
    command = add_command(commands, "status", text, status)
    command.add_argument("--all", action="store_true", help="also those with whom all is well")
    command = add_command(commands, "log", "who did what when, newest first", log)
    command.add_argument("--limit", type=whole(1, _MAX_ACTS), default=40, metavar="N", help="default: 40")


def status(options: Options) -> int:
    now = now_utc()
    with open_office(options) as office:
        rows = _rows(office, now)
        list_days = _list_days(office, now)
    shown = rows if options.all else [row for row in rows if row.standing in NEEDS_SOMEBODY]
    counts = count(rows)
    summary = ", ".join(f"{counts[standing]} {standing}" for standing in Standing if counts[standing])
    lines = [
        *_table(shown, now),
        f"devices: {summary or 'none'}",
        f"days left of the revocation list: {list_days}",
    ]
    value = {
        "devices": [_value(row, now) for row in rows],
        "counts": {standing.value: counts[standing] for standing in Standing},
        "revocation_list_days": list_days,
    }
    answer(options, value, lines)
    if list_days < _DAYS_OF_CRL:
        when = "has ended, and locks" if list_days < 0 else "ends soon, and would lock"
        complain(f"the revocation list {when} everybody out: ansim-provision crl")
    return 0


def log(options: Options) -> int:
    with open_office(options) as office:
        acts = office.registry.acts(options.limit)
    value = [
        {"at": f"{act.at:%Y-%m-%dT%H:%M:%SZ}", "who": act.actor, "did": act.verb, "to": act.subject, "what": act.detail}
        for act in acts
    ]
    rows = [(each["at"], each["who"], each["did"], each["to"], each["what"]) for each in value]
    answer(options, value, table(("at", "who", "did", "to", "what"), rows))
    return 0


def _rows(office: Office, now: datetime) -> list[Row]:
    registry = office.registry
    devices = registry.devices()
    sites = {site.id: site for site in registry.sites()}
    tokens = {token.device: token for device in devices if (token := registry.token(device.id)) is not None}
    return overview(devices, sites, registry.certificates(), tokens, now)


def _list_days(office: Office, now: datetime) -> int:
    until = read_crl(office.folder / CRL_FILE).next_update_utc
    return 0 if until is None else (until - now).days


def _table(rows: list[Row], now: datetime) -> list[str]:
    if not rows:
        return []
    cells = [(row.device, row.site.name, row.site.district, row.standing.value, _when(row, now)) for row in rows]
    return list(table(("device", "site", "district", "is", "days left"), cells))


def _when(row: Row, now: datetime) -> str:
    return "" if row.ends is None else str((row.ends - now).days)


def _value(row: Row, now: datetime) -> dict[str, object]:
    return {
        "device": row.device,
        "site": row.site.id,
        "name": row.site.name,
        "district": row.site.district,
        "is": row.standing.value,
        "ends": None if row.ends is None else f"{row.ends:%Y-%m-%dT%H:%M:%SZ}",
        "days_left": None if row.ends is None else (row.ends - now).days,
        "invited_until": None if row.invited_until is None else f"{row.invited_until:%Y-%m-%dT%H:%M:%SZ}",
    }
