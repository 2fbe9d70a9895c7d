"""Invites a device to enrol: a one-time token for it."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from provisioning import tokens
from provisioning.errors import RefusedError
from provisioning.model import State, Token
from provisioning.registry.registry import Registry

MAX_TOKEN_DAYS = 90
"""A token that lies about for longer than this is a second key to the store."""

OPEN = (State.PLANNED, State.ENROLLED)
"""Who may have a certificate. One that is enrolled may be invited again: its card was replaced."""


def invite(
    registry: Registry,
    device_id: str,
    valid: timedelta,
    now: datetime,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """A fresh token, which replaces an earlier one. Raises RefusedError."""
    if not timedelta() < valid <= timedelta(days=MAX_TOKEN_DAYS):
        raise RefusedError(f"token valid for {valid}; allowed is more than 0 s and at most {MAX_TOKEN_DAYS} days")
    fault = closed(registry, device_id)
    if fault is not None:
        raise RefusedError(f"{device_id}: {fault}")
    token = tokens.new_token(random(tokens.TOKEN_BYTES))
    registry.put_token(Token(device_id, tokens.digest(token), now + valid), now)
    return token


def closed(registry: Registry, device_id: str, allowed: tuple[State, ...] = OPEN) -> str | None:
    """Why the device may have no certificate; None if it may."""
    device = registry.device(device_id)
    if device is None:
        return "no such device in the registry; allowed are devices of the site list"
    if device.state in allowed:
        return None
    text = f"the device is {device.state}; allowed is {' or '.join(allowed)}"
    return text if device.state in OPEN else f"{text}: ansim-provision replan"
