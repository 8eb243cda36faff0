"""Instances that the tests of ./receipts start and stop."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from entry import Entry, copy_tree, free_ports
from instance import REPOSITORY


@pytest.fixture(scope="session")
def scratch():
    """A directory that every user may enter, with a space in its name."""
    path = Path(tempfile.mkdtemp(prefix="pg receipts ", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def unprivileged(scratch):
    """A copy of the tree, used by somebody who is not root and cannot install."""
    user = "nobody" if os.getuid() == 0 else None
    tree = copy_tree(scratch / "tree", user)
    return Entry(tree, tree / ".run", user, BROKER="embedded", **free_ports())


@pytest.fixture(scope="session")
def embedded(unprivileged):
    """That copy, up with the embedded broker."""
    unprivileged.ok("up", "--detach")
    yield unprivileged
    unprivileged.ok("down", "--purge")
    assert not unprivileged.run_dir.exists()


@pytest.fixture(scope="session")
def with_kafka():
    """This tree with the real Kafka."""
    entry = Entry(REPOSITORY, os.environ["RECEIPTS_RUN_DIR"], BROKER="kafka", **free_ports())
    entry.ok("up", "--detach")
    yield entry
    entry.ok("down", "--purge")
