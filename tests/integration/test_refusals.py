"""Who is refused is told why in one line, and so is the office, or whoever reads the broker's log."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from device.enrol.label import Label
from drivers.files import Files
from drivers.key_making import Algorithm, make_key
from provisioning.clock import now_utc
from provisioning.invitation import invite
from provisioning.model import Purpose, Reason
from provisioning.revocation import refresh_crl
from tests.integration.operator_bench import Desk, Program, Said, agent
from tests.provisioning.broker.running import running
from tests.provisioning.est.desk import make_authority

OTHER = "store-9999"
_STORES = [f"store-{number:04d}" for number in range(1, 31)]
# Old enough for a certificate that has ended.
_AGE = timedelta(days=10)
_LOG_LINE = re.compile(r".*? WARNING device\.loop: (no connection to broker 1: .*)")
_VERIFY_FAILED = "certificate verify failed"


class Office:
    """One office and its broker, for all attempts of this file. Each is made by a store of its own."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.authority = self.desk.found(_AGE)
        strange = folder / "strange"
        strange.mkdir()
        self.strange = make_authority(strange, now_utc())
        """Of another office."""
        self.desk.plan(*_STORES, OTHER)
        self.desk.write_broker()
        self._stores = iter(_STORES)

    def next_store(self) -> "Store":
        return Store(self, next(self._stores))


class Store:
    """One device, and what may have happened to it."""

    def __init__(self, office: Office, device: str) -> None:
        self.device = device
        self.desk = office.desk
        self.config = self.desk.set_up(device)
        self.identity = self.desk.identity(device)
        self._authority, self._strange = office.authority, office.strange

    @property
    def words(self) -> dict[str, str]:
        """What differs from one run to the next."""
        with self.desk.open() as office:
            token = office.registry.token(self.device)
            expires = "" if token is None else f"{token.expires:%Y-%m-%dT%H:%M:%SZ}"
        known = {"root": self._authority.fingerprint, "strange": self._strange.fingerprint}
        broker = f"127.0.0.1:{self.desk.broker.port}"
        here = {
            "broker": broker,
            "est": self.desk.est,
            "port": self.desk.est.rpartition(":")[2],
            "identity": str(self.identity),
        }
        return {"device": self.device, "other": OTHER, "expires": expires, **known, **here}

    # ------------------------------------------------------------ what it does

    def enroll(self, label: Label) -> Said:
        return agent("enroll", "--config", self.config, str(label))

    def renew(self) -> Said:
        return agent("renew", "--now", "--config", self.config)

    # ------------------------------------------------------------ what may have happened

    def label(self, age: timedelta = timedelta(), device: str | None = None) -> Label:
        """With a token that was given out so long ago, and is good for an hour."""
        device = device or self.device
        with self.desk.open() as office:
            token = invite(office.registry, device, timedelta(hours=1), now_utc() - age)
            return office.label(device, token)

    def give(self) -> None:
        self.desk.give(self._authority, self.device)

    def give_revoked(self) -> None:
        self.give()
        self.revoke()

    def give_expired(self) -> None:
        self.desk.give(self._authority, self.device, age=timedelta(days=5), lifetime=timedelta(days=1))

    def give_own(self) -> None:
        """Signed with the key that it is for."""
        key = Ed25519PrivateKey.generate()
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.device)])
        since, until = now_utc() - timedelta(days=1), now_utc() + timedelta(days=100)
        made = x509.CertificateBuilder(name, name, key.public_key(), 5, since, until).sign(key, None)
        self.desk.put(self.device, key, made.public_bytes(Encoding.PEM).decode())

    def give_strange(self) -> None:
        """Another office has a device of this name."""
        key = make_key(Algorithm.ED25519)
        made = self._strange.issue(key.public_key(), self.device, Purpose.DEVICE, now_utc())
        self.desk.put(self.device, key, self._strange.chain_pem(made))

    def give_anothers(self) -> None:
        """With its key."""
        self.desk.give(self._authority, OTHER, self.device)

    def believe_strange(self) -> None:
        """Its own identity is good, but it has the authorities of another office."""
        self.give()
        Files().write(self.identity / "ca.crt", self._strange.ca_pem.encode(), 0o644)

    def revoke(self) -> None:
        with self.desk.open() as office:
            office.registry.revoke(self.device, Reason.KEY_COMPROMISE, now_utc())
            refresh_crl(self._authority, office.registry, office.folder, now_utc())

    def forget(self) -> None:
        """Another box, or another card."""
        for path in self.identity.iterdir():
            path.unlink()


