"""A real MQTT broker for a test, on a free port of this machine."""

from types import TracebackType
from typing import Self

from sim.broker.brokers import open_broker
from sim.broker.embedded import HOST


class LiveBroker:
    """A Mosquitto if one is installed, else the embedded broker. Plain MQTT; everybody may do everything.

    A context manager: it listens inside. Use it from one thread.
    """

    host = HOST

    def __init__(self) -> None:
        self._broker = open_broker()

    def __enter__(self) -> Self:
        self._broker.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._broker.__exit__(kind, error, trace)

    def __repr__(self) -> str:
        return f"<{self.name}, {self.url}>"

    @property
    def name(self) -> str:
        """Program and version."""
        return self._broker.name

    @property
    def port(self) -> int:
        return self._broker.port

    @property
    def url(self) -> str:
        return f"mqtt://{self.host}:{self.port}"

    def stop(self) -> None:
        """Connections are refused until `start`; the port stays the same."""
        self._broker.stop()

    def start(self) -> None:
        self._broker.start()
