"""The clients of docs/clients.md get through where services refuse and answers are lost."""

import os
import re
import subprocess
import sys

import pytest

from client import Service
from conftest import PAGES
from flaky import RETRY_AFTER, Flaky

COMMANDS = {"sh": ["bash", "-eo", "pipefail", "-c"], "python": [sys.executable, "-c"],
            "js": ["node", "--input-type=module", "-e"]}


@pytest.fixture
def ways(instance):
    """A bad way to the producer and one to the consumer."""
    with Flaky(instance["PRODUCER_URL"]) as producer, Flaky(instance["CONSUMER_URL"]) as consumer:
        yield producer, consumer


def one_by_one(attempts):
    """Each attempt carried the same body, and none came before it was asked for."""
    assert len(attempts) >= 4 and len({body for body, _ in attempts[:4]}) == 1
    for (_, refused), (_, again) in zip(attempts[:2], attempts[1:3]):
        assert again - refused >= RETRY_AFTER


@pytest.mark.parametrize("language", COMMANDS)
def test_client_gets_through(instance, ways, language):
    producer, consumer = ways
    program = next(block.text for block in PAGES["docs/clients.md"].blocks
                   if block.language == language and "/api/checks/batch/" in block.text)
    done = subprocess.run([*COMMANDS[language], program], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**os.environ, **instance.env, "RECEIPTS_PRODUCER_URL": producer.url,
                               "RECEIPTS_CONSUMER_URL": consumer.url}, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    # The first answer was lost, though the receipts were taken.
    assert "duplicate" in done.stdout and not re.search("accepted|rejected|conflict", done.stdout)
    for path in ("/api/checks/", "/api/checks/batch/"):
        one_by_one(producer.of("POST", path))
    service = Service(instance["PRODUCER_URL"], instance["SUBMITTER_TOKEN"])
    ids = set(re.findall(r'"transaction_id": ?"([^"]+)"', b"".join(body for _, _, body, _ in producer.requests).decode()))
    assert len(ids) == 4
    for transaction_id in ids:
        assert service.get(f"/api/checks/{transaction_id}/").expect(200).json["status"] in ("accepted", "published")
