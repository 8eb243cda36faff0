"""Markup in data stays text; policies, hosts and the console are watched in every test."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from shops import MARKUP, MARKUP_CATEGORY, MARKUP_DAY, MARKUP_METHOD


@pytest.mark.complaints("status of 404")
def test_markup_in_the_address(dashboard, shops):
    fragment = urlencode({"place": f"<b>bold</b>{MARKUP}", "period": "all"})
    board = dashboard(fragment)
    expect(board.heading).to_have_text(f"<b>bold</b>{MARKUP}")
    assert board.page.evaluate("window.hacked ?? null") is None


def test_markup_in_every_text_of_a_receipt(dashboard, shops):
    board = dashboard(f"period=custom&from={MARKUP_DAY}&to={MARKUP_DAY}")
    assert [row[0] for row in board.places()] == [MARKUP]
    assert MARKUP_CATEGORY in board.shares("categories")
    assert list(board.shares("payments")) == [MARKUP_METHOD]
    assert board.find("onerror").first.locator("span").first.inner_text() == MARKUP
    board.page.keyboard.press("Enter")
    expect(board.heading).to_have_text(MARKUP)
    expect(board.page.locator("#chosen li span")).to_have_text(MARKUP)
    assert board.page.title() == f"{MARKUP} · Receipts"
    board.settled()
    found = board.page.evaluate("""() => ({
        hacked: window.hacked ?? null,
        markup: document.querySelectorAll("#board img, #board script, #board svg, [onerror], [onload]").length})""")
    assert found == {"hacked": None, "markup": 0}


@pytest.mark.complaints("Content Security Policy|status of 404")
def test_the_policy_stops_what_would_get_in_all_the_same(dashboard):
    """The second line: were markup ever inserted, the browser would not run it."""
    board = dashboard(token=None)
    violated = board.page.evaluate("""async () => {
        const seen = [];
        document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
        document.body.insertAdjacentHTML("beforeend", '<img src="nothing" onerror="window.hacked = 1">');
        document.body.append(Object.assign(document.createElement("script"), { textContent: "window.hacked = 2" }));
        try { await fetch("https://example.com/"); } catch { }
        await new Promise((resume) => setTimeout(resume, 300));
        return [window.hacked ?? null, [...new Set(seen)].sort()];
    }""")
    assert violated == [None, ["connect-src", "script-src-attr", "script-src-elem"]]
