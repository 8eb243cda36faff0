"""Tills on bad lines: slow, cut off, gone before the answer."""

import random
import socket
import time

import jsontext
from load import Load


class RoughLoad(Load):
    """The steady load, but some receipts go over connections that are slow or cut.

    A till that was cut off does not try again: its receipt is unknown, and may be
    there at most once.
    """

    def __init__(self, api, seed, patience, threads=4):
        super().__init__(api, threads=threads, patience=patience, seed=seed, pause=0.03)
        self.unknown = {}
        self._source = random.Random(f"lines {seed}")

    def deliver(self, receipt):
        how = self._source.random()
        if how < 0.02:
            self._cut(receipt, self._source.random())
        elif how < 0.04:
            self._cut(receipt, 1)
        elif how > 0.04 or not self._drip(receipt):
            super().deliver(receipt)

    def _request(self, receipt):
        body = jsontext.encode(receipt)
        head = (f"POST /api/checks/ HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                f"Authorization: Bearer {self.api.submitter}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        return head.encode() + body

    def _connect(self):
        address, _, port = self.api.producer.base_url.rpartition("//")[2].partition(":")
        return socket.create_connection((address, int(port)), 10)

    def _cut(self, receipt, share):
        """Send that share of the request and go away without a look at the answer."""
        request = self._request(receipt)
        self.unknown[receipt["transaction_id"]] = receipt
        try:
            with self._connect() as connection:
                connection.sendall(request[:int(len(request) * share)])
        except OSError:
            pass

    def _drip(self, receipt):
        """Send in pieces for about a second; whether it was acknowledged."""
        request = self._request(receipt)
        step = len(request) // 10 + 1
        try:
            with self._connect() as connection:
                for start in range(0, len(request), step):
                    connection.sendall(request[start:start + step])
                    time.sleep(0.1)
                status = connection.recv(65536).partition(b" ")[2][:3]
        except OSError:
            return False
        if status in (b"200", b"201"):
            self.acknowledge(receipt)
            return True
        assert status in (b"", b"429", b"503"), f"unexpected answer {status!r}"
        return False
