"""Faults in random order under steady load: nothing is lost, nothing is doubled."""

import random
import time

import pytest

from faults import FAULTS
from rough import RoughLoad

# How long servers stay away: in the round of CI, and in a soak.
AWAY, AWAY_SOAK = 6, 60


def strike(stage, name, seed, seconds):
    """One fault under load, and the proof after it."""
    with RoughLoad(stage.api, seed, patience=90 + seconds) as load:
        load.more(50)
        FAULTS[name](stage, load, random.Random(f"{seed} {name}"), seconds)
        load.more(50, timeout=90)
    stage.faults += 1
    stage.prove(load)


def test_fault(stage, fault, seed):
    strike(stage, fault, seed, AWAY)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_soak(stage, seed, minutes):
    """The same for as long as wanted, each fault as often as it comes."""
    source = random.Random(seed)
    until = time.monotonic() + minutes * 60
    while time.monotonic() < until:
        name = source.choice(list(FAULTS))
        print(f"{time.strftime('%T')} {name}", flush=True)
        strike(stage, name, source.random(), AWAY_SOAK)
        print(f"  {stage.acknowledged} receipts, {stage.kills} kills", flush=True)
