"""What the registry knows of the other side: the control room's signing keys, and brokers."""

from datetime import datetime

from provisioning.errors import RefusedError
from provisioning.model import Broker, SigningKey
from provisioning.registry.database import Database, from_seconds, to_seconds

# The one in use, and the next one, which devices learn before it is used.
_MAX_VALID_KEYS = 2


class ControlRoom:
    """Reads and writes signing keys and brokers. Writers only inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def signing_keys(self) -> list[SigningKey]:
        """Oldest first."""
        rows = self._db.all("SELECT kid, jwk, added, retired FROM signing_keys ORDER BY added, number")
        return [
            SigningKey(kid, jwk, from_seconds(added), None if retired is None else from_seconds(retired))
            for kid, jwk, added, retired in rows
        ]

    def add_signing_key(self, key: SigningKey, now: datetime) -> None:
        known = self.signing_keys()
        if any(key.kid == one.kid for one in known):
            raise RefusedError(f"signing key {key.kid}: in the registry already; allowed is a new key")
        if sum(one.retired is None for one in known) >= _MAX_VALID_KEYS:
            raise RefusedError(
                f"signing key {key.kid}: {_MAX_VALID_KEYS} are valid, no more are allowed; retire one first"
            )
        retired = None if key.retired is None else to_seconds(key.retired)
        self._db.run("INSERT INTO signing_keys VALUES (NULL,?,?,?,?)", key.kid, key.jwk, to_seconds(key.added), retired)
        self._db.note("added signing key", key.kid, "", now)

    def retire_signing_key(self, kid: str, now: datetime) -> None:
        valid = {one.kid: one.retired is None for one in self.signing_keys()}
        if kid not in valid:
            raise RefusedError(f"signing key {kid[:80]!r}: unknown; allowed are {', '.join(valid) or 'none yet'}")
        if not valid[kid]:
            return
        if sum(valid.values()) == 1:
            raise RefusedError(f"signing key {kid}: the last valid one; allowed after another one has been added")
        self._db.run("UPDATE signing_keys SET retired=? WHERE kid=?", to_seconds(now), kid)
        self._db.note("retired signing key", kid, "", now)

    def brokers(self) -> list[Broker]:
        return [Broker(*row) for row in self._db.all("SELECT host, port, folder, reload FROM brokers ORDER BY 1, 2")]

    def put_broker(self, broker: Broker, now: datetime) -> None:
        if broker in self.brokers():
            return
        self._db.run(
            "INSERT OR REPLACE INTO brokers VALUES (?,?,?,?)", broker.host, broker.port, broker.folder, broker.reload
        )
        self._db.note("put broker", f"{broker.host}:{broker.port}", f"folder {broker.folder}", now)
