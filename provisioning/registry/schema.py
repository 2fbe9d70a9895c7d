"""The tables of the registry, step by step. A step that has been released is never changed: add another one.

Times are seconds since 1970. Serial numbers are hexadecimal text: they have up to 159 bits (RFC 5280 §4.1.2.2).
"""

APPLICATION_ID = 0x416E7267  # "Anrg" in ASCII, so that file(1) and we know it for ours

MIGRATIONS = (
    (
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
        """CREATE TABLE sites (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, district TEXT NOT NULL,
            latitude REAL, longitude REAL, contact TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE devices (
            id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES sites, state TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX devices_of_site ON devices (site)",
        """CREATE TABLE certificates (
            number INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, purpose TEXT NOT NULL,
            kid TEXT NOT NULL, jwk TEXT NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,
            pem TEXT NOT NULL, revoked INTEGER, reason TEXT
        ) STRICT""",
        "CREATE INDEX certificates_of_subject ON certificates (subject)",
        "CREATE INDEX certificates_of_key ON certificates (kid)",
        """CREATE TABLE tokens (
            device TEXT PRIMARY KEY REFERENCES devices, digest BLOB NOT NULL, expires INTEGER NOT NULL, kid TEXT
        ) STRICT""",
        """CREATE TABLE signing_keys (
            number INTEGER PRIMARY KEY, kid TEXT NOT NULL UNIQUE, jwk TEXT NOT NULL, added INTEGER NOT NULL,
            retired INTEGER
        ) STRICT""",
        """CREATE TABLE brokers (
            host TEXT, port INTEGER, folder TEXT NOT NULL, reload TEXT NOT NULL, PRIMARY KEY (host, port)
        ) STRICT""",
        "CREATE TABLE crl_number (number INTEGER NOT NULL) STRICT",
        "INSERT INTO crl_number VALUES (0)",
        """CREATE TABLE acts (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL,
            subject TEXT NOT NULL, detail TEXT NOT NULL
        ) STRICT""",
    ),
)
