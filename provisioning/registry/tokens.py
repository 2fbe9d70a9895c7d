"""One-time tokens in the registry: at most one for each device."""

import hmac
from datetime import datetime

from provisioning.errors import RefusedError
from provisioning.model import Token
from provisioning.registry.database import Database, from_seconds, to_seconds


class Tokens:
    """Reads and writes tokens. Writers only inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def token(self, device_id: str) -> Token | None:
        row = self._db.one("SELECT device, digest, expires, kid FROM tokens WHERE device=?", device_id)
        return None if row is None else Token(row[0], row[1], from_seconds(row[2]), row[3])

    def put(self, token: Token) -> None:
        self._db.run(
            "INSERT OR REPLACE INTO tokens VALUES (?,?,?,?)",
            *(token.device, token.digest, to_seconds(token.expires), token.kid),
        )

    def bind(self, device_id: str, digest: bytes, kid: str, now: datetime) -> None:
        """From now on it opens for this key only. RefusedError if it does not open."""
        token = self.token(device_id)
        if token is None or not hmac.compare_digest(token.digest, digest):
            raise RefusedError(f"{device_id}: the token has been replaced; allowed is the newest one")
        if token.expires <= now:
            raise RefusedError(f"{device_id}: the token expired at {token.expires:%Y-%m-%dT%H:%M:%SZ}")
        if token.kid not in {None, kid}:
            raise RefusedError(f"{device_id}: the token is used; allowed is the key that used it first")
        self._db.run("UPDATE tokens SET kid=? WHERE device=?", kid, device_id)

    def remove(self, device_id: str) -> None:
        self._db.run("DELETE FROM tokens WHERE device=?", device_id)
