from datetime import UTC, datetime, timedelta

import pytest

from provisioning.model import Certificate, Device, Purpose, Reason, Site, State, Token
from provisioning.status import SOON, Standing, count, overview

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = Site("store-0042", "성수 편의점")


def _certificate(ends: datetime, revoked: datetime | None = None) -> Certificate:
    reason = None if revoked is None else Reason.KEY_COMPROMISE
    begins = ends - 365 * DAY
    return Certificate(1, "store-0042", Purpose.DEVICE, "kid", "{}", begins, ends, "pem", revoked, reason)


def _token(ends: datetime, kid: str | None = None) -> Token:
    return Token("store-0042", b"digest", ends, kid)


def _standing(state: State, certificates: tuple[Certificate, ...] = (), token: Token | None = None) -> Standing:
    tokens = {} if token is None else {token.device: token}
    (row,) = overview([Device("store-0042", SITE.id, state)], {SITE.id: SITE}, certificates, tokens, NOW)
    return row.standing


@pytest.mark.parametrize(
    ("state", "certificates", "token", "expected"),
    [
        (State.PLANNED, (), None, Standing.PLANNED),
        (State.PLANNED, (), _token(NOW + DAY), Standing.INVITED),
        (State.PLANNED, (), _token(NOW), Standing.NEVER_CAME),
        (State.ENROLLED, (_certificate(NOW + 300 * DAY),), _token(NOW - DAY, "kid"), Standing.FINE),
        (State.ENROLLED, (_certificate(NOW + SOON - DAY),), None, Standing.ENDS_SOON),
        (State.ENROLLED, (_certificate(NOW),), None, Standing.EXPIRED),
        (State.ENROLLED, (_certificate(NOW + 300 * DAY, revoked=NOW),), None, Standing.EXPIRED),
        (State.ENROLLED, (_certificate(NOW + DAY), _certificate(NOW + 300 * DAY)), None, Standing.FINE),
        (State.REVOKED, (_certificate(NOW + 300 * DAY),), None, Standing.REVOKED),
        (State.RETIRED, (), None, Standing.RETIRED),
    ],
)
def test_every_device_stands_as_its_papers_say(
    state: State, certificates: tuple[Certificate, ...], token: Token | None, expected: Standing
) -> None:
    assert _standing(state, certificates, token) is expected


def test_end_and_open_invitation_are_told() -> None:
    devices = [Device("store-0042", SITE.id, State.ENROLLED)]
    certificates = [_certificate(NOW + 300 * DAY)]

    (row,) = overview(devices, {SITE.id: SITE}, certificates, {"store-0042": _token(NOW + DAY)}, NOW)

    assert (row.ends, row.invited_until) == (NOW + 300 * DAY, NOW + DAY)


def test_shut_out_device_has_no_certificate_that_counts() -> None:
    devices = [Device("store-0042", SITE.id, State.REVOKED)]

    (row,) = overview(devices, {SITE.id: SITE}, [_certificate(NOW + 300 * DAY)], {}, NOW)

    assert row.ends is None


def test_standings_are_counted() -> None:
    devices = [Device("store-0042", SITE.id, State.PLANNED), Device("store-0043", SITE.id, State.RETIRED)]

    rows = overview(devices, {SITE.id: SITE}, [], {}, NOW)

    assert count(rows) == {Standing.PLANNED: 1, Standing.RETIRED: 1}
