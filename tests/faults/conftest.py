"""Options, the seed, and the stage of the fault tests."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "system"))

from api import Api  # noqa: E402
from instance import Instance  # noqa: E402
from faults import FAULTS  # noqa: E402
from stage import Stage  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=None,
                     help="order and details of the faults (default: chosen at random)")
    parser.addoption("--minutes", type=float, default=0,
                     help="length of the soak (default: none, one round of all faults)")


def pytest_configure(config):
    if config.option.seed is None:
        config.option.seed = random.SystemRandom().randrange(1_000_000)
    config.totals = []


def pytest_report_header(config):
    return f"seed {config.option.seed}"


def pytest_collection_modifyitems(config, items):
    """A soak is the soak alone; without --minutes there is none."""
    soak = config.option.minutes > 0
    keep = [item for item in items if ("soak" in item.keywords) == soak]
    config.hook.pytest_deselected(items=[item for item in items if item not in keep])
    items[:] = keep


def pytest_generate_tests(metafunc):
    """One round of all faults, in the order of the seed."""
    if "fault" in metafunc.fixturenames:
        names = list(FAULTS)
        random.Random(metafunc.config.option.seed).shuffle(names)
        metafunc.parametrize("fault", names)


def pytest_terminal_summary(terminalreporter, config):
    for line in config.totals:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def seed(request):
    return request.config.option.seed


@pytest.fixture(scope="session")
def minutes(request):
    return request.config.option.minutes


@pytest.fixture(scope="session")
def instance():
    """The running instance."""
    return Instance.find()


@pytest.fixture(scope="session")
def api(instance):
    return Api(instance)


@pytest.fixture(scope="module")
def stage(request, instance, api, tmp_path_factory):
    """Our programs in place of the instance's, for one file of tests."""
    stage = Stage(instance, api, tmp_path_factory.mktemp("logs"))
    try:
        stage.take_over()
        yield stage
    finally:
        stage.hand_back()
        request.config.totals.append(
            f"{request.module.__name__}: seed {request.config.option.seed}, {stage.faults} faults,"
            f" {stage.kills} kills, {stage.acknowledged} receipts counted once, {stage.cut} cut off"
            f" ({stage.cut_stored} of them stored); logs in {stage.directory}")
