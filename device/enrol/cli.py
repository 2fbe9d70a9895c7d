"""`ansim-agent enroll` and `ansim-agent renew`, behind the command line.

Started by root, both work as the owner of the folder of the key: what they write there is his. Only the USB stick, the
label and the token are read and written as whoever started them.
"""

import getpass
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from device.config.model import Config
from device.enrol.enrolment import Wish, enrol, enrol_by_hand, request_by_hand
from device.enrol.errand import Errand
from device.enrol.faults import as_enrol_errors
from device.enrol.home import Home, as_owner, home_of
from device.enrol.label import Label, parse_label, parse_token
from device.enrol.stick import Stick
from device.errors import EX_CONFIG, EnrolError, LabelError
from drivers.est_client import EstClient
from drivers.https import Https
from drivers.key_making import Algorithm

_MAX_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Words:
    """What was said on the command line of `enroll`. One of `label` and `label_file` is given."""

    config: Path
    label: str | None
    label_file: Path | None
    token_file: Path | None
    usb: Path | None
    wish: Wish


def wish(algorithm: str | None, *, again: bool) -> Wish:
    """algorithm: a word of Algorithm."""
    return Wish(None if algorithm is None else Algorithm(algorithm), again)


def enroll(config: Config, words: Words) -> int:
    """Exit status. Raises EnrolError and LabelError."""
    home = home_of(config)
    with as_enrol_errors():
        label = parse_label(words.label or _text(words.label_file))
        if words.usb is not None:
            return _by_hand(config, home, label, words, words.usb)
        return _by_wire(config, home, label, words)


def renew(config: Config, *, is_forced: bool) -> int:
    """Exit status. Raises EnrolError."""
    home = home_of(config)
    if config.identity.est is None:
        raise EnrolError(
            "identity.est: missing in the configuration; https://HOST:PORT is required to renew", EX_CONFIG
        )
    now = _now()
    with as_enrol_errors(), as_owner(home.identity.folder):
        found = Errand(home, _client(config.identity.est, now), now, is_forced=is_forced).run()
    authorities = "; new authorities" if found.has_new_authorities else ""
    keys = "; new keys of the control room" if found.has_new_keys else ""
    print(f"{home.device}: {found.renewal}; it ends on {_day(found.until)}{authorities}{keys}")
    return 0


def _by_wire(config: Config, home: Home, label: Label, words: Words) -> int:
    token = _token(label, words.token_file)
    now = _now()
    with as_owner(home.identity.folder):
        certificate = enrol(home, label, token, _client(label.est, now), words.wish, now)
    _say_enrolled(config, home, label, words, certificate.not_valid_after_utc)
    return 0


def _by_hand(config: Config, home: Home, label: Label, words: Words, folder: Path) -> int:
    stick = Stick(folder, home.device)
    answer = stick.answer()
    now = _now()
    if answer is not None:
        with as_owner(home.identity.folder):
            certificate = enrol_by_hand(home, label, answer, now)
        _say_enrolled(config, home, label, words, certificate.not_valid_after_utc)
        return 0
    with as_owner(home.identity.folder):
        request = request_by_hand(home, label, words.wish, now)
    stick.write_request(request)
    print(f"{stick.request} is written; next: take the stick to the office, bring it back, and run this again")
    return 0


def _say_enrolled(config: Config, home: Home, label: Label, words: Words, until: datetime) -> None:
    print(f"{label.device}: enrolled until {_day(until)}; the files are in {home.identity.folder}")
    if config.identity.est != label.est:
        print(f'next: write est = "{label.est}" under [identity] in {words.config}, or nothing is renewed')
    print(f"next: ansim-agent check --config {words.config}, then start the agent; restart one that runs")


def _token(label: Label, file: Path | None) -> str:
    if file is not None:
        return parse_token(_text(file), str(file))
    if label.token is not None:
        return label.token
    # None: it was closed before the start.
    if sys.stdin is None or not sys.stdin.isatty():
        raise LabelError("label: no token on it; give one with --token-file FILE, or type it at a terminal")
    try:
        typed = getpass.getpass(f"token of {label.device}: ")
    except (EOFError, KeyboardInterrupt):
        raise LabelError("token: nothing was typed") from None
    return parse_token(typed, "token")


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    with file.open(encoding="utf-8", errors="replace") as source:
        return source.read(_MAX_CHARACTERS)


def _client(url: str, now: datetime) -> EstClient:
    return EstClient(Https(url, now), now)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"
