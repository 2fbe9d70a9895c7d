"""From a file to a Config."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from device.config.load import MAX_BYTES, load, parse
from device.config.model import Config, Contact, Site
from device.errors import EX_CONFIG, AgentError, ConfigError
from device.logic.kinds import ZoneType
from device.logic.lamp import Shows
from drivers.mqtt.brokers import Broker
from drivers.ports import Pull
from tests.device.config.store import GOOD, spoil


def written(folder: Path, data: bytes) -> Path:
    """A configuration file with these bytes."""
    path = folder / "agent.toml"
    path.write_bytes(data)
    return path


def refusal(path: Path) -> str:
    """What is said of a file that cannot be used."""
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return str(caught.value)


def test_values_arrive_as_written(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD.encode()))

    assert config.device.id == "store-0042"
    assert config.device.state_dir == Path("/var/lib/ansim")
    assert config.device.site == Site(name="Corner Store", latitude=37.5)
    assert config.identity.key == Path("/etc/ansim/device.key")
    assert config.mqtt.brokers == (Broker("a.example", 8883, tls=True), Broker("b.example", 8884, tls=True))
    assert [zone.name for zone in config.zones] == ["counter-button", "phone"]
    assert config.zones[1].contact is Contact.NORMALLY_CLOSED
    assert config.indicators[0].shows is Shows.ALARM


def test_what_is_left_out_has_its_default() -> None:
    config = parse(GOOD, "store.toml")

    button = config.zones[0]
    assert (button.pin_nc, button.contact, button.pull) == (None, Contact.NORMALLY_OPEN, Pull.UP)
    assert config.mqtt.heartbeat_s == 15
    assert config.zones[1].stable_ms == 20
    assert config.device.site.address is None


@pytest.mark.parametrize(
    ("zone_type", "hold_ms", "stuck_s"),
    [
        ("holdup", 0, 60),
        ("panic", 0, 60),
        ("hotline", 7000, 120),
        ("escort", 0, 60),
        ("tamper", 0, 0),
        ("mains", 0, 0),
        ("battery", 0, 0),
        ("door", 0, 0),
        ("key", 0, 0),
    ],
)
def test_times_depend_on_the_type_of_the_zone(zone_type: str, hold_ms: int, stuck_s: int) -> None:
    zone = parse(spoil('"holdup"', f'"{zone_type}"'), "store.toml").zones[0]

    assert zone.type is ZoneType(zone_type)
    assert (zone.hold_ms, zone.stuck_s) == (hold_ms, stuck_s)


def test_a_time_that_is_given_is_kept_whatever_the_type() -> None:
    zone = parse(spoil('"hotline"', '"hotline"\nhold_ms = 0\nstuck_s = 0'), "store.toml").zones[1]

    assert (zone.hold_ms, zone.stuck_s) == (0, 0)


@pytest.mark.parametrize("name", ['"GPIO17"', '"BCM17"', '"BOARD11"', '"J8:11"', '"WPI0"', '"17"', "17"])
def test_every_name_of_a_pin_becomes_one(name: str) -> None:
    assert parse(spoil('"GPIO17"', name), "store.toml").zones[0].pin == "GPIO17"


def test_a_supervised_zone_has_two_pins() -> None:
    zone = parse(spoil('"GPIO17"', '"GPIO17"\npin_nc = "BOARD13"'), "store.toml").zones[0]

    assert (zone.pin, zone.pin_nc) == ("GPIO17", "GPIO27")


def test_loopback_needs_neither_certificate_nor_ca() -> None:
    text = spoil('["mqtts://a.example", "mqtts://b.example:8884"]', '["mqtt://127.0.0.1:1884", "mqtt://[::1]"]')
    text = text.replace('ca = "/etc/ansim/ca.crt"', "").replace('certificate = "/etc/ansim/device.crt"', "")

    assert isinstance(parse(text, "store.toml"), Config)


def test_a_store_without_lights_and_site_is_allowed() -> None:
    text = GOOD.partition("[[indicator]]")[0].replace("[device.site]", "").replace("latitude = 37.5", "")

    config = parse(text.replace('name = "Corner Store"', ""), "store.toml")

    assert config.indicators == ()
    assert config.device.site == Site()


def test_the_mark_and_the_line_ends_of_windows_are_no_fault(tmp_path: Path) -> None:
    assert load(written(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())).device.id == "store-0042"


def test_lines_of_dots_in_comments_are_no_fault() -> None:
    assert isinstance(parse(f"# {'.' * 100}\n  # {'a.' * 100}\n{GOOD}", "store.toml"), Config)


def test_a_config_cannot_be_changed() -> None:
    config = parse(GOOD, "store.toml")

    with pytest.raises(AttributeError):
        config.device.id = "other"  # type: ignore[misc]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"

    assert refusal(path) == f"{path}: cannot be read: No such file or directory"


def test_a_file_behind_a_file_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, b"") / "agent.toml"

    assert refusal(path) == f"{path}: cannot be read: Not a directory"


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (tmp_path, pipe):
        assert refusal(path) == f"{path}: not a regular file; a TOML file is allowed"


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.symlink_to(path)

    assert refusal(path) == f"{path}: cannot be read: Too many levels of symbolic links"


def test_a_path_that_no_file_can_have_is_refused() -> None:
    assert refusal(Path("a\0b")) == "a\\x00b: cannot be read: no name of a file"


def test_a_name_cannot_move_the_cursor(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a\n\x1b[2J").startswith(f"{tmp_path}/a\\n\\x1b[2J: cannot be read")


def test_a_file_that_is_too_large_is_not_parsed(tmp_path: Path) -> None:
    largest = GOOD + "#" * (MAX_BYTES - len(GOOD))
    assert isinstance(load(written(tmp_path, largest.encode())), Config)

    path = written(tmp_path, largest.encode() + b"#")

    assert refusal(path) == f"{path}: too large; at most 256 KiB are allowed"


def test_what_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("Corner", "\xe9").encode("latin-1"))

    assert refusal(path) == f"{path}: line 6: not UTF-8; TOML is written in UTF-8"


def test_a_key_file_given_by_mistake_is_not_shown(tmp_path: Path) -> None:
    path = written(tmp_path, b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n")

    assert refusal(path) == f"{path}: line 1, column 12: not TOML: Expected '=' after a key in a key/value pair"


def test_the_error_belongs_to_the_agent() -> None:
    error = ConfigError(("one", "two"))

    assert isinstance(error, AgentError)
    assert (str(error), error.faults, EX_CONFIG) == ("one\ntwo", ("one", "two"), 78)


def test_a_good_configuration_costs_no_library_that_it_does_not_need(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.encode())
    script = (
        "import pathlib, sys; from device.config.load import load; load(pathlib.Path(sys.argv[1]));"
        "print(sorted({'asyncio', 'cryptography', 'difflib', 'gpiozero', 'lgpio', 'logging', 'paho', 'socket', 'ssl'}"
        " & set(sys.modules)))"
    )

    ran = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True, timeout=60)

    assert ran.stdout.strip() == "[]"
