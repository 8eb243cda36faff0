"""Masses of connections, and slow ones: the others are served, and all is given back."""

import os
import resource
import socket
import struct
import time

import pytest

import jsontext
from frontend import Frontend
from loglines import parse_log
from raw import Raw, one_answer, statuses
from receipts import example
from waiting import wait_until

CONNECTIONS = 10000
ADDRESSES = [f"127.0.0.{number}" for number in range(2, 12)]

BUNDLE = "/api/docs/swagger-ui-bundle.js"  # the largest answer there is

# What ours and the front end need beside those connections.
SPARE_DESCRIPTORS = 600


@pytest.fixture
def many():
    """As many connections as this machine lets a process have, up to CONNECTIONS."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield min(CONNECTIONS, hard - SPARE_DESCRIPTORS) if hard != resource.RLIM_INFINITY else CONNECTIONS
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident(frontend):
    """The memory of a front end in bytes."""
    with open(f"/proc/{frontend.process.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def connect_all(frontend, count, data=lambda number: b""):
    """Connections from ten addresses, each with the first bytes that data(number) gives."""
    opened = []
    for number in range(count):
        connection = socket.create_connection(
            ("127.0.0.1", frontend.port), timeout=30,
            source_address=(ADDRESSES[number % len(ADDRESSES)], 0))
        opened.append(connection)
        connection.sendall(data(number))
    return opened


def close_all(connections, how):
    """In order, or by a reset."""
    for connection in connections:
        if how == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def served(frontend, api):
    """Good clients from another address get their answers."""
    service = frontend.service(api.submitter)
    for _ in range(10):
        service.post("/api/checks/", example(), timeout=20).expect(201)
        service.get("/readyz", timeout=20).expect(200)
    service.close()


def first_bytes(number):
    """Nothing, half a request line, half a head, half a body."""
    return (b"", b"GET /liv", b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ",
            b"POST /api/checks/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")[number % 4]


@pytest.mark.slow
def test_ten_thousand(instance, api, tmp_path, many):
    """Idle connections, three times: good clients notice nothing, and nothing is left of them."""
    with Frontend(instance, "producer", tmp_path / "log", "--connection-limit", str(many + 100),
                  "--per-address-limit", str(many // len(ADDRESSES) + 1), "--idle-timeout", "600",
                  "--request-timeout", "600", "--access-log", "off") as frontend:
        idle = frontend.descriptors()
        served(frontend, api)
        memory = resident(frontend)
        for how in ("reset", "in order", "reset"):
            connections = connect_all(frontend, many, first_bytes)
            wait_until(lambda: frontend.descriptors() >= idle + many, what="all connections")
            served(frontend, api)
            close_all(connections, how)
            wait_until(lambda: frontend.descriptors() <= idle + 2, what="the end of all connections")
        served(frontend, api)
        if os.environ.get("RECEIPTS_BUILD") != "asan":  # which keeps what was freed for a while
            wait_until(lambda: resident(frontend) < memory + 1000 * many, what="the memory given back")
        assert frontend.stop() == 0


@pytest.mark.slow
def test_cut_off_in_time(instance, api, tmp_path):
    """Silent ones by the idle time-out, dripping ones by the request time-out."""
    with Frontend(instance, "producer", tmp_path / "log", "--idle-timeout", "3", "--request-timeout", "3",
                  "--per-address-limit", "1000", "--access-log", "off") as frontend:
        idle = frontend.descriptors()
        drip = {
            "line": (b"GET /", b"x"),
            "head": (b"POST /api/checks/ HTTP/1.1\r\nHost: x\r\nX-A: ", b"x"),
            "headers": (b"POST /api/checks/ HTTP/1.1\r\nHost: x\r\n", b"A: b\r\n"),
            "body": (b"POST /api/checks/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", b"x"),
            "chunks": (b"POST /api/checks/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                       b"1\r\nx\r\n"),
            "silence": (b"", b""),
        }
        slow = {Raw(frontend.url): name for name in drip for _ in range(20)}
        for connection, name in slow.items():
            connection.send(drip[name][0])
        answers, wait = {name: [] for name in drip}, set(slow)

        def all_over():
            for connection in list(wait):
                try:
                    connection.send(drip[slow[connection]][1])
                except ConnectionError:
                    pass
                received = connection.read(timeout=0.001)
                if received or connection.closed:
                    wait.discard(connection)
                    connection.socket.close()
                    answers[slow[connection]] += statuses(received)
            return not wait

        served(frontend, api)
        wait_until(all_over, timeout=30, interval=0.2, what="the end of the slow connections")
        for name in ("head", "headers", "body", "chunks"):
            assert answers[name] == [408] * 20, name
        assert answers["line"] == answers["silence"] == []
        wait_until(lambda: frontend.descriptors() <= idle + 2, what="closed sockets")
        served(frontend, api)
        assert frontend.stop() == 0


@pytest.mark.slow
def test_slow_readers(instance, api, tmp_path):
    """Who takes an answer byte by byte does not hold it for good, nor anybody else up."""
    with Frontend(instance, "consumer", tmp_path / "log", "--request-timeout", "2") as frontend:
        idle = frontend.descriptors()
        readers = []
        for _ in range(50):
            reader = socket.socket()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", frontend.port))
            reader.settimeout(10)
            # More than the kernel keeps for a connection.
            reader.sendall(f"GET {BUNDLE} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 8)
            readers.append(reader)
        wait_until(lambda: frontend.descriptors() >= idle + len(readers), what="all connections")
        others, deadline = frontend.service(api.analyst), time.monotonic() + 30
        while frontend.descriptors() > idle + 2:
            assert time.monotonic() < deadline, "slow readers are never cut off"
            for reader in readers:
                try:
                    reader.recv(1)
                except OSError:
                    pass
            others.get("/api/places/?limit=1", timeout=5).expect(200)
        for reader in readers:
            reader.close()
        assert frontend.stop() == 0
        ends = [line.get("end") for line in parse_log(frontend.log_path.read_bytes(), "logfmt")
                if line.get("path") == BUNDLE]
        assert len(ends) >= 50 and sum(end is not None for end in ends) == 50, ends


def test_one_address_does_not_take_all(instance, api, tmp_path):
    """Beyond its share an address is turned away; others are not."""
    with Frontend(instance, "producer", tmp_path / "log", "--per-address-limit", "20",
                  "--connection-limit", "100") as frontend:
        greedy = [Raw(frontend.url, source="127.0.0.9") for _ in range(200)]
        answered = 0
        for connection in greedy:
            try:
                connection.send(connection.head("GET", "/livez"))
                answered += statuses(connection.read(until=one_answer)) == [200]
            except ConnectionError:
                pass
        assert answered == 20
        served(frontend, api)
        for connection in greedy:
            connection.socket.close()


def test_pipelines(instance, api, tmp_path):
    """Thousands of requests in a row on each of some connections: each answered, in order."""
    with Frontend(instance, "producer", tmp_path / "log", "--access-log", "off") as frontend:
        connections = [Raw(frontend.url) for _ in range(10)]
        for connection in connections:
            connection.send((connection.head("GET", "/livez") + connection.head("GET", "/nowhere")
                             + connection.head("OPTIONS", "/api/checks/")) * 50)
        for connection in connections:
            received = connection.read(until=lambda seen: len(statuses(seen)) == 150)
            assert statuses(received) == [200, 404, 204] * 50
            connection.socket.close()
        served(frontend, api)


def test_resets_in_the_middle(instance, api, tmp_path):
    """Clients that vanish at every point of a request leave nothing behind."""
    body = jsontext.encode(example())
    with Frontend(instance, "producer", tmp_path / "log", "--access-log", "off") as frontend:
        idle = frontend.descriptors()
        served(frontend, api)
        with Raw(frontend.url) as whole:
            request = whole.head("POST", "/api/checks/", f"Authorization: Bearer {api.submitter}",
                                 "Content-Type: application/json", f"Content-Length: {len(body)}") + body
        for how in ("reset", "in order"):
            for end in range(0, len(request) + 1, 7):
                connection = Raw(frontend.url)
                connection.send(request[:end])
                close_all([connection.socket], how)
        wait_until(lambda: frontend.descriptors() <= idle + 2, what="closed sockets")
        served(frontend, api)
        assert frontend.stop() == 0
