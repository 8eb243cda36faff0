"""Every figure on the page is the API's, to the digit, and a brute-force sum's."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from shops import FIRST_DAY, LARGE_DAY, LAST_DAY, LARGEST, ZONE, days, midnight

MONTH_START = date(2025, 3, 1)
PERIODS = {
    "Today": (LAST_DAY, LAST_DAY),
    "7 days": (LAST_DAY - timedelta(days=6), LAST_DAY),
    "30 days": (LAST_DAY - timedelta(days=29), LAST_DAY),
    "This month": (MONTH_START, date(2025, 3, 31)),
}


def text(decimal):
    """A figure of the model as the API writes it."""
    return format(decimal, "f")


def cards_of(figures):
    """What the cards should show for figures of the model."""
    taxes = figures["taxes_amount"]
    return {name: text(value) for name, value in {
        "total_amount": figures["total_amount"], "total_purchases": figures["total_purchases"],
        "average_receipt": figures["average_receipt"], "total_nds": taxes["total_nds"],
        "total_tips": taxes["total_tips"]}.items()}


def place_row(figures):
    """A row of the table of places for an object of the model."""
    taxes = figures["taxes_amount"]
    return [figures["place_name"], *(text(figures[name]) for name in (
        "total_amount", "total_purchases", "average_receipt")), text(taxes["total_nds"]), text(taxes["total_tips"])]


def series_row(figures):
    return [text(figures[name]) for name in ("total_purchases", "total_amount", "average_receipt")] + [
        text(figures["taxes_amount"][name]) for name in ("total_nds", "total_tips")]


def expected_series(model, intervals, places=None):
    """The rows of the table over time: those of intervals with a purchase."""
    totals = [model.total(*interval, places) for interval in intervals]
    return [series_row(total) for total in totals if total]


@pytest.mark.parametrize("period", PERIODS)
def test_cards(dashboard, api, shops, period):
    board = dashboard()
    board.choose(period)
    start, end = days(*PERIODS[period])
    assert board.figures() == cards_of(shops.model.total(start, end))
    total = api.analytics(**{"from": start.isoformat(), "to": end.isoformat()}).expect(200).json["total"]
    assert board.figures() == cards_of(total)


def test_all_time_and_custom_days(dashboard, api, shops):
    board = dashboard()
    board.choose("All time")
    assert board.figures() == cards_of(api.analytics().expect(200).json["total"])
    board.choose("7 days")
    board.choose("Custom")
    assert board.page.get_by_label("From").input_value() == "2025-03-09"
    assert board.page.get_by_label("To (inclusive)").input_value() == "2025-03-15"
    board.page.get_by_label("From").fill("2025-02-20")
    board.page.get_by_label("To (inclusive)").fill("2025-02-21")
    board.settled()
    expect(board.page.locator("#interval")).to_contain_text("Feb 20, 2025 – Feb 21, 2025 · time zone Europe/Moscow")
    assert board.figures() == cards_of(shops.model.total(*days(date(2025, 2, 20), date(2025, 2, 21))))


def test_custom_days_the_wrong_way_round_or_open(dashboard, api, shops):
    turned = dashboard("period=custom&from=2025-02-21&to=2025-02-20")
    assert turned.figures() == cards_of(shops.model.total(*days(date(2025, 2, 20), date(2025, 2, 21))))
    since = dashboard("period=custom&from=2025-03-10")
    assert since.figures() == cards_of(
        api.analytics(**{"from": midnight(date(2025, 3, 10)).isoformat()}).expect(200).json["total"])
    until = dashboard("period=custom&to=2025-02-20")
    assert until.figures() == cards_of(
        api.analytics(to=midnight(date(2025, 2, 21)).isoformat()).expect(200).json["total"])


def test_sums_that_no_float_can_hold(dashboard, shops):
    board = dashboard(f"period=custom&from={LARGE_DAY}&to={LARGE_DAY}")
    assert Decimal(float(3 * LARGEST)) != 3 * LARGEST
    value, shown = board.cards()["total_amount"]
    assert value == "2999999999999999.97" and shown == "2,999,999,999,999,999.97"
    assert board.figures() == cards_of(shops.model.total(*days(date.fromisoformat(LARGE_DAY),
                                                               date.fromisoformat(LARGE_DAY))))
    assert board.places() == [["Large", "2999999999999999.97", "3", "999999999999999.99", "2999999999999996.97", "9.00"]]
    russian = dashboard(f"period=custom&from={LARGE_DAY}&to={LARGE_DAY}", token=None, locale="ru-RU")
    russian.page.get_by_label("Токен доступа").fill(board.page.evaluate("sessionStorage['receipts.token']"))
    russian.page.keyboard.press("Enter")
    russian.settled()
    assert russian.cards()["total_amount"][1] == "2 999 999 999 999 999,97".replace(" ", "\u00a0")


def check_shares(shown, figures, keys):
    """The model has these figures, in the API's digits or others of the same value."""
    assert {name: list(map(Decimal, digits)) for name, digits in shown.items()} == {
        name: [one[key] for key in keys] for name, one in figures.items()}


