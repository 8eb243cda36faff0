"""Receipts for the dashboard to show, and the same in a brute-force model.

They lie in a past that does not move: the pages' clock stands at NOW.  Posting
them again changes nothing.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from api import model_of
from generate import Day
from receipts import example

ZONE = ZoneInfo("Europe/Moscow")
NOW = datetime(2025, 3, 15, 12, 0, tzinfo=ZONE)
FIRST_DAY, LAST_DAY = date(2025, 2, 9), date(2025, 3, 15)
PLACES = 36

MARKUP = "<img src=x onerror=\"window.hacked='place'\">"
MARKUP_CATEGORY = "<script>window.hacked='category'</script>"
MARKUP_METHOD = "\"><svg onload=\"window.hacked='method'\">"
MARKUP_DAY = "2001-05-05"

# Fifteen digits before the point are the most that a receipt may have.
LARGEST = Decimal("999999999999999.99")
LARGE_DAY = "2002-05-05"


def _day(day):
    """A day's receipts: fewer at its week's start.  The generator's places differ
    from day to day; these stay."""
    generated = Day(25 + 6 * day.weekday(), PLACES, day.toordinal(), day)
    for receipt in map(generated.receipt, range(generated.count)):
        receipt["place_id"] = receipt["place_id"].rpartition("-")[0]
        yield receipt


def _markup():
    receipt = example("browser-markup", timestamp=f"{MARKUP_DAY}T12:00:00Z", place_id=f"markup-{MARKUP}"[:128],
                      place_name=MARKUP, payment_method=MARKUP_METHOD)
    receipt["items"][0]["category"] = MARKUP_CATEGORY
    return receipt


def _large(number):
    """A receipt whose total a float cannot hold."""
    return example(f"browser-large-{number}", timestamp=f"{LARGE_DAY}T12:00:00Z", place_id="large",
                   place_name="Large", total_amount=LARGEST, nds_amount=LARGEST - number)


class Shops:
    """All receipts, and what the analytics of them should be."""

    def __init__(self):
        days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
        self.receipts = [receipt for day in days for receipt in _day(day)]
        self.receipts += [_markup(), *map(_large, range(3))]
        self.model = model_of(*self.receipts)

    def submit(self, api):
        """Post all, wait until they are stored, and roll them up."""
        with ThreadPoolExecutor(16) as pool:
            for answer in pool.map(api.submit, self.receipts):
                answer.expect(200, 201)
        api.wait_stored(self.model)
        api.rollup()


def midnight(day, zone=ZONE):
    """The instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(timezone.utc)


def days(first, last, zone=ZONE):
    """The half-open interval of local days, both included."""
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)
