"""A good configuration to spoil, and a way to see what is said of it."""

from device.config.load import parse
from device.errors import ConfigError

GOOD = """\
[device]
id = "store-0042"
state_dir = "/var/lib/ansim"

[device.site]
name = "Corner Store"
latitude = 37.5

[identity]
key = "/etc/ansim/device.key"
certificate = "/etc/ansim/device.crt"
control_room_keys = "/etc/ansim/control-room.jwks.json"

[mqtt]
brokers = ["mqtts://a.example", "mqtts://b.example:8884"]
ca = "/etc/ansim/ca.crt"
keepalive_s = 10

[[zone]]
name = "counter-button"
type = "holdup"
pin = "GPIO17"
stable_ms = 20

[[zone]]
name = "phone"
type = "hotline"
pin = "GPIO23"
contact = "normally-closed"

[[indicator]]
name = "counter-led"
pin = "GPIO22"
shows = "alarm"
active_high = true
"""


def spoil(right: str, wrong: str) -> str:
    """GOOD with one place changed; the place must be there, and once."""
    assert GOOD.count(right) == 1, right
    return GOOD.replace(right, wrong)


def faults_in(text: str) -> tuple[str, ...]:
    """What is said of a configuration; nothing of a good one."""
    try:
        parse(text, "store.toml")
    except ConfigError as error:
        return error.faults
    return ()