Try = Callable[[], Said]


def enrols_with_a_guessed_token(store: Store) -> Try:
    label = replace(store.label(), token="a" * 26)
    return lambda: store.enroll(label)


def enrols_with_a_used_token(store: Store) -> Try:
    label = store.label()
    assert store.enroll(label).status == 0
    store.forget()
    return lambda: store.enroll(label)


def enrols_with_an_expired_token(store: Store) -> Try:
    label = store.label(age=timedelta(hours=2))
    return lambda: store.enroll(label)


def enrols_with_the_token_of_another(store: Store) -> Try:
    label = replace(store.label(device=OTHER), device=store.device)
    return lambda: store.enroll(label)


def enrols_after_it_was_revoked(store: Store) -> Try:
    label = store.label()
    store.revoke()
    return lambda: store.enroll(label)


def enrols_with_the_label_of_another(store: Store) -> Try:
    label = store.label(device=OTHER)
    return lambda: store.enroll(label)


def enrols_where_another_office_answers(store: Store) -> Try:
    label = replace(store.label(), fingerprint=store.words["strange"])
    return lambda: store.enroll(label)


def enrols_where_the_office_has_another_name(store: Store) -> Try:
    label = replace(store.label(), est=f"https://localhost:{store.words['port']}")
    return lambda: store.enroll(label)


def renews(give: Callable[[Store], None]) -> Callable[[Store], Try]:
    def prepare(store: Store) -> Try:
        give(store)
        return store.renew

    return prepare


@dataclass(frozen=True, slots=True)
class Refusal:
    """`said`: on the device, its only line. `noted`: of whom, and what, in the office's log; None if it heard nothing.

    Words in braces are those of `Store.words`.
    """

    attempt: str
    prepare: Callable[[Store], Try]
    status: int
    said: str
    noted: tuple[str, str] | None


_NO_TOKEN = (
    "{est}: refused: the token is not valid for this device: unknown, wrong, used or expired; "
    "ask the office for a new one"
)
_HANDSHAKE = "certificate refused in the TLS handshake from 127.0.0.1: "
_NOT_OURS = "certificate of {device}: it is not signed by an authority that is believed here"

AT_THE_OFFICE = (
    Refusal("guessed token", enrols_with_a_guessed_token, 77, _NO_TOKEN, ("{device}", "wrong token")),
    Refusal(
        "used token, another key",
        enrols_with_a_used_token,
        77,
        _NO_TOKEN,
        ("{device}", "the token was used before, with another key"),
    ),
    Refusal(
        "expired token",
        enrols_with_an_expired_token,
        77,
        _NO_TOKEN,
        ("{device}", "the token expired at {expires}"),
    ),
    Refusal(
        "token of another device",
        enrols_with_the_token_of_another,
        77,
        _NO_TOKEN,
        ("{device}", "no token is open for this device"),
    ),
    Refusal(
        "token, then revoked",
        enrols_after_it_was_revoked,
        77,
        _NO_TOKEN,
        ("{device}", "no token is open for this device"),
    ),
    Refusal(
        "label of another device",
        enrols_with_the_label_of_another,
        78,
        "label of {other}; allowed is that of {device}, as device.id in the configuration says",
        None,
    ),
    Refusal(
        "another office answers",
        enrols_where_another_office_answers,
        76,
        "{est}: root certificate {root}; allowed is {strange}",
        None,
    ),
    Refusal(
        "office of another name",
        enrols_where_the_office_has_another_name,
        76,
        "https://localhost:{port}: certificate of the office: "
        "Hostname mismatch, certificate is not valid for 'localhost'",
        None,
    ),
    Refusal(
        "revoked certificate",
        renews(Store.give_revoked),
        77,
        "{est}: refused in TLS: certificate revoked",
        ("-", _HANDSHAKE + "certificate revoked"),
    ),
    Refusal(
        "expired certificate",
        renews(Store.give_expired),
        77,
        "{est}: refused in TLS: certificate expired",
        ("-", _HANDSHAKE + "certificate has expired"),
    ),
    Refusal(
        "self-made certificate",
        renews(Store.give_own),
        76,
        _NOT_OURS + "; {est}: refused in TLS: unknown ca",
        ("-", _HANDSHAKE + "self-signed certificate"),
    ),
    Refusal(
        "certificate of another CA",
        renews(Store.give_strange),
        76,
        _NOT_OURS + "; {est}: refused in TLS: unknown ca",
        ("-", _HANDSHAKE + "unable to get local issuer certificate"),
    ),
    Refusal(
        "certificate of another device",
        renews(Store.give_anothers),
        77,
        "{est}: refused: the request is made out to CN '{device}'; allowed is '{other}'",
        ("{other}", "the request is made out to CN '{device}'; allowed is '{other}'"),
    ),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("refusals"))


