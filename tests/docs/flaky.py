"""A bad way to a service: it refuses, loses answers, and passes on only then."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

RETRY_AFTER = 1
FORWARDED = ("Authorization", "Content-Type", "If-None-Match")


class Flaky:
    """Each path is answered 503, then 429, then not at all though the request was passed on, then well."""

    def __init__(self, target):
        self.target, self.requests, self._lock = target, [], threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def note(self, method, path, body):
        """Remember a request; return how many there have been of its kind."""
        with self._lock:
            self.requests.append((method, path, body, time.monotonic()))
            return len(self.of(method, path))

    def of(self, method, path):
        """(body, time) of the requests of a kind."""
        return [(body, at) for *kind, body, at in self.requests if kind == [method, path]]

    def _handler(self):
        flaky = self

        class Handler(BaseHTTPRequestHandler):
            """Plays the service."""

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                count = flaky.note(self.command, self.path.partition("?")[0], body)
                if count <= 2:
                    self.answer(503 if count == 1 else 429, {"Retry-After": str(RETRY_AFTER)}, b"{}")
                    return
                passed = {name: self.headers[name] for name in FORWARDED if name in self.headers}
                got = requests.request(self.command, flaky.target + self.path, data=body, headers=passed, timeout=60)
                if count > 3:
                    self.answer(got.status_code, {name: got.headers[name] for name in ("ETag",) if name in got.headers},
                                got.content)

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = handle_one

            def log_message(self, *_):
                pass

        return Handler
