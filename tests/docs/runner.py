"""Runs the blocks of one page, in their order, as its reader would.

Shell blocks share their variables and their directory: a directory that looks
like the clone, whose .run is that of the instance under test.
"""

import os
import subprocess
import sys
from pathlib import Path

from instance import REPOSITORY

BLOCK_TIMEOUT = 240
# Runs the block $2 with the variables kept in $1, and keeps them again.
SHELL = """
[ ! -e "$1" ] || . "$1"
set -aeo pipefail
trap 'export -p >"$1"; pwd >"$1.cwd"' EXIT
. "$2"
"""


class Failed(Exception):
    """A block that did not do what the page says; the text is for people."""


def lay_out(directory, run_dir):
    """Fill a directory with links, so that a page's paths hold in it."""
    directory.mkdir()
    for entry in REPOSITORY.iterdir():
        if entry.name not in (".run", ".git"):
            (directory / entry.name).symlink_to(entry)
    (directory / ".run").symlink_to(run_dir)
    return directory


class Runner:
    """The state of one page: variables, directory, scratch database."""

    def __init__(self, instance, clone, state):
        self.instance, self.clone, self.state = instance, clone, Path(state)
        self.state.mkdir()
        self.scratch = "docs_" + self.state.name.replace("-", "_").replace(".", "_").lower()
        self.has_scratch = False

    def run(self, block):
        """What the block prints; Failed when it fails."""
        run = {"sh": self._shell, "sql": self._sql, "python": self._python,
               "js": self._javascript}[block.language]
        done = run(block)
        if done.returncode != 0:
            raise Failed(f"ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _shell(self, block):
        script = self.state / "block"
        script.write_text(block.text)
        place = self.state / "variables.cwd"
        directory = place.read_text().strip() if place.exists() else self.clone
        return self._start(["bash", "-c", SHELL, "bash", str(self.state / "variables"), str(script)],
                           cwd=directory)

    def _python(self, block):
        return self._start([sys.executable, "-c", block.text], cwd=self.clone,
                           env={**os.environ, **self.instance.env})

    def _javascript(self, block):
        return self._start(["node", "--input-type=module", "-e", block.text], cwd=self.clone,
                           env={**os.environ, **self.instance.env})

    def _sql(self, block):
        """psql as the page says; for JSON without frame."""
        if block.psql is None:
            raise Failed("no <!-- psql: DATABASE --> stands above")
        database, *role = block.psql
        dsn = self.instance[f"{'CONSUMER' if database == 'scratch' else database.upper()}_DSN"]
        if database == "scratch":
            dsn = dsn.rpartition("/")[0] + "/" + self._scratch_database(dsn)
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-P", "footer=off", "-d", dsn]
        if block.output is not None and block.output.language == "json":
            command.append("-At")
        prepare = f"SET ROLE {role[0]};\n" if role else ""
        return self._start(command, cwd=self.clone, input=prepare + block.text,
                           env={**os.environ, "PGTZ": "UTC"})

    def _scratch_database(self, dsn):
        if not self.has_scratch:
            for statement in (f"DROP DATABASE IF EXISTS {self.scratch}",
                              f"CREATE DATABASE {self.scratch}"):
                subprocess.run(["psql", "-X", "-q", "-d", dsn, "-c", statement], check=True,
                               env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"})
            self.has_scratch = True
        return self.scratch

    @staticmethod
    def _start(command, **how):
        if "input" not in how:
            how["stdin"] = subprocess.DEVNULL
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              errors="replace", timeout=BLOCK_TIMEOUT, **how)
