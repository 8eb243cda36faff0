"""Fixtures of the API tests: a running instance, and what its services say of themselves."""

import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "system"))

from api import Api  # noqa: E402
from instance import Instance  # noqa: E402

SERVICES = ("producer", "consumer")
# The same seed has Schemathesis send the same requests.
SEED = os.environ.get("RECEIPTS_SEED", "20240207")


def pytest_addoption(parser):
    parser.addoption("--rewrite", action="store_true", help="write the table of docs/api.md anew")


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"RECEIPTS_SEED={SEED}")


@pytest.fixture(scope="session")
def instance():
    """The running instance."""
    return Instance.find()


@pytest.fixture(scope="session")
def api(instance):
    return Api(instance)


@pytest.fixture(params=SERVICES)
def name(request):
    """The name of a service."""
    return request.param


@pytest.fixture
def admin(api, name):
    return getattr(api, f"{name}_admin")


@pytest.fixture
def document(admin):
    """The OpenAPI document, as it is served."""
    return json.loads(admin.get("/api/openapi.json").body)
