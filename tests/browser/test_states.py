"""What the page says when there is nothing to show, and when the service does not answer."""

import pytest
from playwright.sync_api import expect

from api import model_of
from receipts import example, unique

FIGURES = "**/api/analytics/**"


def problem(status, detail, **headers):
    """An answer of the service, for a route of the browser to give in its place."""
    body = f'{{"type": "urn:pg-receipts:problem:x", "title": "x", "status": {status}, "detail": "{detail}"}}'
    return {"status": status, "headers": {"Content-Type": "application/problem+json", **headers}, "body": body}


def test_no_purchases(dashboard, api, shops):
    board = dashboard("period=custom&from=1999-01-01&to=1999-01-02")
    expect(board.page.get_by_role("heading", name="No purchases here")).to_be_visible()
    expect(board.page.locator("#figures")).to_be_hidden()
    board.page.get_by_role("button", name="Show live figures").click()
    board.settled()
    expect(board.page.get_by_role("switch", name="Live")).to_be_checked()
    expect(board.page.get_by_role("button", name="Show live figures")).to_be_hidden()
    board.page.get_by_role("button", name="Show all time").click()
    board.settled()
    assert board.figures()["total_purchases"] == str(
        api.analytics(live="true").expect(200).json["total"]["total_purchases"])
    expect(board.page.locator("#empty")).to_be_hidden()


@pytest.mark.complaints("status of 404")
def test_a_place_that_is_not_there(dashboard, shops):
    board = dashboard("place=no-such-place")
    expect(board.heading).to_have_text("no-such-place")
    expect(board.page.locator("#empty")).to_be_visible()


def test_an_address_that_makes_no_sense(dashboard, shops):
    board = dashboard("period=<b>&bucket=second&order=x&from=yesterday&live=2&measure=y&token=z&&=")
    expect(board.page.get_by_role("radio", name="7 days")).to_be_checked()
    expect(board.page.locator("#places th[aria-sort]")).to_have_text("Total amount")


@pytest.mark.complaints("status of 404")
def test_live_figures_come_by_themselves(dashboard, api, shops):
    first, second = (example(timestamp="2003-05-05T10:00:00Z", place_id="live") for _ in range(2))
    board = dashboard("period=custom&from=2003-05-05&to=2003-05-05&place=live", token=None)
    board.page.clock.install()
    board.sign_in(api.analyst)
    expect(board.page.locator("#empty")).to_be_visible()
    api.accept(first)
    api.wait_stored(model_of(first))
    board.page.get_by_role("button", name="Show live figures").click()
    expect(board.page.locator("#total_purchases")).to_have_attribute("value", "1")
    expect(board.page.locator("#as-of")).to_contain_text("live, as of")
    api.accept(second)
    api.wait_stored(model_of(first, second))
    board.page.clock.run_for(10_000)
    expect(board.page.locator("#total_purchases")).to_have_attribute("value", "2")
    assert board.figures()["total_amount"] == "54.94"


@pytest.mark.complaints("status of 404")
def test_without_live_figures_end_with_the_rollup(dashboard, api, shops):
    receipt = example(place_id=unique("later"))
    api.accept(receipt)
    api.wait_stored(model_of(receipt))
    board = dashboard(f"period=all&place={receipt['place_id']}&live=1")
    assert board.figures()["total_purchases"] == "1"
    board.page.get_by_role("switch", name="Live").uncheck()
    board.settled()
    expect(board.page.locator("#empty")).to_be_visible()
    api.rollup()
    board.refresh()
    assert board.figures()["total_purchases"] == "1"


@pytest.mark.complaints("status of (429|503)")
@pytest.mark.parametrize("status, text", [(503, "The service is away."), (429, "Too many requests.")])
def test_away_for_a_while(dashboard, shops, status, text):
    board = dashboard("period=30d")
    before = board.figures()
    board.page.route(FIGURES, lambda route: route.fulfill(**problem(status, "busy", **{"Retry-After": "2"})))
    board.page.get_by_role("button", name="Refresh").click()
    expect(board.notice).to_contain_text(f"{text} Trying again in ")
    expect(board.notice).to_contain_text("The figures shown are the last that arrived.")
    assert board.figures() == before
    seconds = int(board.notice.inner_text().partition("again in ")[2].split()[0])
    assert seconds >= 2
    board.page.unroute(FIGURES)
    expect(board.notice).to_be_hidden()
    assert board.figures() == before


@pytest.mark.complaints("status of 429")
def test_a_token_that_asks_too_often(dashboard, api, shops):
    made = api.consumer_admin.post(
        "/api/tokens/", {"name": unique("browser"), "role": "analyst", "rate_limit": 4}).expect(201).json
    board = dashboard("period=30d", token=made["token"])
    before = board.figures()
    for _ in range(3):
        board.page.get_by_role("button", name="Refresh").click()
        board.page.wait_for_timeout(200)
    expect(board.notice).to_contain_text("Too many requests. Trying again in ")
    assert board.figures() == before


@pytest.mark.complaints("ERR_|status of")
def test_the_service_is_stopped_and_started(dashboard, instance, shops):
    board = dashboard("period=30d")
    before = board.figures()
    instance.stop("consumer")
    try:
        board.page.get_by_role("button", name="Refresh").click()
        expect(board.notice).to_contain_text("The service is away.")
    finally:
        instance.start("consumer")
    board.page.get_by_role("button", name="Try now").click()
    expect(board.notice).to_be_hidden(timeout=20_000)
    assert board.figures() == before


@pytest.mark.complaints("status of 503")
def test_away_at_the_gate(dashboard, api, shops):
    board = dashboard(token=None)
    answers = [problem(503, "away", **{"Retry-After": "1"})]
    board.page.route("**/api/places/*", lambda route: route.fulfill(**answers.pop()) if answers else route.continue_())
    board.sign_in(api.analyst)
    expect(board.gate_error).to_contain_text("The service is away. Trying again in ")
    board.settled()


@pytest.mark.complaints("status of 422")
def test_another_problem_is_told_in_the_words_of_the_service(dashboard, shops):
    board = dashboard("period=30d")
    board.page.route(FIGURES, lambda route: route.fulfill(**problem(422, "Receipts <b>are</b> gone.")))
    board.page.get_by_role("button", name="Refresh").click()
    expect(board.notice).to_contain_text("The figures could not be loaded: Receipts <b>are</b> gone.")


@pytest.mark.complaints("status of 502")
def test_an_answer_that_is_no_json(dashboard, shops):
    board = dashboard("period=30d")
    board.page.route(FIGURES, lambda route: route.fulfill(status=502, body="<html>Bad gateway</html>"))
    board.page.get_by_role("button", name="Refresh").click()
    expect(board.notice).to_contain_text("The service is away.")


def test_the_last_question_counts(dashboard, shops):
    """A slow answer to an earlier question must not replace that of a later one."""
    board = dashboard("period=today")
    held = []
    board.page.route(FIGURES, lambda route: held.append(route) if len(held) < 2 else route.continue_())
    board.page.get_by_role("radio", name="7 days").check()
    board.page.wait_for_timeout(100)
    board.choose("30 days")
    thirty = board.figures()
    for route in held:
        route.continue_()
    board.page.wait_for_timeout(300)
    assert len(held) == 2 and board.figures() == thirty
