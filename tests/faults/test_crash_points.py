"""The bridge dies between any two steps that matter: nothing is lost or doubled."""

import subprocess

import pytest

from points import POINTS
from walk import Walk


@pytest.fixture(scope="module", autouse=True)
def only_front_ends(stage):
    """Each walk has a relay and a sink of its own."""
    for name in ("relay", "sink"):
        stage.programs.pop(name).stop()


def test_every_point_is_walked(stage):
    """The program says itself which points it has."""
    program = stage.commands["relay"][0][0]
    listed = subprocess.run([program, "--crash-points"], stdout=subprocess.PIPE, text=True,
                            check=True, timeout=10).stdout.split()
    assert sorted(listed) == sorted(POINTS)


@pytest.mark.parametrize("name", POINTS)
def test_crash_point(stage, name):
    point = POINTS[name]
    with Walk(stage, name, point.topic) as walk:
        walk.process.start(name)
        point.provoke(walk)
        walk.wait_abort()
        if point.before_restart is not None:
            point.before_restart(walk)
        walk.restart()
        if point.after_restart is not None:
            point.after_restart(walk)
        walk.prove()
