"""One of the four programs as a child of the tests, with short time-outs."""

import os
import signal
import subprocess
from pathlib import Path

import prometheus
from client import Service
from waiting import wait_until

# Short, so that a test can outlast each of them: lease 2 s, statements 5 s,
# membership of the consumer group 6 s.
BRIDGE = ("--query-timeout", "5", "-X", "socket.timeout.ms=5000",
          "-X", "topic.metadata.refresh.interval.ms=2000")
FLAGS = {
    "producer": ("--statement-timeout", "2000"),
    "consumer": ("--statement-timeout", "5000"),
    "relay": ("--lease-ttl", "2", *BRIDGE),
    "sink": ("--recheck", "2", "-X", "session.timeout.ms=6000", *BRIDGE),
}


class Program:
    """Starts, signals and watches one process; each start is a new life in one log."""

    def __init__(self, name, command, environment, log_path):
        self.name, self.command, self.environment = name, command, environment
        self.log_path = Path(log_path)
        self.process = None

    def start(self, point=None):
        """Start it; point: the crash point at which it is to die or stop."""
        environment = dict(self.environment)
        if point is not None:
            environment["RECEIPTS_CRASH_POINT"] = point
        self._life = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, env=environment, stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL)
        return self

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def stop(self):
        """End it in order; it must say so with exit status 0."""
        self.process.terminate()
        status = self.process.wait(40)
        assert status == 0, f"{self.name} ended with {status}:\n{self.log()}"

    def log(self):
        """What it has written in this life."""
        with open(self.log_path, "rb") as log:
            log.seek(self._life)
            return log.read().decode("utf-8", "replace")

    def wait_log(self, text, times=1, timeout=30):
        """Wait until the log of this life holds text so often."""
        wait_until(lambda: self.log().count(text) >= times, timeout,
                   what=f"\"{text}\" in the log of {self.name}")

    def wait_abort(self, point, timeout=40):
        """Wait for its death at a crash point, and require that it was this one."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{point} was not reached:\n{self.log()}") from None
        assert status == -signal.SIGABRT, f"status {status}:\n{self.log()}"
        assert f"crash point {point} reached: aborting" in self.log(), self.log()

    def wait_stop(self, point):
        """Wait until it has stopped itself at a crash point."""
        self.wait_log(f"crash point {point} reached: stopping")
        wait_until(lambda: self.stat()[0] == "T", what=f"{self.name} to stop")

    def stat(self):
        """The fields of /proc/PID/stat from the state on."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()

    def status(self, field):
        """A size of /proc/PID/status in bytes: VmRSS, VmHWM."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"no {field} of {self.name}")

    def metric(self, name):
        """The sum of a metric of a relay or a sink."""
        address = self.command[len(self.command) - self.command[::-1].index("--admin-listen")]
        answer = Service(f"http://{address}").get("/metrics")
        return prometheus.total(prometheus.parse(answer.text), name)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))