@pytest.mark.parametrize("refusal", AT_THE_OFFICE, ids=lambda refusal: refusal.attempt)
def test_the_office_says_why_not_in_one_line_and_notes_it_once(office: Office, refusal: Refusal) -> None:
    store = office.next_store()
    with store.desk.serve():
        attempt = refusal.prepare(store)
        before = len(store.desk.log())

        said = attempt()

    words = store.words
    acts = store.desk.log()[before:]
    assert (said.err, said.out) == (refusal.said.format(**words) + "\n", "")
    assert said.status == refusal.status
    noted = [] if refusal.noted is None else [("refused", *(text.format(**words) for text in refusal.noted))]
    assert [(act["did"], act["to"], act["what"]) for act in acts] == noted


@dataclass(frozen=True, slots=True)
class Unconnected:
    """`said`: in the agent's log, each time that it tries; `noted`: in the broker's."""

    attempt: str
    give: Callable[[Store], None]
    said: str
    noted: str


_REFUSED = "no connection to broker 1: TLS refused by the broker: "

AT_THE_BROKER = (
    Unconnected("revoked certificate", Store.give_revoked, _REFUSED + "certificate revoked", _VERIFY_FAILED),
    Unconnected("expired certificate", Store.give_expired, _REFUSED + "certificate expired", _VERIFY_FAILED),
    Unconnected("self-made certificate", Store.give_own, _REFUSED + "unknown ca", _VERIFY_FAILED),
    Unconnected("certificate of another CA", Store.give_strange, _REFUSED + "unknown ca", _VERIFY_FAILED),
    Unconnected(
        "broker of another CA",
        Store.believe_strange,
        "no connection to broker 1: {broker}: certificate of the broker: unable to get local issuer certificate",
        "alert unknown ca",
    ),
)


@pytest.mark.parametrize("refusal", AT_THE_BROKER, ids=lambda refusal: refusal.attempt)
def test_the_agent_says_why_not_once_for_each_time_that_the_broker_does(office: Office, refusal: Unconnected) -> None:
    store = office.next_store()
    refusal.give(store)
    with running(store.desk.broker) as broker:
        with run_agent(store) as program:
            program.journal.wait_line("no connection to broker 1: ")
        lines = [found[1] for line in program.journal.lines if (found := _LOG_LINE.fullmatch(line))]
        broker.wait_for(refusal.noted, len(lines))
        noted = [line for line in broker.log().splitlines() if refusal.noted in line]

    assert set(lines) == {refusal.said.format(**store.words)}
    # One attempt may have been under way when the agent was stopped.
    assert len(lines) <= len(noted) <= len(lines) + 1
    assert "Traceback" not in "".join(program.journal.lines)


def run_agent(store: Store) -> Program:
    """`ansim-agent run`, on pins that are nowhere."""
    return Program("device", ("run", "--config", store.config), {"GPIOZERO_PIN_FACTORY": "mock"})


def test_an_agent_with_the_identity_of_another_device_does_not_start(office: Office) -> None:
    store = office.next_store()
    store.give_anothers()

    said = agent("run", "--config", store.config)

    text = "{identity}/device.crt: made out to CN '{other}'; allowed is '{device}'\n"
    assert (said.err, said.out, said.status) == (text.format(**store.words), "", 78)


def test_an_agent_that_runs_is_shut_out_and_told_why(office: Office) -> None:
    store = office.next_store()
    store.give()
    with running(store.desk.broker), run_agent(store) as program:
        program.journal.wait_line("connected to broker 1")

        said = store.desk.provision("revoke", store.device, "--no-wait")

        program.journal.wait_line(_REFUSED + "certificate revoked")
    lines = [found[1] for line in program.journal.lines if (found := _LOG_LINE.fullmatch(line))]
    assert said.out == f"{store.device}: 1 certificate revoked; in force at 127.0.0.1:{store.desk.broker.port}\n"
    # The first says that its connection has ended.
    assert len(lines) > 1
    assert set(lines[1:]) == {_REFUSED + "certificate revoked"}
    assert [act["to"] for act in store.desk.log() if act["did"] == "revoked"][-1] == store.device
