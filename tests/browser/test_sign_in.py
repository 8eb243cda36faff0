"""The way in: tokens that are good, bad, weak, revoked; where a token is kept."""

import pytest
from playwright.sync_api import expect

from receipts import unique


def stored(page):
    """All that the browser keeps for the page."""
    return page.evaluate("""() => ({
        session: {...sessionStorage}, local: {...localStorage}, cookies: document.cookie})""")


def test_without_a_token_there_is_only_the_form(dashboard):
    board = dashboard(token=None)
    expect(board.heading).to_have_text("Sign in")
    expect(board.page.get_by_label("Access token")).to_be_focused()
    expect(board.page.locator("#board")).to_be_hidden()


def test_the_token_stays_in_this_tab(dashboard, api, shops):
    board = dashboard("period=30d")
    page = board.page
    kept = stored(page)
    assert kept == {"session": {"receipts.token": api.analyst}, "local": {}, "cookies": ""}
    assert api.analyst not in page.url
    assert api.analyst not in page.content()

    page.reload()
    board.settled()
    other = page.context.new_page()
    other.goto(board.url)
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_no_request_carries_the_token_in_its_address(dashboard, api, shops):
    board = dashboard(token=None)
    seen = []
    board.page.on("request", lambda request: seen.append((request.url, request.all_headers())))
    board.sign_in(api.analyst)
    board.settled()
    asked = [headers for url, headers in seen if "/api/" in url]
    assert len(asked) >= 3
    assert all(headers["authorization"] == f"Bearer {api.analyst}" for headers in asked)
    assert not any(api.analyst in url for url, _ in seen)


def test_signing_out_forgets_everything(dashboard, shops):
    board = dashboard("period=30d")
    board.page.get_by_role("button", name="Sign out").click()
    expect(board.heading).to_have_text("Sign in")
    assert stored(board.page)["session"] == {}
    assert board.page.locator("#board tbody tr, #board canvas").count() == 0
    assert set(value for value, _ in board.cards().values()) == {""}
    board.page.reload()
    expect(board.heading).to_have_text("Sign in")


@pytest.mark.complaints("status of 401")
def test_a_wrong_token(dashboard, api):
    board = dashboard(token=None)
    board.sign_in("rcp_wrong")
    expect(board.gate_error).to_have_text("This token is not valid: it may be mistyped, expired or revoked.")
    expect(board.page.locator("#board")).to_be_hidden()
    assert stored(board.page)["session"] == {}
    board.sign_in(api.analyst)
    board.settled()


@pytest.mark.parametrize("token", ["", "   ", "жетон", "two words", "line\u2028break"])
def test_what_can_be_no_token(dashboard, token):
    board = dashboard(token=None)
    board.sign_in(token)
    expect(board.gate_error).to_have_text("A token is made of letters, digits and signs, without spaces.")


@pytest.mark.complaints("status of 403")
def test_a_token_of_a_till(dashboard, api):
    board = dashboard(token=None)
    board.sign_in(api.submitter)
    expect(board.gate_error).to_contain_text("It takes one with the role analyst or admin.")
    assert stored(board.page)["session"] == {}


def test_an_admin_may_look(dashboard, api, shops):
    assert dashboard("period=30d", token=api.admin).figures()["total_purchases"] != "0"


@pytest.mark.complaints("status of 401")
def test_a_token_revoked_meanwhile(dashboard, api, shops):
    made = api.consumer_admin.post("/api/tokens/", {"name": unique("browser"), "role": "analyst"}).expect(201).json
    board = dashboard("period=30d", token=made["token"])
    api.consumer_admin.delete(f"/api/tokens/{made['id']}/").expect(204)
    # A revocation works within a second.
    expect(board.gate_error).to_be_empty()
    for _ in range(10):
        board.page.wait_for_timeout(200)
        if board.page.locator("#refresh").is_visible():
            board.page.locator("#refresh").click()
    expect(board.gate_error).to_have_text("Your token is no longer valid. Enter another one.")
    assert stored(board.page)["session"] == {}


def test_a_token_bound_to_places_shows_these_alone(dashboard, api, shops):
    place = "supermarket-01"
    made = api.consumer_admin.post(
        "/api/tokens/", {"name": unique("browser"), "role": "analyst", "places": [place]}).expect(201).json
    board = dashboard("period=30d", token=made["token"])
    assert len(board.places()) == 1
    assert board.find("").count() == 1


@pytest.mark.complaints("status of 403")
def test_a_place_of_others(dashboard, api, shops):
    made = api.consumer_admin.post(
        "/api/tokens/", {"name": unique("browser"), "role": "analyst", "places": ["supermarket-01"]}).expect(201).json
    board = dashboard("place=cafe-02", token=None)
    board.sign_in(made["token"])
    expect(board.notice).to_have_text("This token does not cover these places.")
