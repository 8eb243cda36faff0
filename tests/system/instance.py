"""The running instance under test: its env file, its processes, its databases."""

import os
import pwd
import shlex
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from waiting import wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
PROCESSES = ("postgres", "kafka", "producer", "consumer", "relay", "sink")
REQUIRED = (
    "RECEIPTS_PRODUCER_URL", "RECEIPTS_CONSUMER_URL", "RECEIPTS_SUBMITTER_TOKEN",
    "RECEIPTS_ANALYST_TOKEN", "RECEIPTS_ADMIN_TOKEN", "RECEIPTS_BROKERS",
    "RECEIPTS_TOPIC", "RECEIPTS_PRODUCER_DSN", "RECEIPTS_CONSUMER_DSN",
)


def read_env(path):
    """Read a file of shell assignments, with or without 'export'."""
    values = {}
    for word in shlex.split(Path(path).read_text("utf-8"), comments=True):
        name, equals, value = word.partition("=")
        if equals:
            values[name] = value
    return values


class Instance:
    """What .run/env and .run/pids say, and the ways to stop and start its processes."""

    def __init__(self, env_file):
        self.env_file = Path(env_file).resolve()
        self.run_dir = self.env_file.parent
        self.env = read_env(self.env_file)
        missing = [name for name in REQUIRED if not self.env.get(name)]
        assert not missing, f"{self.env_file} lacks {missing}"

    @classmethod
    def find(cls):
        """The instance named by RECEIPTS_ENV_FILE, else the repository's own."""
        return cls(os.environ.get("RECEIPTS_ENV_FILE", REPOSITORY / ".run" / "env"))

    def __getitem__(self, name):
        return self.env["RECEIPTS_" + name]

    # Databases

    def connect(self, side, **options):
        """A connection with full rights, each statement its own transaction."""
        options.setdefault("autocommit", True)
        return psycopg.connect(self[f"{side.upper()}_DSN"], connect_timeout=10, **options)

    # Processes

    def pid(self, name):
        """The pid in .run/pids/NAME (its first line), or None."""
        try:
            return int((self.run_dir / "pids" / name).read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None

    def alive(self, name):
        """Whether the process runs (a zombie does not)."""
        pid = self.pid(name)
        return pid is not None and pid_alive(pid)

    def command(self, name):
        """How ./receipts has started a process: (command line, environment)."""
        proc = Path(f"/proc/{self.pid(name)}")
        command, environment = (
            [part.decode() for part in (proc / part).read_bytes().rstrip(b"\0").split(b"\0")]
            for part in ("cmdline", "environ"))
        return command, dict(part.split("=", 1) for part in environment if "=" in part)

    def kill(self, name, number=signal.SIGKILL):
        """Send a signal and, for SIGKILL, see the process gone."""
        pid = self.pid(name)
        assert pid is not None and pid_alive(pid), f"{name} does not run"
        os.kill(pid, number)
        if number == signal.SIGKILL:
            wait_until(lambda: not pid_alive(pid), what=f"the end of {name}")

    def control(self, *arguments, timeout=170):
        """Run ./receipts for this instance; its output is part of a failure."""
        done = subprocess.run(
            [str(REPOSITORY / "receipts"), *arguments], cwd=REPOSITORY,
            env={**os.environ, **self._control_environment()}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
            text=True, errors="replace")
        assert done.returncode == 0, (
            f"./receipts {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def _control_environment(self):
        """Run directory and ports, so that ./receipts finds this very instance."""
        def port(url):
            return str(urlsplit(url).port)

        return {
            "RECEIPTS_RUN_DIR": str(self.run_dir),
            "RECEIPTS_PRODUCER_PORT": port(self["PRODUCER_URL"]),
            "RECEIPTS_CONSUMER_PORT": port(self["CONSUMER_URL"]),
            "RECEIPTS_POSTGRES_PORT": port(self["PRODUCER_DSN"]),
            "RECEIPTS_KAFKA_PORT": self["BROKERS"].split(",")[0].rpartition(":")[2],
        }

    def stop(self, name):
        self.control("stop", name)
        wait_until(lambda: not self.alive(name), what=f"the end of {name}")

    def start(self, name):
        self.control("start", name)
        assert self.alive(name), f"{name} does not run after ./receipts start {name}"

    def restart(self, name):
        before = self.pid(name)
        self.control("restart", name)
        assert self.alive(name) and self.pid(name) != before

    def up(self):
        """Start whatever does not run."""
        self.control("up", "--detach")
        stopped = [name for name in PROCESSES if not self.alive(name)]
        assert not stopped, f"./receipts up --detach left {stopped} stopped"

    def logs(self):
        """Every log file of the instance."""
        return sorted(path for path in self.run_dir.rglob("*.log*") if path.is_file())


def pid_alive(pid):
    """Whether pid is a process that is not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


class Adopted:
    """A process of the instance, run by the test itself instead.

    Only a parent learns an exit status, so the process is stopped and started
    again as our child, with the command line, environment, directory and user
    that ./receipts had given it, and with further settings of the test.
    """

    def __init__(self, instance, name, log_path, **settings):
        self.instance, self.name = instance, name
        proc = Path(f"/proc/{instance.pid(name)}")
        self.command, self.environment = instance.command(name)
        self.environment.update(settings)
        self.directory = os.readlink(proc / "cwd")
        self.uid = proc.stat().st_uid
        self.log_path = log_path
        self.process = None

    def __enter__(self):
        self.instance.stop(self.name)
        identity = {}
        if self.uid != os.getuid():
            account = pwd.getpwuid(self.uid)
            identity = {"user": self.uid, "group": account.pw_gid, "extra_groups": []}
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=self.directory,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **identity)
        return self

    def log(self):
        return Path(self.log_path).read_text("utf-8", "replace")

    def terminate(self, timeout=40):
        """Send SIGTERM and return the exit status."""
        assert self.process.poll() is None, f"{self.name} ended by itself:\n{self.log()}"
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self.instance.start(self.name)
