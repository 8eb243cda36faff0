"""PostgreSQL's disk is full: work waits, and goes on when there is room again."""

import os
import pwd
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from load import Load
from waiting import wait_until


@contextmanager
def small_disk(instance, name, mib):
    """A tmpfs that belongs to PostgreSQL's user."""
    path = instance.run_dir / "postgres" / name
    if os.geteuid() != 0:
        pytest.skip("a small disk cannot be mounted: that takes root")
    owner = pwd.getpwuid(os.stat(instance.run_dir / "postgres" / "data").st_uid)
    path.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700,uid={owner.pw_uid},gid={owner.pw_gid}",
         "tmpfs", str(path)], stderr=subprocess.PIPE, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted: {mounted.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
        path.rmdir()


def fill(path):
    """Leave no room; returns the file that takes it."""
    filler = Path(path, "filler")
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(65536))
        except OSError:
            pass
    return filler


def log_since(instance, mark):
    with open(instance.run_dir / "log" / "postgres.log", "rb") as log:
        log.seek(mark)
        return log.read().decode("utf-8", "replace")


@contextmanager
def table_on(stage, side, table, path):
    """Move a table to the small disk, and back."""
    with stage.instance.connect(side) as database:
        database.execute(f"CREATE TABLESPACE small LOCATION '{path}'")
        database.execute(f"ALTER TABLE {table} SET TABLESPACE small")
        try:
            yield
        finally:
            database.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            database.execute("DROP TABLESPACE small")


@pytest.mark.parametrize("side, table", [
    ("producer", "journal.outbox"), ("consumer", "analytics.pending")])
def test_table_cannot_grow(stage, side, table):
    """53100: refused with 503, or tried again by the sink, until there is room."""
    log = stage.instance.run_dir / "log" / "postgres.log"
    with small_disk(stage.instance, "small", 16) as path, table_on(stage, side, table, path):
        mark = log.stat().st_size
        if side == "producer":
            stage.programs["relay"].stop()
        with Load(stage.api) as load:
            load.more(50)
            filler = fill(path)
            wait_until(lambda: "No space left on device" in log_since(stage.instance, mark), 60,
                       what="a full disk")
            if side == "producer":
                refused = load.refused
                wait_until(lambda: load.refused > refused, what="receipts that are refused")
            filler.unlink()
            load.more(50)
        if side == "producer":
            stage.start("relay")
        stage.prove(load)


def test_wal_cannot_grow(stage):
    """PostgreSQL panics, and will not start before there is room again."""
    instance = stage.instance
    wal = instance.run_dir / "postgres" / "data" / "pg_wal"
    aside = wal.with_name("pg_wal.aside")
    with instance.connect("consumer") as database:
        database.execute("CHECKPOINT")
        size = sum(file.stat().st_size for file in wal.rglob("*") if file.is_file())
    with small_disk(instance, "wal", size // (1 << 20) + 64) as disk:
        instance.stop("postgres")
        place(wal, disk / "pg_wal", aside)
        instance.start("postgres")
        try:
            mark = (instance.run_dir / "log" / "postgres.log").stat().st_size
            with Load(stage.api, patience=120) as load:
                load.more(50)
                filler = fill(disk)
                use_up(instance, mark)
                filler.unlink()
                instance.start("postgres")
                load.more(50, timeout=90)
            stage.prove(load)
        finally:
            if instance.alive("postgres"):
                instance.stop("postgres")
            wal.unlink()
            place(disk / "pg_wal", wal, None)
            shutil.rmtree(aside, ignore_errors=True)
            instance.start("postgres")


def place(source, target, aside):
    """Copy pg_wal with its owners; a link stands in for what was moved aside."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    if aside is not None:
        source.rename(aside)
        source.symlink_to(target)


def use_up(instance, mark):
    """Begin new segments until PostgreSQL has panicked."""
    def panicked():
        try:
            with instance.connect("consumer") as database:
                for _ in range(20):
                    database.execute("SELECT pg_switch_wal(), txid_current()")
        except psycopg.Error:
            pass
        return "PANIC:" in log_since(instance, mark)
    wait_until(panicked, 60, what="a PANIC")