def test_shares(dashboard, api, shops):
    board = dashboard("period=30d")
    start, end = days(*PERIODS["30 days"])
    answer = api.analytics(**{"from": start.isoformat(), "to": end.isoformat()}).expect(200).json["total"]
    total = shops.model.total(start, end)
    for table, member, keys in (
            ("categories", "category_analytics", ("total_spent", "receipts", "quantity", "average_receipt")),
            ("payments", "payment_analytics", ("total_amount", "receipts"))):
        shown = board.shares(table)
        assert shown == {name: [text(one[key]) for key in keys] for name, one in answer[member].items()}
        check_shares(shown, total[member], keys)
        first = [Decimal(digits[0]) for digits in shown.values()]
        assert first == sorted(first, reverse=True)
    assert len(board.shares("categories")) > 8


@pytest.mark.parametrize("column, order", [
    ("Total amount", ["-total_amount", "total_amount"]),
    ("Purchases", ["-total_purchases", "total_purchases"]),
    ("Average receipt", ["-average_receipt", "average_receipt"]),
    ("Place", ["place_id"]),
])
def test_places_by_page_and_order(dashboard, shops, column, order):
    board = dashboard("period=30d&order=place_id" if column != "Place" else "period=30d")
    results = shops.model.results(*days(*PERIODS["30 days"]))
    for one in order:
        board.order_by(column)
        name, sign = one.lstrip("-"), -1 if one.startswith("-") else 1
        ordered = sorted(results.values(), key=lambda place: (
            sign * place[name] if name != "place_id" else 0, place["place_id"].encode()))
        assert board.all_places() == [place_row(place) for place in ordered]
    assert len(results) > 15
    head = board.page.locator("#places th[aria-sort]")
    expect(head).to_have_count(1)
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_back_to_the_previous_page(dashboard, shops):
    board = dashboard("period=30d")
    first = board.places()
    board.page.get_by_role("button", name="Next").click()
    board.settled()
    assert board.places() != first
    expect(board.page.locator("#page-number")).to_have_text("Page 2")
    board.page.get_by_role("button", name="Previous").click()
    board.settled()
    assert board.places() == first
    expect(board.page.get_by_role("button", name="Previous")).to_be_disabled()


def test_one_place(dashboard, shops):
    board = dashboard("period=30d")
    board.page.get_by_role("link", name="Green Basket 1", exact=True).click()
    expect(board.heading).to_have_text("Green Basket 1")
    board.settled()
    expect(board.page.locator("#subheading")).to_contain_text("supermarket-01 · first purchase")
    expect(board.page.locator("#places")).to_be_hidden()
    start, end = days(*PERIODS["30 days"])
    assert board.figures() == cards_of(shops.model.place("supermarket-01", start, end))
    board.page.get_by_role("link", name="All places").click()
    expect(board.heading).to_have_text("All places")
    board.settled()
    assert board.figures() == cards_of(shops.model.total(start, end))
    board.page.go_back()
    expect(board.heading).to_have_text("Green Basket 1")


