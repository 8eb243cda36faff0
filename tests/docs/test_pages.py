"""What the pages show works, and their links lead somewhere."""

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from compare import same_json, same_text
from conftest import PAGES, RUNNABLE, TRANSLATED
from instance import REPOSITORY
from markdown import Page
from runner import Failed


def test_block(runner_of, name, block):
    """Run a block, and compare what it prints with the block behind it."""
    if block.language == "json" and not block.reason:
        json.loads(block.text)
    if block.language not in RUNNABLE or block.reason:
        pytest.skip(block.reason or f"{block.language or 'plain text'} is not run")
    where = f"{name}:{block.line}\n{block.text}"
    try:
        printed = runner_of(name).run(block)
    except Failed as failed:
        raise AssertionError(f"{where}{failed}") from None
    if block.output is not None:
        same = same_json if block.output.language == "json" else same_text
        assert same(block.output.text, printed), f"{where}printed:\n{printed}\nthe page shows:\n{block.output.text}"


def _target(page, link):
    """The file and the anchor that a link of a page means."""
    path, _, anchor = link.partition("#")
    target = page.path.parent / unquote(path) if path else page.path
    return target.resolve(), unquote(anchor)


@pytest.mark.parametrize("name", PAGES)
def test_links_resolve(name):
    page = PAGES[name]
    broken = []
    for line, link in page.links:
        if "://" in link or link.startswith("mailto:"):
            continue
        target, anchor = _target(page, link)
        if not target.exists() or not target.is_relative_to(REPOSITORY):
            broken.append(f"{name}:{line}: {link}: no such file")
        elif anchor and anchor not in Page(target).anchors():
            broken.append(f"{name}:{line}: {link}: no such heading")
    assert not broken, "\n".join(broken)


def test_every_page_of_docs_is_in_an_index():
    """Whoever starts at README.md finds them all."""
    def reached(name):
        return {str(_target(PAGES[name], link)[0].relative_to(REPOSITORY))
                for _, link in PAGES[name].links
                if "://" not in link and _target(PAGES[name], link)[0].is_relative_to(REPOSITORY)}

    found = reached("README.md") | reached("README.ru.md")
    assert {name for name in PAGES if Path(name).parts[0] == "docs"} - found == set()


@pytest.mark.parametrize("name", TRANSLATED)
def test_translations_show_the_same(name):
    """The same blocks, and tables of the same length."""
    english, russian = PAGES[TRANSLATED[name]], PAGES[name]
    assert ([(block.language, block.text) for block in english.blocks]
            == [(block.language, block.text) for block in russian.blocks])
    assert len(list(english.tables())) == len(list(russian.tables()))
    assert len(english.headings) == len(russian.headings)
