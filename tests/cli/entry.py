"""Running ./receipts from outside, as a user does."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from instance import REPOSITORY, read_env

PORTS = ("PRODUCER", "CONSUMER", "RELAY", "SINK", "POSTGRES", "KAFKA", "KAFKA_CONTROLLER")
NOT_COPIED = shutil.ignore_patterns(".git", ".run", "build", "node_modules", "__pycache__")


class Entry:
    """A tree, a run directory, a user and variables; and ./receipts with them."""

    def __init__(self, tree, run_dir, user=None, **variables):
        self.tree, self.run_dir, self.user = Path(tree), Path(run_dir), user
        self.variables = {"RECEIPTS_" + name: str(value) for name, value in variables.items()}

    def other(self, run_dir, **variables):
        """The same tree and user with another run directory."""
        return Entry(self.tree, run_dir, self.user, **variables)

    def environment(self, **variables):
        """Ours alone: what the machine has set for another instance is left out."""
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("RECEIPTS_")}
        return {**kept, **self.variables, **variables, "RECEIPTS_RUN_DIR": str(self.run_dir)}

    def start(self, *arguments, **variables):
        """./receipts in the background, in a process group of its own."""
        return subprocess.Popen(
            [str(self.tree / "receipts"), *arguments], cwd="/", user=self.user,
            env=self.environment(**variables), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)

    def run(self, *arguments, timeout=280, **variables):
        """(exit status, output) of ./receipts."""
        process = self.start(*arguments, **variables)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"./receipts {arguments} hangs: {process.communicate()[0]}")
        return process.returncode, output

    def ok(self, *arguments, **variables):
        """The output of a command that must succeed."""
        status, output = self.run(*arguments, **variables)
        assert status == 0, f"./receipts {' '.join(arguments)} ended with {status}:\n{output}"
        return output

    def refused(self, *arguments, **variables):
        """The message of a command that must fail, and say so in one line."""
        status, output = self.run(*arguments, **variables)
        assert status != 0, f"./receipts {' '.join(arguments)} succeeded:\n{output}"
        assert "receipts: error: " in output, output
        return output.rpartition("receipts: error: ")[2].strip()

    @property
    def env(self):
        return read_env(self.run_dir / "env")

    def pids(self):
        """Name: pid of what was started."""
        return {path.name: int(path.read_text()) for path in (self.run_dir / "pids").iterdir()}

    def states(self):
        """Name: state, as "status" shows them."""
        _, output = self.run("status")
        return {line.split()[0]: line[10:20].strip() for line in output.splitlines()[1:]}


def free_ports():
    """Seven ports that nothing listens on, by the names of their settings."""
    sockets = [socket.socket() for _ in PORTS]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return {name + "_PORT": each.getsockname()[1] for name, each in zip(PORTS, sockets)}
    finally:
        for each in sockets:
            each.close()


def copy_tree(to, user=None):
    """A copy of the sources, owned by the user."""
    shutil.copytree(REPOSITORY, to, ignore=NOT_COPIED, symlinks=True)
    if user is not None:
        for path in (to, *to.rglob("*")):
            shutil.chown(path, user)
    return to