def test_chosen_places(dashboard, shops):
    board = dashboard("period=30d")
    start, end = days(*PERIODS["30 days"])
    board.find("market-01").first.click()
    board.settled()
    expect(board.heading).to_have_text("Green Basket 1")
    offers = board.find("СТАРЫЙ ДВОР 28")
    expect(offers).to_have_count(1)
    board.page.keyboard.press("ArrowDown")
    board.page.keyboard.press("Enter")
    expect(board.heading).to_have_text("2 places")
    board.settled()
    assert board.figures() == cards_of(shops.model.total(start, end, {"supermarket-01", "restaurant-28"}))
    board.page.get_by_role("button", name="Remove Green Basket 1").click()
    expect(board.heading).to_have_text("Старый двор 28")
    board.settled()
    assert board.figures() == cards_of(shops.model.place("restaurant-28", start, end))


def local_days(first, last, zone):
    return [days(first + timedelta(days=n), first + timedelta(days=n), zone)
            for n in range((last - first).days + 1)]


# Summer time begins in New York on 9 March, half hours are India's.
@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
def test_days_of_a_zone(dashboard, shops, zone):
    board = dashboard(f"period=custom&from={FIRST_DAY}&to={LAST_DAY}&bucket=day", timezone_id=zone)
    found = board.series()
    expected = expected_series(shops.model, local_days(FIRST_DAY, LAST_DAY, ZoneInfo(zone)))
    assert [figures for _, *figures in found] == expected
    assert found[1][0] == "Mon, Feb 10, 2025" and len(found) == 35


def test_hours_weeks_and_months(dashboard, shops):
    board = dashboard("period=today")
    start, end = days(*PERIODS["Today"])
    hours = [(start + timedelta(hours=n), start + timedelta(hours=n + 1)) for n in range(24)]
    assert [row[1:] for row in board.series()] == expected_series(shops.model, hours)

    board.choose("All time")
    board.choose("Month")
    months = [days(date(2025, 2, 1), date(2025, 2, 28)), days(date(2025, 3, 1), date(2025, 3, 31))]
    assert [row[1:] for row in board.series()][-2:] == expected_series(shops.model, months)
    assert [row[0] for row in board.series()][-2:] == ["Feb 2025", "Mar 2025"]
    expect(board.page.get_by_role("radio", name="Hour")).to_be_disabled()

    board.choose("30 days")
    board.choose("Week")
    start, end = days(*PERIODS["30 days"])
    mondays = [midnight(date(2025, 2, 10) + timedelta(weeks=n), ZONE) for n in range(6)]
    weeks = [(max(start, first), min(end, last)) for first, last in zip(mondays, mondays[1:])]
    assert [row[1:] for row in board.series()] == expected_series(shops.model, weeks)


def test_the_chart_shows_exact_figures_at_the_pointer(dashboard, shops):
    board = dashboard("period=7d")
    (value, shown), chart = board.cards()["total_amount"], board.page.locator("#chart .u-over")
    total = 0
    box = chart.bounding_box()
    for number in range(7):
        chart.hover(position={"x": box["width"] * (number + 0.5) / 7, "y": box["height"] / 2})
        total += round(100 * float(board.page.locator(".tooltip strong").inner_text().replace(",", "")))
    assert f"{total / 100:.2f}" == value
    board.page.get_by_label("Figure", exact=True).select_option("Purchases")
    board.settled()
    chart.hover(position={"x": box["width"] / 14, "y": box["height"] / 2})
    first = shops.model.total(*days(date(2025, 3, 9), date(2025, 3, 9)))
    assert board.page.locator(".tooltip strong").inner_text() == text(first["total_purchases"])
    assert "Sun, Mar 9, 2025" in board.page.locator(".tooltip").inner_text()


def test_reloading_and_going_back(dashboard, shops):
    board = dashboard()
    board.choose("30 days")
    thirty = board.figures()
    board.choose("Today")
    today = board.figures()
    board.page.reload()
    board.settled()
    assert board.figures() == today
    board.page.go_back()
    expect(board.page.get_by_role("radio", name="30 days")).to_be_checked()
    board.settled()
    assert board.figures() == thirty
