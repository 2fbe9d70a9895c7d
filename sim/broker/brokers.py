"""Any broker will do: what the simulator asks of one, and how it comes by one."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sim.broker.embedded import EmbeddedBroker
from sim.broker.mosquitto import Mosquitto, find_mosquitto
from sim.broker.server_tls import ServerTls


class Broker(Protocol):
    """A broker on loopback. `stop` and `start` keep the port; `close` is for good. Also a context manager."""

    @property
    def name(self) -> str:
        """For people."""
        ...

    @property
    def port(self) -> int: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_broker(prefer: Path | None = None, *, tls: ServerTls | None = None, control_room: str | None = None) -> Broker:
    """A Mosquitto if one is named or installed, else the embedded one; not yet started.

    One listener: TLS with client certificates if `tls` is given, plain otherwise. Raises BrokerError if the program
    that `prefer` or $ANSIM_MOSQUITTO names cannot be run.
    """
    found = find_mosquitto(prefer)
    if found is None:
        return EmbeddedBroker(tls=tls, control_room=control_room)
    return Mosquitto(binary=found, plain=tls is None, tls=tls, control_room=control_room)
