"""The configurations in docs/examples, and the map that commissioning would write for the bank among them."""

from device.config.map import VERSION, BankMap, Board, Door, Proof, write_map
from drivers.locks.wiring import ByteOrder, Polarity

_TO_THE_OFFICE = """\
[identity]
key = "/var/lib/ansim/identity/device.key"
certificate = "/var/lib/ansim/identity/device.crt"
control_room_keys = "/var/lib/ansim/identity/control-room.jwks.json"
est = "https://enrol.example:8443"

[mqtt]
brokers = ["mqtts://broker-a.example:8883", "mqtts://broker-b.example:8883"]
ca = "/var/lib/ansim/identity/ca.crt"
keepalive_s = 10
heartbeat_s = 15
"""

STORE = f"""\
[device]
id = "store-0042"
state_dir = "/var/lib/ansim"

[device.site]
name = "Corner Store Yeonnam"
address = "Donggyo-ro 200"
district = "Mapo-gu"
latitude = 37.5617
longitude = 126.9237

{_TO_THE_OFFICE}
# The button under the counter: a changeover contact, so that a cut wire is known before the night it is needed.
[[zone]]
name = "counter-button"
type = "holdup"
pin = "GPIO17"
pin_nc = "GPIO27"
stable_ms = 20

# The no-dial phone: its hook switch closes when the phone is lifted.
[[zone]]
name = "phone"
type = "hotline"
pin = "GPIO23"
hold_ms = 7000

# The lid of the box: closed at rest, open when somebody is at the wires.
[[zone]]
name = "lid"
type = "tamper"
pin = "GPIO24"
contact = "normally-closed"

[[indicator]]
name = "counter-led"
pin = "GPIO22"
shows = "alarm"

[[indicator]]
name = "health-led"
pin = "GPIO25"
shows = "health"
"""

BANK = f"""\
[device]
id = "bank-0007"
state_dir = "/var/lib/ansim"

[device.site]
name = "Mangwon Parcel Lockers"
address = "Mangwon-ro 60"
district = "Mapo-gu"
latitude = 37.5559
longitude = 126.9019

{_TO_THE_OFFICE}
[bank]
doors = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"]
fits_person = ["11", "12"]
map = "/var/lib/ansim/bank-map.toml"
night = "22:00-06:00"
utc_offset = "+09:00"
remote_opens = 3

# The lock board, behind a USB adapter for RS-485.
[[bus]]
name = "left"
port = "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A10L5V2K-if00-port0"
family = "xor8a"

# A contact on each door, besides the feedback of its lock.
[[expander]]
name = "reeds"
address = 0x20
interrupt = "GPIO4"

# For somebody who is followed, or shut in.
[[zone]]
name = "panic-button"
type = "panic"
pin = "GPIO17"
pin_nc = "GPIO27"

# The switch behind the service key: with it turned, all doors may be opened.
[[zone]]
name = "service-key"
type = "key"
pin = "GPIO23"

# The back of the cabinet: closed at rest.
[[zone]]
name = "cabinet"
type = "tamper"
pin = "GPIO24"
contact = "normally-closed"

[[indicator]]
name = "panic-led"
pin = "GPIO22"
shows = "alarm"

[[indicator]]
name = "health-led"
pin = "GPIO25"
shows = "health"
"""

_DOORS = 12
# Of the chip: without 7 and 15, which may be read wrongly (docs/lockers.md, "Wiring").
_INPUTS = (*range(7), *range(8, 15))

BANK_MAP = write_map(
    BankMap(
        proof=Proof(finished=True, at="2026-11-28T10:00:00Z", doors=_DOORS, version=VERSION),
        boards=(
            Board(
                bus="left",
                number=1,
                locks=_DOORS,
                polarity=Polarity.SET_WHEN_LOCKED,
                order=ByteOrder.LOW_FIRST,
            ),
        ),
        doors=tuple(
            Door(name=f"{number:02}", lock=f"left/1/{number}", latch=f"left/1/{number}", reed=f"reeds/{place}")
            for number, place in zip(range(1, _DOORS + 1), _INPUTS, strict=False)
        ),
    )
)
