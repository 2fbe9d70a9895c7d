import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from drivers.mqtt.brokers import Broker
from drivers.mqtt.patience import Patience, UnwantedError
from drivers.mqtt.resolver import Address, Resolver
from drivers.waker import Waker

_BROKER = Broker("broker.example", 8883, tls=True)
_FOUND = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 8883))]
_ADDRESS = Address(socket.AF_INET, ("192.0.2.7", 8883))


class _NameServer:
    """In place of getaddrinfo: answers, fails, or is silent until the test ends."""

    def __init__(self) -> None:
        self.answer: Callable[[], object] = lambda: _FOUND
        self.asked = 0
        self.end = threading.Event()

    def __call__(self, host: str, port: int, **options: int) -> object:
        if options["flags"] & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        self.asked += 1
        return self.answer()

    def fail(self) -> object:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    def be_silent(self) -> object:
        self.end.wait(20)
        return _FOUND


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> _NameServer:
    server = _NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server)
    return server


@pytest.fixture
def waker() -> Iterator[Waker]:
    waker = Waker()
    yield waker
    waker.close()


def _patience(waker: Waker, timeout_s: float = 5) -> Patience:
    return Patience(waker, timeout_s, lambda: None)


def test_name_is_asked_for(names: _NameServer, waker: Waker) -> None:
    assert Resolver(waker).addresses(_BROKER, _patience(waker)) == (_ADDRESS,)


def test_number_is_not_asked_for(waker: Waker) -> None:
    found = Resolver(waker).addresses(Broker("::1", 1, tls=True), _patience(waker))

    assert found[0].sockaddr[:2] == ("::1", 1)


def test_failure_is_told_in_words(names: _NameServer, waker: Waker) -> None:
    names.answer = names.fail

    with pytest.raises(OSError, match=r"no address for broker\.example: Temporary failure in name resolution"):
        Resolver(waker).addresses(_BROKER, _patience(waker))


def test_last_known_address_is_used_when_names_fail(names: _NameServer, waker: Waker) -> None:
    resolver = Resolver(waker)
    resolver.addresses(_BROKER, _patience(waker))
    names.answer = names.fail

    assert resolver.addresses(_BROKER, _patience(waker)) == (_ADDRESS,)


def test_silent_name_server_costs_no_more_than_the_patience(names: _NameServer, waker: Waker) -> None:
    resolver = Resolver(waker)
    names.answer = names.be_silent
    for _ in range(3):
        with pytest.raises(TimeoutError):
            resolver.addresses(_BROKER, _patience(waker, 0.05))
    asked = names.asked
    names.end.set()

    assert resolver.addresses(_BROKER, _patience(waker)) == (_ADDRESS,)
    assert (asked, names.asked) == (1, 1)


def test_known_address_is_used_after_a_second_of_silence(names: _NameServer, waker: Waker) -> None:
    resolver = Resolver(waker)
    resolver.addresses(_BROKER, _patience(waker))
    names.answer = names.be_silent
    began_s = time.monotonic()

    assert resolver.addresses(_BROKER, _patience(waker, 60)) == (_ADDRESS,)
    assert 0.9 < time.monotonic() - began_s < 10
    names.end.set()
    resolver.close(5)


def test_lookup_can_be_given_up(names: _NameServer, waker: Waker) -> None:
    def no_longer() -> None:
        raise UnwantedError

    resolver = Resolver(waker)
    names.answer = names.be_silent
    waker.wake()

    with pytest.raises(UnwantedError):
        resolver.addresses(_BROKER, Patience(waker, 5, no_longer))
    names.end.set()
    resolver.close(5)
