"""Would a broker take us? Asked on a thread of its own, so that the connection we have is not disturbed."""

import logging
import ssl
import threading
from collections import deque
from collections.abc import Sequence

from drivers.mqtt.brokers import Broker
from drivers.mqtt.dial import dial
from drivers.mqtt.patience import Patience, UnwantedError
from drivers.mqtt.resolver import Resolver
from drivers.ports import Clock, Post, Probed
from drivers.waker import Waker

_LOG = logging.getLogger(__name__)

# TCP and TLS together. A broker across the country takes 0.2 s; one lost SYN costs 1 s, two cost 3 s (RFC 6298).
CONNECT_TIMEOUT_S = 5.0
_LOOKUP_TIMEOUT_S = 5.0


class Prober:
    """Answers with Probed. At most one thread "mqtt-probe" at a time; what is asked meanwhile waits for its turn."""

    def __init__(self, brokers: Sequence[Broker], tls: ssl.SSLContext | None, post: Post, clock: Clock) -> None:
        self._brokers = brokers
        self._tls = tls
        self._post = post
        self._clock = clock
        self._lock = threading.Lock()
        self._wanted: deque[int] = deque()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._waker = Waker()
        self._resolver = Resolver(self._waker)

    def probe(self, broker: int) -> None:
        """Never blocks. Asked twice while the first is waiting, a broker is probed once."""
        with self._lock:
            if self._closing:
                return
            if broker not in self._wanted:
                self._wanted.append(broker)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mqtt-probe", daemon=True)
                self._thread.start()

    def present(self, tls: ssl.SSLContext | None) -> None:
        """From the next probe on, show another certificate."""
        self._tls = tls

    def close(self) -> None:
        """Give up what is under way and wait for the thread."""
        with self._lock:
            self._closing = True
            thread = self._thread
        self._waker.wake()
        if thread is not None:
            thread.join()
        self._resolver.close(_LOOKUP_TIMEOUT_S)
        self._waker.close()

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._closing or not self._wanted:
                    self._thread = None
                    return
                broker = self._wanted.popleft()
            try:
                self._post(Probed(self._clock.monotonic_ns(), broker, self._is_well(self._brokers[broker])))
            except UnwantedError:
                _LOG.debug("probe of %s given up", self._brokers[broker])
            except Exception:  # noqa: BLE001 - one failure must not take the probes that wait with it
                _LOG.exception("probe of %s failed", self._brokers[broker])

    def _is_well(self, broker: Broker) -> bool:
        patience = Patience(self._waker, CONNECT_TIMEOUT_S, self._check_wanted)
        try:
            addresses = self._resolver.addresses(broker, patience)
            sock = dial(broker, addresses, self._tls if broker.tls else None, patience)
        except OSError as fault:
            _LOG.info("%s is not well: %s", broker, fault)
            return False
        sock.close()
        return True

    def _check_wanted(self) -> None:
        if self._closing:
            raise UnwantedError("closing")
