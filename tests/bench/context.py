"""What every part of the bench works with: the instance, the sizes, the receipts."""

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "ops"), str(ROOT / "tests" / "system")]

from generate import Day, to_json  # noqa: E402
from instance import Instance  # noqa: E402

PEERS = ROOT / "build" / "release" / "tests" / "bench" / "peers"
HERE = Path(__file__).resolve().parent


class Sizes:
    """How much is measured; --quick has everything tiny: it proves that it works."""

    def __init__(self, quick, rounds=None, seconds=None, receipts=None):
        self.quick = quick
        self.rounds = rounds or (1 if quick else 3)
        self.seconds = seconds or (1 if quick else 8)
        self.bodies = 2000 if quick else 20000
        self.topic = 3000 if quick else 60000
        self.aggregate = 3000 if quick else 1000000
        self.hour = 2000 if quick else 100000
        self.places = 20 if quick else 1000
        self.days = 40 if quick else 365
        self.cold = 2 if quick else 10
        self.probes = 5 if quick else 200
        self.receipts = receipts or ([20000, 40000] if quick else [1000000, 2000000])
        self.growing_places = 10 if quick else 100
        self.growing_hour = 1000 if quick else 20000
        self.reads = 2 if quick else 50


class Bench:
    """The instance under test, its work directory and its programs."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.instance = Instance.find()
        self.work = self.instance.run_dir / "bench"
        self.work.mkdir(exist_ok=True)
        self.marks = random.Random(time.time_ns())

    def say(self, text):
        """A line of progress."""
        print(f"  {text}", flush=True)

    def pid(self, *names):
        """The pids of some of the instance's processes."""
        return [self.instance.pid(name) for name in names]

    @contextlib.contextmanager
    def sql(self, side):
        """A session with full rights, each statement its own transaction."""
        with self.instance.connect(side) as connection:
            yield connection

    def run_sql(self, side, *statements):
        """Statements without a result."""
        with self.sql(side) as connection:
            for statement in statements:
                connection.execute(statement)

    def mark(self):
        """Four digits that make a round's receipts new."""
        return f"{self.marks.randrange(10000):04d}"

    def file(self, count, **options):
        """Receipts by ops/generate.py, a line each, ids as the peers want them."""
        name = "-".join([str(count), *(f"{key}{value}" for key, value in options.items())])
        path = self.work / name
        if not path.exists():
            self.say(f"making {count:,} receipts")
            day = Day(count, seed=7, **options)
            with open(path, "w", encoding="utf-8") as out:
                for number in range(count):
                    receipt = day.receipt(number)
                    receipt["transaction_id"] = f"0000000000-{number:07d}"
                    out.write(to_json(receipt) + "\n")
        return path

    @contextlib.contextmanager
    def stopped(self, *names):
        """Without these processes, which would take CPU time from what is measured."""
        for name in names:
            self.instance.stop(name)
        try:
            yield
        finally:
            for name in names:
                self.instance.start(name)

    @contextlib.contextmanager
    def echo(self, *arguments):
        """The libmicrohttpd peer on a free port, as (URL, pid)."""
        port = free_port()
        process = subprocess.Popen([PEERS / "echo", str(port), *map(str, arguments)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            if process.stdout.readline() != b"ready\n":
                raise BenchError("the echo server does not start")
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.stdin.close()
            process.wait(10)


class BenchError(Exception):
    """Why a measurement is worth nothing, in words."""


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start_wrk(script, url, arguments, connections, seconds):
    """wrk with one thread, as every side of a comparison has it."""
    return subprocess.Popen(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s",
         "-s", HERE / "lua" / script, url, "--", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish_wrk(process):
    """The figures that its script prints; an error when an answer was none."""
    output = process.communicate()[0]
    for line in output.splitlines():
        if line.startswith("RESULT "):
            result = json.loads(line[7:])
            if result["bad"] or result["status"]:
                raise BenchError(f"requests failed: {line}")
            return result
    raise BenchError(f"wrk said:\n{output}")


def wait_for(condition, seconds, what, pause=0.02):
    """Polls often; a measurement does not depend on when it is seen."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise BenchError(f"no {what} within {seconds} s")
        time.sleep(pause)


def one(connection, statement, *arguments):
    """The first column of the first row."""
    return connection.execute(statement, arguments or None).fetchone()[0]
