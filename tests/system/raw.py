"""HTTP byte by byte."""

import socket
import time
from urllib.parse import urlsplit


class Raw:
    """A TCP connection on which bytes go out just as the test has them."""

    def __init__(self, base_url, source=None):
        parts = urlsplit(base_url)
        self.host = f"{parts.hostname}:{parts.port}"
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=10,
                                               source_address=source and (source, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def head(self, method, path, *lines):
        """A request's head."""
        return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {self.host}", *lines, "", ""]
                           ).encode("latin-1")

    def read(self, timeout=10, until=None):
        """What comes until the other side closes, or until enough(bytes) holds."""
        received, deadline = b"", time.monotonic() + timeout
        while until is None or not until(received):
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                part = self.socket.recv(65536)
            except socket.timeout:
                break
            except ConnectionError:
                self.closed = True
                return received
            if not part:
                self.closed = True
                return received
            received += part
        self.closed = False
        return received


def statuses(received):
    """The status codes of the answers in a stream of bytes."""
    return [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]


def one_answer(received):
    """Whether a whole answer with a Content-Length is there."""
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        return False
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n")
               if line.startswith(b"content-length:")]
    return not lengths or len(body) >= int(lengths[0])
