"""One HTTP/1.1 request and its answer as bytes in and bytes out: h11 with bounds. Pure."""

from dataclasses import dataclass
from http import HTTPStatus

import h11

MAX_HEADER_BYTES = 8 * 1024
MAX_BODY_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the body. Names of headers are in lower case."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]


class BadHttpError(Exception):
    """Not HTTP as it is understood here. `status` is what to answer: 400–499."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Exchange:
    """One request on one connection. What a client sends after it is never looked at: every answer says "close"."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADER_BYTES)
        self._body = bytearray()
        self.head: Head | None = None
        """As soon as it is there."""
        self.is_complete = False

    @property
    def body(self) -> bytes:
        return bytes(self._body)

    def feed(self, data: bytes) -> bytes:
        """Take bytes; b"" is the end. Gives what has to be sent now, mostly nothing. Raises BadHttpError."""
        try:
            self._http.receive_data(data)
            while not self.is_complete and (event := self._http.next_event()) is not h11.NEED_DATA:
                self._take(event)
        except h11.RemoteProtocolError as error:
            raise BadHttpError(f"not HTTP/1.1: {error}", error.error_status_hint) from None
        if self.is_complete or not self._http.they_are_waiting_for_100_continue:
            return b""
        return self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b""

    def answer(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
        """The whole answer, to a request that is complete or was bad; b"" if the client is in no state for one."""
        lines = [*headers, ("content-length", str(len(body))), ("connection", "close")]
        parts: list[h11.Event] = [h11.Response(status_code=status, headers=lines, reason=_reason(status))]
        if self.head is None or self.head.method != "HEAD":
            parts.append(h11.Data(data=body))
        parts.append(h11.EndOfMessage())
        try:
            return b"".join(self._http.send(part) or b"" for part in parts)
        except h11.LocalProtocolError:
            return b""

    def _take(self, event: h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]) -> None:
        if isinstance(event, h11.Request):
            self._take_head(event)
        elif isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > MAX_BODY_BYTES:
                raise _too_big()
        elif isinstance(event, h11.EndOfMessage):
            self.is_complete = True
        else:
            raise BadHttpError("the request ended too early", HTTPStatus.BAD_REQUEST)

    def _take_head(self, request: h11.Request) -> None:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)
        self.head = Head(request.method.decode("latin-1"), request.target.decode("latin-1"), headers)
        # h11 has made sure that it is a number.
        if any(name == "content-length" and int(value) > MAX_BODY_BYTES for name, value in headers):
            raise _too_big()


def _too_big() -> BadHttpError:
    return BadHttpError(f"the body is too big; at most {MAX_BODY_BYTES} bytes are allowed", 413)


def _reason(status: int) -> bytes:
    return HTTPStatus(status).phrase.encode("ascii")
