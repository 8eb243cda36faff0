"""A front end of the test's own beside the running one, with other settings."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

from client import Service
from waiting import wait_until


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Frontend:
    """receipts-frontend on the same database, with further flags; for use with "with".

    Program, database and rights are those of the running process.
    """

    def __init__(self, instance, side, log_path, *flags, scheme="http"):
        self.command, self.environment = instance.command(side)
        self.port = free_port()
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.command[self.command.index("--listen") + 1] = f"127.0.0.1:{self.port}"
        self.command += flags
        self.log_path = Path(log_path)
        self.process = None

    def __enter__(self):
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(self.command, env=self.environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_until(self.ready, what=f"a front end on {self.port}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def ready(self):
        """Whether it listens and has all its connections to the database, as its log says."""
        assert self.process.poll() is None, self.log()
        wanted = re.search(r"(\d+) database connections", self.log())
        return wanted and self.log().count("connected: PostgreSQL") >= int(wanted[1])

    def service(self, token=None):
        return Service(self.url, token)

    def signal(self, number):
        os.kill(self.process.pid, number)

    def log(self):
        return self.log_path.read_text("utf-8", "replace")

    def descriptors(self):
        """How many files and sockets it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        """End it in order; returns the exit status."""
        self.signal(signal.SIGTERM)
        return self.process.wait(40)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        assert "Sanitizer" not in self.log(), self.log()
