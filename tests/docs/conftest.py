"""The pages, the instance on which they are tried, and the account of what was not run."""

from pathlib import Path

import pytest

from instance import Instance, REPOSITORY
from markdown import Page
from runner import Runner, lay_out

RUNNABLE = ("sh", "sql", "python", "js")
# Pages in Russian, and those of which they show the same, which is checked and run there.
TRANSLATED = {"README.ru.md": "README.md", "docs/ru/deployment.md": "docs/deployment.md"}


def _paths():
    """Every Markdown file of ours; README first, for it starts things."""
    found = [path for path in REPOSITORY.rglob("*.md")
             if not {".git", ".run", "build", "node_modules"} & set(path.relative_to(REPOSITORY).parts)]
    return sorted(found, key=lambda path: (path.name != "README.md", path.parts))


PAGES = {str(path.relative_to(REPOSITORY)): Page(path) for path in _paths()}


@pytest.fixture(scope="session")
def pages():
    return PAGES


@pytest.fixture(scope="session")
def instance():
    """The running instance."""
    return Instance.find()


@pytest.fixture(scope="session")
def runner_of(instance, tmp_path_factory):
    """A page's runner, made when its first block runs."""
    directory = tmp_path_factory.mktemp("docs")
    runners = {}

    def get(name):
        if name not in runners:
            clone = lay_out(directory / f"clone-{len(runners)}", instance.run_dir)
            runners[name] = Runner(instance, clone, directory / Path(name).name)
        return runners[name]

    return get


def pytest_generate_tests(metafunc):
    if "block" in metafunc.fixturenames:
        found = [(name, block) for name, page in PAGES.items() for block in page.blocks
                 if name not in TRANSLATED]
        metafunc.parametrize("name, block", found,
                             ids=[f"{name}:{block.line}" for name, block in found])


def pytest_terminal_summary(terminalreporter):
    """Say what was only shown, so that nothing hides there."""
    shown = [(name, block) for name, page in PAGES.items() for block in page.blocks
             if name not in TRANSLATED and block.language in RUNNABLE and block.reason]
    terminalreporter.write_line(f"blocks not run: {len(shown)}")
    for name, block in shown:
        terminalreporter.write_line(f"  {name}:{block.line}: {block.reason}")
