"""Who is enrolled, whose certificate ends soon, who never came. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from provisioning.model import Certificate, Device, Site, State, Token

SOON = timedelta(days=42)
"""Devices renew by themselves 56 days before the end: who has not two weeks later will not."""


class Standing(StrEnum):
    """What an operator has to know of a device, in one word or two."""

    FINE = "fine"
    PLANNED = "planned"
    INVITED = "invited"
    NEVER_CAME = "never came"
    ENDS_SOON = "ends soon"
    EXPIRED = "expired"
    REVOKED = "revoked"
    RETIRED = "retired"


NEEDS_SOMEBODY = frozenset({Standing.NEVER_CAME, Standing.ENDS_SOON, Standing.EXPIRED})


@dataclass(frozen=True, slots=True)
class Row:
    """One device. `ends`: of its newest certificate that counts; `invited_until`: of a token that is still good."""

    device: str
    site: Site
    standing: Standing
    ends: datetime | None
    invited_until: datetime | None


def overview(
    devices: Iterable[Device],
    sites: Mapping[str, Site],
    certificates: Iterable[Certificate],
    tokens: Mapping[str, Token],
    now: datetime,
) -> list[Row]:
    """A row for each device, in the order given. `tokens`: by device."""
    newest: dict[str, Certificate] = {}
    for certificate in certificates:
        known = newest.get(certificate.subject)
        if certificate.revoked is None and (known is None or known.not_after < certificate.not_after):
            newest[certificate.subject] = certificate
    return [_row(each, sites[each.site], newest.get(each.id), tokens.get(each.id), now) for each in devices]


def count(rows: Iterable[Row]) -> Counter[Standing]:
    return Counter(row.standing for row in rows)


def _row(device: Device, site: Site, newest: Certificate | None, token: Token | None, now: datetime) -> Row:
    ends = None if newest is None or device.state is not State.ENROLLED else newest.not_after
    is_open = token is not None and token.kid is None and token.expires > now
    invited_until = token.expires if token is not None and is_open else None
    return Row(device.id, site, _standing(device.state, ends, token, is_open, now), ends, invited_until)


def _standing(state: State, ends: datetime | None, token: Token | None, is_open: bool, now: datetime) -> Standing:
    match state:
        case State.REVOKED:
            return Standing.REVOKED
        case State.RETIRED:
            return Standing.RETIRED
        case State.PLANNED:
            if token is None:
                return Standing.PLANNED
            return Standing.INVITED if is_open else Standing.NEVER_CAME
    if ends is None or ends <= now:
        return Standing.EXPIRED
    return Standing.ENDS_SOON if ends - now < SOON else Standing.FINE
