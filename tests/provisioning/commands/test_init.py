"""An empty folder becomes an office, or stays empty."""

import stat
from pathlib import Path

import pytest

from provisioning.authority.keys import KDF_ROUNDS
from provisioning.office import Office
from tests.provisioning.authority.offices import openssl
from tests.provisioning.commands.counter import EST, SECRET, Bad, Counter, check_refused

_GOOD = "init --office {here}/new --name Seoul --est https://enrol.example:8443"
_SECRET_WORDS = "pass phrase: too short, too long or not to be typed; allowed are 8–256 characters on one line"


def _with(words: str) -> str:
    return f"{_GOOD} {words}"


def _est(url: str) -> tuple[str, ...]:
    return ("init", "--office", "{here}/new", "--name", "Seoul", "--est", url)


def _name(text: str) -> tuple[str, ...]:
    return ("init", "--office", "{here}/new", "--name", text, "--est", EST)


def _lay_new(counter: Counter) -> None:
    """The folder is there: what a refusal leaves in it can be seen."""
    (counter.folder / "new").mkdir()


REFUSED = (
    Bad("init", 64, "required: --name, --est"),
    Bad(_with("--algorithm rsa"), 64, "invalid choice: 'rsa' (choose from '"),
    Bad(_est("http://enrol.example"), 65, "--est 'http://enrol.example': allowed is https://HOST"),
    Bad(_est(""), 65, "--est '': allowed is https://HOST or https://HOST:PORT"),
    Bad(_est("https://enrol.example/path"), 65, "allowed is https://HOST"),
    Bad(_est("https://enrol.example:0"), 65, "allowed is https://HOST"),
    Bad(_est("https://enrol.example:99999"), 65, "allowed is https://HOST"),
    Bad(_est("https://me:secret@enrol.example"), 65, "allowed is https://HOST"),
    Bad(_est("https://enrol_1.example"), 65, "--est: server name 'enrol_1.example'; allowed are IP addresses, and DNS"),
    Bad(_est("https://[1::2::3]"), 65, "--est: server name '1::2::3'"),
    Bad(_est("https://256.1.1.1"), 65, "--est: server name '256.1.1.1'"),
    Bad(_est(f"https://{'a' * 63}.example"), 65, "the first may have at most 64 characters"),
    Bad(_with("--control-room Room"), 65, "--control-room 'Room': allowed are 3–40 characters"),
    Bad(_name(""), 65, "name = ''; allowed are 1–48 bytes"),
    Bad(_name("a\nb"), 65, r"name = 'a\nb'"),
    Bad(_name("서울" * 30), 65, "16 characters of Hangul"),
    Bad(_name("\udcff"), 65, "allowed are 1–48 bytes of printable text"),
    Bad(_with("--passphrase-file {here}/none"), 78, "none: missing"),
    Bad(_with("--passphrase-file {here}"), 78, "not a regular file"),
    Bad(_with("--passphrase-file {here}/s"), 78, _SECRET_WORDS, lambda at: at.lay("s", "short\n")),
    Bad(_with("--passphrase-file {here}/s"), 78, _SECRET_WORDS, lambda at: at.lay("s", "")),
    Bad(_with("--passphrase-file {here}/s"), 78, _SECRET_WORDS, lambda at: at.lay("s", "two lines\nof it\n")),
    Bad(_with("--passphrase-file {here}/s"), 78, _SECRET_WORDS, lambda at: at.lay("s", "with a NUL\0in it")),
    Bad(_with("--passphrase-file {here}/s"), 78, "pass phrase: not UTF-8", lambda at: at.lay("s", b"\xff" * 20)),
    Bad(_with("--passphrase-file {here}/s"), 78, "too big; at most 1024", lambda at: at.lay("s", "x" * 2000)),
    Bad(
        _with("--passphrase-file {here}/s"),
        78,
        "others can read or change it: mode 0644, allowed is 0600",
        lambda at: at.lay("s", SECRET, 0o644),
    ),
    Bad(_with("--public-key {here}/none"), 65, "none: cannot be read"),
    Bad(_with("--public-key {here}/k"), 65, "k: not a key that can be used", lambda at: at.lay("k", b"\0" * 99)),
    Bad(
        _with("--public-key {here}/k"),
        65,
        "k: holds a private key, which shall stay where it is",
        lambda at: at.lay("k", "-----BEGIN PRIVATE KEY-----\n"),
    ),
    Bad(f"init --name Seoul --est {EST}", 78, "office: is an office already; allowed is another folder"),
    Bad(
        f"init --office {{here}}/file --name Seoul --est {EST}",
        78,
        "file: cannot be made: File exists",
        lambda at: at.lay("file", ""),
    ),
    Bad(
        f"init --office {{here}}/file/in --name Seoul --est {EST}",
        78,
        "in: cannot be made: Not a directory",
        lambda at: at.lay("file", ""),
    ),
    Bad(f"init --office {{here}}/{'x' * 300} --name Seoul --est {EST}", 78, "File name too long"),
)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: ascii(bad.name)[:80])
def test_what_is_not_allowed_is_one_line_and_makes_nothing(counter: Counter, bad: Bad) -> None:
    check_refused(counter, bad)


def test_an_office_is_made_in_earnest(counter: Counter) -> None:
    answer = counter.type(("init", "--office", "{here}/new", "--name", "서울 안심편의점", "--est", f"{EST}/"))

    folder = counter.folder / "new"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    first, fingerprint, advice = answer.out.splitlines()
    assert (answer.status, answer.err) == (0, "")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes.pop(next(name for name in modes if name.startswith("control-room-"))) == 0o600
    assert modes == {
        "root.p12": 0o600,
        "issuing.p12": 0o600,
        "ca.crt": 0o644,
        "registry.db": 0o600,
        "crl.pem": 0o644,
        "control-room.jwks.json": 0o644,
        "devices.jwks.json": 0o644,
        "est": 0o700,
    }
    assert first == f"{folder}: an office; devices enrol at {EST}/"
    assert "root.p12 away, on two sticks in two safes" in advice
    assert str(KDF_ROUNDS) in _kdf(folder / "issuing.p12")
    with Office(folder, "test") as office:
        assert fingerprint == f"fingerprint of the root: {office.fingerprint}"
        assert office.est == EST
        assert office.unlock(SECRET).fingerprint == office.fingerprint


def test_a_second_init_loses_nothing_and_asks_for_no_pass_phrase(counter: Counter) -> None:
    before = counter.snapshot()

    answer = counter.type(f"init --name Other --est {EST} --passphrase-file {{here}}/none")

    assert answer.status == 78
    assert "is an office already" in answer.err
    assert counter.snapshot() == before


def test_files_of_another_office_are_not_overwritten(counter: Counter) -> None:
    _lay_new(counter)
    (counter.folder / "new" / "root.p12").write_bytes(b"precious")

    answer = counter.type(_GOOD)

    assert answer.status == 78
    assert answer.err.endswith("root.p12: is there already; allowed is a folder without an office\n")
    assert [path.name for path in (counter.folder / "new").iterdir()] == ["root.p12"]


def _kdf(container: Path) -> str:
    done = openssl("pkcs12", "-in", container, "-info", "-noout", "-passin", f"pass:{SECRET.decode()}")
    return done.stderr
