"""Schemathesis: whatever is sent, each service answers as its document says.

Boundary values, random and broken requests, chains of calls; with a token of each
role.  RECEIPTS_SEED sets another seed.
"""

import os
import subprocess
from pathlib import Path

import pytest

from conftest import SEED
from receipts import example, unique
from topic import TopicWriter
from waiting import wait_until

HERE = Path(__file__).resolve().parent
# Most requests of the other roles are refused before anything else is looked at.
EXAMPLES = {"admin": "40", "analyst": "10", "submitter": "10"}


@pytest.fixture(scope="session")
def program():
    """Where ./receipts test has put Schemathesis."""
    found = os.environ.get("RECEIPTS_SCHEMATHESIS")
    assert found, "run me by: ./receipts test api"
    return found


@pytest.fixture(scope="session")
def kept(api):
    """The ids of the tokens that the runs must not revoke."""
    answers = [service.get("/api/tokens/").expect(200) for service in (api.producer_admin, api.consumer_admin)]
    return ",".join({str(token["id"]) for answer in answers for token in answer.json["results"]
                     if token["name"].startswith("receipts-up")})


@pytest.fixture(scope="session")
def something(instance, api):
    """What operations need that act on something: a place with a purchase, a dead letter."""
    place_id = unique("place")
    api.accept(example(place_id=place_id))
    TopicWriter(instance["BROKERS"], instance["TOPIC"]).send(b"no receipt")
    wait_until(lambda: api.consumer_admin.get("/api/dead-letters/").json["results"]
               and api.consumer_admin.get(f"/api/places/{place_id}/").status == 200,
               what="a place and a dead letter")


@pytest.mark.usefixtures("something")
@pytest.mark.parametrize("role", EXAMPLES)
def test_schemathesis(instance, api, program, kept, name, role, tmp_path):
    url = instance[f"{name.upper()}_URL"]
    done = subprocess.run(
        [program, "--config-file", HERE / "schemathesis.toml", "run", f"{url}/api/openapi.json",
         "--header", f"Authorization: Bearer {getattr(api, role)}", "--seed", SEED,
         "--max-examples", EXAMPLES[role], "--checks", "all", "--no-color"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(HERE), "RECEIPTS_ROLE": role, "RECEIPTS_KEPT_TOKENS": kept},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout)
    assert done.returncode == 0, f"seed {SEED}; what it found is printed below"
    assert f"Seed: {SEED}" in done.stdout
