"""The page before a simulator that can go away and come back at once."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self

from sim.panel.files import page_file
from tests.browser.demo import World


class StandIn:
    """Serves the page and one state for ever. A context manager; inside, it is there."""

    def __init__(self, world: World, port: int = 0) -> None:
        self._over = Event()
        over, line = self._over, f"event: world\ndata: {json.dumps(world)}\n\n"

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.partition("?")[0].removeprefix("/page/").strip("/") or "index.html"
                found = page_file(name)
                is_stream = name == "api/stream"
                self.send_response(200 if is_stream or found else 404)
                self.send_header("Content-Type", found.content_type if found else "text/event-stream")
                self.end_headers()
                self.wfile.write(found.data if found else line.encode())
                if is_stream:
                    self.wfile.flush()
                    over.wait()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = False
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
