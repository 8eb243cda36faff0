"""Languages, widths, themes, keys and what screen readers are told."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def check_accessible(page):
    """No violation of the rules of WCAG 2.2 AA that a program can see."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, json.dumps([[one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]]
                                  for one in found], indent=1)


def messages(page, language):
    return page.evaluate("language => import('/dashboard/messages.js').then((m) => m.messages[language])", language)


def test_languages_have_the_same_texts(dashboard):
    page = dashboard(token=None).page
    english, russian = messages(page, "en"), messages(page, "ru")
    forms = ("_one", "_few", "_many", "_other")

    def plain(texts):
        return {key.removesuffix(next((form for form in forms if key.endswith(form)), "")) for key in texts}

    assert plain(english) == plain(russian)
    assert all(english.values()) and all(russian.values())


def test_every_text_is_used_and_none_is_missing(dashboard, api):
    """The keys in the page and the scripts are those of the messages."""
    page = dashboard(token=None).page
    source = "".join(api.consumer.get(f"/dashboard/{name}.js").text for name in (
        "main", "gate", "cards", "chart", "places", "picker", "shares")) + api.consumer.get("/").text
    keys = messages(page, "en").keys()
    used = [key for key in keys if any(f'"{name}"' in source for name in (key, key.rpartition("_")[0]))
            or key.startswith(("bucket_", "period_"))]
    assert sorted(used) == sorted(keys)


@pytest.mark.parametrize("locale, title", [("ru-RU", "Чеки"), ("en-GB", "Receipts"), ("fi-FI", "Receipts")])
def test_the_language_of_the_browser(dashboard, locale, title):
    page = dashboard(token=None, locale=locale).page
    expect(page.locator(".brand")).to_have_text(title)
    assert page.evaluate("document.documentElement.lang") == ("ru" if title == "Чеки" else "en")


def test_another_language_by_choice(dashboard, shops):
    board = dashboard("period=30d")
    figures = board.cards()
    board.page.get_by_label("Language").select_option("ru")
    expect(board.heading).to_have_text("Все места")
    assert {name: value for name, (value, _) in board.cards().items()} == {
        name: value for name, (value, _) in figures.items()}
    assert board.cards()["total_amount"][1] == figures["total_amount"][1].translate({44: "\u00a0", 46: ","})
    board.page.reload()
    expect(board.heading).to_have_text("Все места")


@pytest.mark.parametrize("fragment", ["period=30d", "period=custom&from=2002-05-05&to=2002-05-05&place=large"])
def test_nothing_sticks_out(dashboard, shops, fragment):
    page = dashboard(fragment).page
    for width in (2560, 1440, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function("width => document.querySelector('#chart canvas').offsetWidth < width", arg=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not page.evaluate("""() => [...document.querySelectorAll(".cards *, .segments, .settings > *, h1")]
            .filter((one) => one.offsetWidth && one.getBoundingClientRect().right > innerWidth + 1)
            .map((one) => one.outerHTML)""")


def test_the_chart_follows_the_width(dashboard, shops):
    page = dashboard("period=30d").page
    page.set_viewport_size({"width": 400, "height": 800})
    page.wait_for_function("document.querySelector('#chart canvas').offsetWidth < 400")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(dashboard, shops, scheme):
    gate = dashboard(token=None, color_scheme=scheme)
    check_accessible(gate.page)
    board = dashboard("period=30d", color_scheme=scheme)
    board.series()
    check_accessible(board.page)
    board.find("market").first.hover()
    check_accessible(board.page)
    board.page.goto(f"{board.url}#period=custom&from=1999-01-01&to=1999-01-01&place=large")
    expect(board.page.locator("#empty")).to_be_visible()
    check_accessible(board.page)


def test_the_theme_follows_the_system(dashboard, shops):
    page = dashboard("period=30d", color_scheme="light").page
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) != light


def test_by_keys_alone(dashboard, api, shops):
    board = dashboard("period=30d", token=None)
    page = board.page
    page.keyboard.type(api.analyst)
    page.keyboard.press("Enter")
    board.settled()
    page.get_by_role("radio", name="30 days").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="7 days")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Find a place")).to_be_focused()
    page.keyboard.type("green basket 1")
    board.offered()
    expect(page.locator("#place-count")).to_contain_text("places found")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.get_by_role("combobox", name="Find a place").get_attribute("aria-activedescendant") == "place-option-0"
    page.keyboard.press("Enter")
    expect(board.heading).to_contain_text("Green Basket 1")
    page.keyboard.type("corner market 36")
    page.keyboard.press("Enter")
    expect(board.heading).to_have_text("2 places")
    page.keyboard.type("zzz")
    expect(board.offers).to_have_text("No place matches")
    page.keyboard.press("Escape")
    expect(page.locator("#place-options")).to_be_hidden()
