"""Fixtures of the browser tests.

A person's view of a running instance: Debian's Chromium opens the pages and
presses what a person would press.  Every page is watched: nothing may come from
another host, and the console must stay empty, of violated policies too.
"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from api import Api
from dashboard import Dashboard
from instance import Instance
from shops import NOW, ZONE, Shops

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update")

# Milliseconds that a page may take to show what is looked for, on a busy machine.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


def pytest_addoption(parser):
    parser.addoption("--pictures", action="store_true", help="write the pictures of docs/ anew")


@pytest.fixture(scope="session")
def instance():
    """The running instance."""
    return Instance.find()


@pytest.fixture(scope="session")
def api(instance):
    return Api(instance)


@pytest.fixture(scope="session")
def shops(api):
    """Receipts of five weeks, in the analytics and in a model."""
    shops = Shops()
    shops.submit(api)
    return shops


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Watch:
    """What a page does that it should not do."""

    def __init__(self, context, *own_urls):
        self.hosts = {urlsplit(url).netloc for url in own_urls}
        self.requests, self.complaints = [], []
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("console", lambda message: self._say(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: self._say(f"error: {error.error}"))

    def _say(self, text):
        self.complaints.append(text)

    def check(self, allowed):
        foreign = [url for url in self.requests if urlsplit(url).scheme not in ("data", "blob")
                   and urlsplit(url).netloc not in self.hosts]
        assert not foreign, f"asked other hosts: {foreign}"
        unexpected = [text for text in self.complaints
                      if not any(re.search(pattern, text) for pattern in allowed)]
        assert not unexpected, f"the browser complains: {unexpected}"


@pytest.fixture
def new_page(chromium, api, request):
    """Opens pages of contexts of their own, watched until the test ends."""
    opened = []

    def open_one(now=NOW, **options):
        options = {"locale": "en-US", "timezone_id": ZONE.key, **options}
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE)
        if now:
            context.clock.set_fixed_time(now)
        opened.append((context, Watch(context, api.producer.base_url, api.consumer.base_url)))
        return context.new_page()

    yield open_one
    allowed = [mark.args[0] for mark in request.node.iter_markers("complaints")]
    for context, watch in opened:
        context.close()
        watch.check(allowed)


@pytest.fixture
def dashboard(new_page, api):
    """Opens the dashboard, signed in unless told otherwise."""

    def open_one(fragment="", token=api.analyst, **options):
        board = Dashboard(new_page(**options), api.consumer.base_url)
        board.open(fragment)
        if token:
            board.sign_in(token)
            board.settled()
        return board

    return open_one
