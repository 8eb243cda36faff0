"""A TCP proxy before PostgreSQL that can be slow, lose answers and cut connections."""

import socket
import threading
import time


class Proxy:
    """Forwards 127.0.0.1:port to the server's port, until it is told otherwise.

    delay: seconds that each piece of data waits.  deaf: what the server answers
    is dropped, so that the client cannot know what became of its statement.
    """

    def __init__(self, target):
        self.delay, self.deaf = 0.0, False
        self._target = target
        self._pairs = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target), 5)
            except OSError:
                client.close()
                continue
            self._join(client, server)

    def _join(self, client, server):
        """Two threads for the two directions of a connection."""
        pair = (client, server)
        for end in pair:
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._pairs.add(pair)
        forth = threading.Thread(target=self._pump, args=(client, server, False), daemon=True)
        threading.Thread(target=self._answer, args=(pair, forth), daemon=True).start()
        forth.start()

    def _answer(self, pair, forth):
        """Pump the answers; then, when both directions have ended, close."""
        self._pump(pair[1], pair[0], True)
        forth.join()
        with self._lock:
            self._pairs.discard(pair)
        for end in pair:
            end.close()

    def _pump(self, source, target, answers):
        try:
            while data := source.recv(65536):
                time.sleep(self.delay)
                if not (answers and self.deaf):
                    target.sendall(data)
        except OSError:
            pass
        shut(source, target)

    def cut(self):
        """Cut every connection; returns how many there were."""
        with self._lock:
            pairs = list(self._pairs)
            for pair in pairs:
                shut(*pair)
        return len(pairs)

    def close(self):
        self._listener.close()
        self.cut()


def shut(*ends):
    """End sockets for both directions, whoever waits on them."""
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
