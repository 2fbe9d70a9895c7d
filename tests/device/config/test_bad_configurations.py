"""One mistake, one line: file, key, value, and what is allowed."""

import pytest

from tests.device.config.store import GOOD, faults_in, spoil

NAME = '1–40 characters a–z, 0–9 and "-" (not the first)'
DEVICE_ID = '3–40 characters a–z, 0–9 and "-" (not the first)'
TYPES = 'one of "holdup", "panic", "hotline", "escort", "tamper", "mains", "battery", "door", "key"'
BROKER = "mqtts://HOST or mqtts://HOST:PORT (mqtt:// only on loopback)"
PIN = "GPIO0–GPIO27 (or, for GPIO17, also BOARD11, J8:11, WPI0, BCM17, 17)"
BUTTON = 'zone[1] "counter-button"'
PHONE = 'zone[2] "phone"'
TABLES = "device, identity, mqtt, zone, indicator, bank, bus, expander"
LED = 'indicator[1] "counter-led"'
ZONE_KEYS = "name, type, pin, pin_nc, contact, pull, stable_ms, hold_ms, stuck_s"

# What stands in GOOD, what stands there instead, the one line behind "store.toml: ".
MISTAKES = [
    # who the device is
    ('"store-0042"', '"Store-0042"', f'device.id = "Store-0042": {DEVICE_ID} is allowed'),
    ('"store-0042"', '"st"', f'device.id = "st": {DEVICE_ID} is allowed'),
    ('"store-0042"', '"-store"', f'device.id = "-store": {DEVICE_ID} is allowed'),
    ('"store-0042"', '"store-0042\\n"', f'device.id = "store-0042\\n": {DEVICE_ID} is allowed'),
    ('"store-0042"', "42", f"device.id = 42: {DEVICE_ID} is allowed"),
    ('"store-0042"', f'"{"x" * 90}"', f'device.id = "{"x" * 59}…": {DEVICE_ID} is allowed'),
    ('id = "store-0042"\n', "", f"device.id: missing; {DEVICE_ID} is required"),
    ('id = "store-0042"', 'ID = "store-0042"\nid = "abc"', 'device.ID = "store-0042": unknown key; did you mean "id"?'),
    ('"/var/lib/ansim"', '"var/lib/ansim"', 'device.state_dir = "var/lib/ansim": an absolute path is allowed'),
    ('"/var/lib/ansim"', '"~/ansim"', 'device.state_dir = "~/ansim": an absolute path is allowed'),
    ('"/var/lib/ansim"', '"/var/\\u0000"', 'device.state_dir = "/var/\\x00": an absolute path is allowed'),
    ('"/var/lib/ansim"', "1979-05-27", "device.state_dir = 1979-05-27: an absolute path is allowed"),
    (
        '"/var/lib/ansim"',
        f'"/{"a" * 5000}"',
        f'device.state_dir = "/{"a" * 58}…": an absolute path of at most 4095 bytes is allowed',
    ),
    # the place
    ('"Corner Store"', '""', 'device.site.name = "": printable text of 1–200 characters is allowed'),
    ('"Corner Store"', '"\\u202e"', 'device.site.name = "\\u202e": printable text of 1–200 characters is allowed'),
    ("= 37.5", "= 375", "device.site.latitude = 375: a number -90 to 90 (degrees, WGS 84) is allowed"),
    ("= 37.5", "= nan", "device.site.latitude = nan: a number -90 to 90 (degrees, WGS 84) is allowed"),
    ("= 37.5", "= true", "device.site.latitude = true: a number -90 to 90 (degrees, WGS 84) is allowed"),
    (
        "= 37.5",
        f"= 0x{'f' * 300}",
        "device.site.latitude = (an integer of 1200 bits): a number -90 to 90 (degrees, WGS 84) is allowed",
    ),
    ("latitude", "lattitude", 'device.site.lattitude = 37.5: unknown key; did you mean "latitude"?'),
    # key files
    (
        '"/etc/ansim/device.key"',
        '"device.key"',
        'identity.key = "device.key": an absolute path, or "pkcs11:…" (a key in a token) is allowed',
    ),
    (
        '"/etc/ansim/device.key"',
        '"""-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA"""',
        'identity.key = "-----BEGIN …": an absolute path, or "pkcs11:…" (a key in a token) is allowed',
    ),
    (
        'control_room_keys = "/etc/ansim/control-room.jwks.json"',
        "",
        "identity.control_room_keys: missing; an absolute path is required",
    ),
    (
        'certificate = "/etc/ansim/device.crt"',
        "",
        "identity.certificate: missing; an absolute path is required, because mqtt.brokers has an mqtts:// address",
    ),
    # brokers
    (
        'ca = "/etc/ansim/ca.crt"',
        "",
        "mqtt.ca: missing; an absolute path is required, because mqtt.brokers has an mqtts:// address",
    ),
    ('"mqtts://a.example"', '"http://a.example"', f'mqtt.brokers[1] = "http://a.example": {BROKER} is allowed'),
    ('"mqtts://a.example"', '"mqtt://a.example"', f'mqtt.brokers[1] = "mqtt://a.example": {BROKER} is allowed'),
    ('"mqtts://b.example:8884"', '"mqtts://b:99999"', f'mqtt.brokers[2] = "mqtts://b:99999": {BROKER} is allowed'),
    ('"mqtts://a.example"', '"mqtts://me:pw@a"', f'mqtt.brokers[1] = "mqtts://…@a": {BROKER} is allowed'),
    ('"mqtts://a.example"', "8883", f"mqtt.brokers[1] = 8883: {BROKER} is allowed"),
    (
        '"mqtts://a.example"',
        '"mqtts://b.example:8884"',
        'mqtt.brokers[2] = "mqtts://b.example:8884": a value that is not in the list yet is allowed',
    ),
    (
        '["mqtts://a.example", "mqtts://b.example:8884"]',
        "[]",
        f"mqtt.brokers = [0 items]: a list of 1–8, each {BROKER} is allowed",
    ),
    (
        '["mqtts://a.example", "mqtts://b.example:8884"]',
        '"mqtts://a.example"',
        f'mqtt.brokers = "mqtts://a.example": a list of 1–8, each {BROKER} is allowed',
    ),
    ("keepalive_s = 10", "keepalive_s = 1", "mqtt.keepalive_s = 1: an integer 2–300 (s) is allowed"),
    ("keepalive_s = 10", "keepalive_s = 10.0", "mqtt.keepalive_s = 10.0: an integer 2–300 (s) is allowed"),
    ("keepalive_s = 10", 'keepalive_s = "10"', 'mqtt.keepalive_s = "10": an integer 2–300 (s) is allowed'),
    ("keepalive_s = 10", "keepalive_s = true", "mqtt.keepalive_s = true: an integer 2–300 (s) is allowed"),
    ("keepalive_s = 10", "keepalive = 10", 'mqtt.keepalive = 10: unknown key; did you mean "keepalive_s"?'),
    ("keepalive_s = 10", "heartbeat_s = 3601", "mqtt.heartbeat_s = 3601: an integer 1–3600 (s) is allowed"),
    (
        "keepalive_s = 10",
        'password = "hunter2"',
        "mqtt.password = …: unknown key; allowed are brokers, ca, keepalive_s, heartbeat_s",
    ),
    # zones
    ("stable_ms = 20", "stable_ms = 5000", f"{BUTTON}.stable_ms = 5000: an integer 1–1000 (ms) is allowed"),
    ("stable_ms = 20", "stable_ms = 0", f"{BUTTON}.stable_ms = 0: an integer 1–1000 (ms) is allowed"),
    ("stable_ms = 20", "hold_ms = -1", f"{BUTTON}.hold_ms = -1: an integer 0–60000 (ms) is allowed"),
    ("stable_ms = 20", "stuck_s = 86401", f"{BUTTON}.stuck_s = 86401: an integer 0–86400 (s) is allowed"),
    ("stable_ms = 20", "stabel_ms = 20", f'{BUTTON}.stabel_ms = 20: unknown key; did you mean "stable_ms"?'),
    ("stable_ms = 20", 'colour = "red"', f'{BUTTON}.colour = "red": unknown key; allowed are {ZONE_KEYS}'),
    ("stable_ms = 20", '"a\\nb" = {}', f'{BUTTON}."a\\nb" = {{0 keys}}: unknown key; allowed are {ZONE_KEYS}'),
    ('"holdup"', '"hold-up"', f'{BUTTON}.type = "hold-up": {TYPES} is allowed'),
    ('"holdup"', '["holdup"]', f"{BUTTON}.type = [1 item]: {TYPES} is allowed"),
    ('type = "holdup"\n', "", f"{BUTTON}.type: missing; {TYPES} is required"),
    ('name = "counter-button"\n', "", f"zone[1].name: missing; {NAME} is required"),
    ('"counter-button"', '"Counter"', f'zone[1] "Counter".name = "Counter": {NAME} is allowed'),
    ('"counter-button"', "7", f"zone[1].name = 7: {NAME} is allowed"),
    (
        '"phone"',
        '"counter-button"',
        (
            'zone[2] "counter-button".name = "counter-button": a name of its own is allowed; '
            f"counter-button is taken by {BUTTON}.name"
        ),
    ),
    ('"GPIO17"', '"GPIO28"', f'{BUTTON}.pin = "GPIO28": {PIN} is allowed'),
    ('"GPIO17"', '"gpio17"', f'{BUTTON}.pin = "gpio17": {PIN} is allowed'),
    ('"GPIO17"', '"BOARD1"', f'{BUTTON}.pin = "BOARD1": {PIN} is allowed'),
    ('"GPIO17"', "true", f"{BUTTON}.pin = true: {PIN} is allowed"),
    ('"GPIO23"', '"GPIO17"', f'{PHONE}.pin = "GPIO17": a pin of its own is allowed; GPIO17 is taken by {BUTTON}.pin'),
    ('"GPIO23"', '"WPI0"', f'{PHONE}.pin = "WPI0": a pin of its own is allowed; GPIO17 is taken by {BUTTON}.pin'),
    (
        "stable_ms = 20",
        "pin_nc = 17",
        f"{BUTTON}.pin_nc = 17: a pin of its own is allowed; GPIO17 is taken by {BUTTON}.pin",
    ),
    (
        '"normally-closed"',
        '"normally-closed"\npin_nc = "GPIO24"',
        f'{PHONE}.contact = "normally-closed": "normally-open" is allowed, because there is a pin_nc',
    ),
    (
        '"normally-closed"',
        '"closed"',
        f'{PHONE}.contact = "closed": one of "normally-open", "normally-closed" is allowed',
    ),
    ("stable_ms = 20", 'pull = "high"', f'{BUTTON}.pull = "high": one of "up", "down", "none" is allowed'),
    (
        '"GPIO17"',
        '"GPIO2"\npull = "none"',
        f'{BUTTON}.pull = "none": "up" is allowed, because GPIO2 has a fixed resistor on the board',
    ),
    # indicators
    ('"alarm"', '"alarms"', f'{LED}.shows = "alarms": one of "alarm", "health" is allowed'),
    ("active_high = true", "active_high = 1", f"{LED}.active_high = 1: true or false is allowed"),
    ('"GPIO22"', '"BOARD11"', f'{LED}.pin = "BOARD11": a pin of its own is allowed; GPIO17 is taken by {BUTTON}.pin'),
    (
        "active_high = true",
        '[[indicator]]\nname = "counter-led"\npin = "GPIO5"\nshows = "health"',
        (
            'indicator[2] "counter-led".name = "counter-led": an indicator name of its own is allowed; '
            f"counter-led is taken by {LED}.name"
        ),
    ),
    # tables
    ("[device.site]", "[site]", f"site = {{2 keys}}: unknown key; allowed are {TABLES}"),
    ("[device.site]", "[[device.site]]", "device.site = [1 item]: a table [device.site] is allowed"),
    ("[[indicator]]", "[indicator]", "indicator = {4 keys}: a list of 0–16 tables [[indicator]] is allowed"),
    ("[[indicator]]", "[[indicators]]", 'indicators = [1 item]: unknown key; did you mean "indicator"?'),
    # not TOML
    (
        "stable_ms = 20",
        "stable_ms = 20 ms",
        "line 23, column 16: not TOML: Expected newline or end of document after a statement",
    ),
    ("stable_ms = 20", "stable_ms =", "line 23, column 12: not TOML: Invalid value"),
    ("stable_ms = 20", 'pin = "GPIO18"', "line 23, column 15: this key stands twice; once is allowed"),
    ("[mqtt]", "[device]", "line 14, column 8: not TOML: Cannot declare ('device',) twice"),
    ("stable_ms = 20", "stable_ms = 2026-02-30", "line 23, column 13: not TOML: Invalid date or datetime"),
    ("stable_ms = 20", f"stable_ms = {'9' * 5000}", "a number has too many digits; 64 bits are allowed"),
    ("stable_ms = 20", f"a = {'[' * 20_000}", "nested too deeply; two levels of tables are allowed"),
    ("stable_ms = 20", f"a = {'{a=' * 20_000}", "nested too deeply; two levels of tables are allowed"),
    ("stable_ms = 20", f"{'a.' * 5000}a = 1", "line 23: more than 64 dots; a key has at most three parts"),
]


