"""One connection to the panel. Reads requests, asks the panel, writes answers; decides nothing."""

import json
import logging
import select
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sim.errors import SimError
from sim.panel.act_request import BadActError, describe_acts, one_line, read_request
from sim.panel.files import page_file
from sim.panel.gate import Refusal, body_size
from sim.panel.openapi import openapi
from sim.panel.panel import RefusedActError

if TYPE_CHECKING:
    from sim.panel.server import PanelServer

_LOG = logging.getLogger(__name__)

_JSON = "application/json; charset=utf-8"
# A request that takes longer than this to come is given up, and so is a connection on which none comes.
_PATIENCE_S = 30.0
_COMMENT_S = 10.0
# How soon it is noticed that nobody listens any more.
_LOOK_S = 1.0
_STREAM_PAUSE_S = 0.05
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class PanelHandler(BaseHTTPRequestHandler):
    """See sim/panel/openapi_base.json for what can be asked."""

    protocol_version = "HTTP/1.1"
    server_version = "ansim"
    sys_version = ""
    timeout = _PATIENCE_S
    server: "PanelServer"

    def do_GET(self) -> None:
        if self._is_refused():
            return
        path = unquote(urlsplit(self.path).path)
        match path.strip("/").split("/"):
            case [""]:
                self._page("index.html")
            case ["page", name]:
                self._page(name)
            case ["api", "world"]:
                self._answer(200, self._world().encode(), _JSON)
            case ["api", "stream"]:
                self._stream()
            case ["api", "acts"]:
                self._json(200, describe_acts())
            case ["api", "events", store, id_]:
                self._event(store, id_)
            case ["api", "scenario"]:
                self._answer(200, self.server.panel.recorder.toml().encode(), "text/plain; charset=utf-8")
            case ["openapi.json"]:
                self._json(200, openapi())
            case _:
                self._fault(404, f"{path}: there is nothing here")

    def do_POST(self) -> None:
        if self._is_refused():
            return
        if urlsplit(self.path).path != "/api/acts":
            self._fault(404, "acts are sent to /api/acts")
            return
        size = body_size(self.headers["Content-Length"], self.headers["Content-Type"])
        if isinstance(size, Refusal):
            self._refuse(size)
            return
        try:
            asked = read_request(self.rfile.read(size))
            revision = self.server.panel.do(asked.act, asked.store)
        except (BadActError, RefusedActError) as error:
            self._fault(422, one_line(error))
        except (SimError, OSError) as error:
            self._fault(503, one_line(error))
        else:
            self._json(200, {"done": True, "revision": revision})

    # ------------------------------------------------------------ what is asked for

    def _page(self, name: str) -> None:
        found = page_file(name)
        if found is None:
            self._fault(404, f"{name}: no such page")
        else:
            self._answer(200, found.data, found.content_type)

    def _event(self, store: str, id_: str) -> None:
        found = self.server.panel.inspector.inspect(store, id_)
        if found is None:
            self._fault(404, f"{store} {id_}: the control room has no such event")
        else:
            self._json(200, found)

    def _stream(self) -> None:
        if not self.server.stream(self._play):
            self._refuse(Refusal(503, "too many streams are open"))

    def _play(self) -> None:
        publication = self.server.panel.publication
        self.send_response(200)
        self._headers("text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        revision, said_s = -1, time.monotonic()
        while not publication.is_over and not self._has_hung_up():
            newest = publication.wait(revision, _LOOK_S)
            if newest is not None:
                revision, said_s = newest.revision, time.monotonic()
                self._write(f"event: world\nid: {revision}\ndata: {newest.world(_now_ms())}\n\n")
                # At most twenty a second; what comes meanwhile is in the next one.
                publication.pause(_STREAM_PAUSE_S)
            elif time.monotonic() >= said_s + _COMMENT_S:
                said_s = time.monotonic()
                self._write(": still here\n\n")

    def _has_hung_up(self) -> bool:
        """Whoever listens to a stream says nothing more; what can be read is the end."""
        return bool(select.select([self.connection], [], [], 0)[0])

    def _world(self) -> str:
        return self.server.panel.publication.newest.world(_now_ms())

    # ------------------------------------------------------------ answers

    def _is_refused(self) -> bool:
        refusal = self.server.gate.refuses(self.headers["Host"], self.headers["Origin"])
        if refusal is not None:
            self._refuse(refusal)
        return refusal is not None

    def _refuse(self, refusal: Refusal) -> None:
        # What may follow of the request was not read.
        self.close_connection = True
        self._fault(refusal.status, refusal.text)

    def _fault(self, status: int, text: str) -> None:
        self._json(status, {"error": text})

    def _json(self, status: int, value: object) -> None:
        self._answer(status, json.dumps(value, ensure_ascii=False).encode(), _JSON)

    def _answer(self, status: int, data: bytes, content_type: str) -> None:
        self.send_response(status)
        self._headers(content_type)
        self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def _headers(self, content_type: str) -> None:
        self.send_header("Content-Type", content_type)
        for name, value in _HEADERS.items():
            self.send_header(name, value)

    def _write(self, text: str) -> None:
        self.wfile.write(text.encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server has it
        _LOG.debug(format, *args)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