@pytest.mark.parametrize(("right", "wrong", "line"), MISTAKES)
def test_one_mistake_is_one_line(right: str, wrong: str, line: str) -> None:
    assert faults_in(spoil(right, wrong)) == (f"store.toml: {line}",)


def test_the_configuration_that_is_spoilt_is_good() -> None:
    assert faults_in(GOOD) == ()


def test_all_faults_are_told_at_once() -> None:
    text = spoil('"store-0042"', '"X"').replace('"GPIO23"', '"BOARD11"').replace('ca = "/etc/ansim/ca.crt"', "")

    assert faults_in(text) == (
        f'store.toml: device.id = "X": {DEVICE_ID} is allowed',
        f'store.toml: {PHONE}.pin = "BOARD11": a pin of its own is allowed; GPIO17 is taken by {BUTTON}.pin',
        "store.toml: mqtt.ca: missing; an absolute path is required, because mqtt.brokers has an mqtts:// address",
    )


def test_an_empty_file_lacks_what_is_required() -> None:
    assert faults_in("") == (
        "store.toml: device: missing; a table [device] is required",
        "store.toml: identity: missing; a table [identity] is required",
        "store.toml: mqtt: missing; a table [mqtt] is required",
        "store.toml: zone: missing; a list of 1–64 tables [[zone]] is required, because there is no [bank]",
    )


@pytest.mark.parametrize(("header", "count", "allowed"), [("zone", 65, "0–64"), ("indicator", 17, "0–16")])
def test_too_many_tables_are_refused(header: str, count: int, allowed: str) -> None:
    text = GOOD.replace("[[zone]]", "[[old]]").replace("[[indicator]]", "[[old]]") + f"[[{header}]]\n" * count

    line = f"store.toml: {header} = [{count} items]: a list of {allowed} tables [[{header}]] is allowed"
    assert line in faults_in(text)


def test_faults_without_end_are_counted() -> None:
    faults = faults_in(GOOD + "".join(f"key-{number} = 1\n" for number in range(60)))

    assert len(faults) == 51
    assert faults[-1] == "store.toml: 10 more faults"
