"""Figures over time and by category equal a brute-force recount, in any zone."""

from collections import defaultdict
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import Api, model_of, parameters
from client import instant
from instance import Instance
from model import differences, figures
from receipts import example, random_receipt, random_source, unique, utc

SERIES = "/api/analytics/timeseries/"
BUCKETS = ("hour", "day", "week", "month")
# Whole, half and three-quarter hours; half an hour of summer time; a day that was left out.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu",
         "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "America/Sao_Paulo")


def corpus_receipts():
    """Receipts of four places around the nights in which clocks are put on or back."""
    source = random_source("series")
    places = [unique("series") for _ in range(4)]
    nights = [utc(2024, 3, 31), utc(2024, 10, 27), utc(2024, 3, 10, 5), utc(2024, 11, 3, 5),
              utc(2024, 4, 6, 15), utc(2024, 10, 5, 15), utc(2011, 12, 30, 10), utc(2018, 11, 4, 3)]
    receipts = [random_receipt(source, source.choice(places),
                               night + timedelta(minutes=source.randrange(-1500, 1500)))
                for night in nights for _ in range(20)]
    receipts += [random_receipt(source, source.choice(places),
                                utc(2024, 1, 1) + timedelta(minutes=source.randrange(60 * 24 * 200)))
                 for _ in range(80)]
    # On the very edges of hours and days.
    receipts += [random_receipt(source, source.choice(places), utc(2024, 2, 29, hour) + tick)
                 for hour in (0, 5, 18) for tick in (timedelta(0), -timedelta(microseconds=1))]
    return receipts


_corpus = []


def the_corpus():
    """The session's receipts, stored and rolled up, as a model."""
    if not _corpus:
        api = Api(Instance.find())
        receipts = corpus_receipts()
        model = model_of(*receipts)
        api.accept(*receipts, threads=8)
        api.wait_stored(model)
        api.rollup()
        _corpus.append(model)
    return _corpus[0]


@pytest.fixture(scope="module")
def corpus():
    return the_corpus()


def label(when, bucket, zone):
    """The name of the bucket of an instant, by the clock on the wall."""
    if bucket == "hour":
        return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:00:00Z")
    day = when.astimezone(ZoneInfo(zone)).date()
    if bucket == "week":
        day -= timedelta(days=day.weekday())
    if bucket == "month":
        day = day.replace(day=1)
    return day.isoformat()


def expected_series(model, bucket, zone="UTC", start=None, end=None, places=None):
    """Figures by label, counted one receipt at a time."""
    buckets = defaultdict(list)
    for receipt in model.select(start, end, places):
        buckets[label(receipt.occurred_at, bucket, zone)].append(receipt)
    return {name: figures(found) for name, found in buckets.items()}


def series(api, places, start=None, end=None, **filters):
    """Every page of a series as (last answer, figures by label), checked to be in order."""
    found, cursor = {}, None
    while True:
        filters["cursor"] = cursor
        answer = api.consumer.get(SERIES, params=parameters({
            "place_id": places, "from": start and start.isoformat(), "to": end and end.isoformat(),
            **filters})).expect(200).json
        for entry in answer["results"]:
            name = entry.pop("start")
            assert not found or name > list(found)[-1], "labels out of order"
            found[name] = entry
        cursor = answer["next"]
        if cursor is None:
            return answer, found


class TestSeries:
    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize("bucket", BUCKETS)
    def test_all_time(self, api, corpus, bucket, zone):
        _, found = series(api, corpus.places, bucket=bucket, tz=zone)
        assert not differences(found, expected_series(corpus, bucket, zone))

    @pytest.mark.parametrize("zone", ("Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin"))
    def test_ragged_edges(self, api, corpus, zone):
        start, end = utc(2024, 3, 30, 17, 47), utc(2024, 10, 27, 1, 13, 7)
        for live in ("true", None):
            _, found = series(api, corpus.places, start, end, bucket="day", tz=zone, live=live)
            assert not differences(found, expected_series(corpus, "day", zone, start, end))

    def test_day_is_the_default_and_utc_the_default_of_places(self, api, corpus):
        answer, found = series(api, corpus.places)
        assert not differences(found, expected_series(corpus, "day"))
        assert (answer["bucket"], answer["tz"], answer["from"], answer["to"]) == (
            "day", None, None, None)

    def test_the_place_s_own_calendar(self, api, consumer_db):
        """Without tz: the zone of the place, and the hour at which its business day begins."""
        place_id = unique("night-bar")
        source = random_source("night bar")
        receipts = [random_receipt(source, place_id, utc(2024, 5, 1) + timedelta(minutes=17 * n))
                    for n in range(180)]
        model = model_of(*receipts)
        api.accept(*receipts, threads=8)
        api.wait_stored(model)
        api.rollup()
        consumer_db.execute("SELECT analytics.set_place_calendar(%s, 'Asia/Kathmandu', '06:00')",
                            [place_id])
        for bucket in ("day", "week", "month"):
            expected = defaultdict(list)
            for receipt in model.select():
                when = receipt.occurred_at - timedelta(hours=6)
                expected[label(when, bucket, "Asia/Kathmandu")].append(receipt)
            _, found = series(api, [place_id], bucket=bucket)
            assert not differences(found, {name: figures(of) for name, of in expected.items()})

    def test_pages_make_the_whole(self, api, corpus):
        _, whole = series(api, corpus.places, bucket="week")
        _, paged = series(api, corpus.places, bucket="week", limit=3)
        assert paged == whole and list(paged) == list(whole)

    def test_pages_while_receipts_arrive(self, api, corpus):
        """What comes in between moves no label that was there from one page to another."""
        place_id = unique("busy")
        days = [utc(2024, 1, 1) + timedelta(days=2 * n) for n in range(12)]
        receipts = [example(place_id=place_id, timestamp=day.isoformat()) for day in days]
        api.accept(*receipts)
        api.wait_stored(model_of(*receipts))
        seen, cursor = [], None
        for number in range(12):
            page = api.consumer.get(SERIES, params=parameters({
                "place_id": place_id, "live": "true", "limit": 2, "cursor": cursor})).expect(200).json
            seen += [entry["start"] for entry in page["results"]]
            cursor = page["next"]
            if cursor is None:
                break
            late = example(place_id=place_id,
                           timestamp=(days[0] - timedelta(days=number + 1)).isoformat())
            receipts.append(late)
            api.accept(late)
            api.wait_stored(model_of(*receipts))
        assert seen == [day.date().isoformat() for day in days]

    @pytest.mark.parametrize("zone", ("UTC", "Japan", "Etc/GMT+3", "America/Argentina/Buenos_Aires"))
    def test_any_name_of_a_zone(self, api, corpus, zone):
        _, found = series(api, corpus.places, tz=zone)
        assert not differences(found, expected_series(corpus, "day", zone))

    def test_category(self, api, corpus):
        """Buckets without the category are absent; the others show it alone."""
        _, whole = series(api, corpus.places, bucket="month")
        _, found = series(api, corpus.places, bucket="month", category="dairy")
        for name, entry in found.items():
            assert list(entry["category_analytics"]) == ["dairy"]
            assert entry["category_analytics"]["dairy"] == whole[name]["category_analytics"]["dairy"]
        assert set(found) == {name for name, entry in whole.items()
                              if "dairy" in entry["category_analytics"]}

    def test_nothing(self, api):
        answer, found = series(api, [unique("nowhere")])
        assert found == {} and answer["next"] is None

    def test_a_place_called_timeseries(self, api):
        """The path is taken; the query still reaches it."""
        receipt = example(place_id="timeseries")
        api.submit(receipt).expect(201)
        _, found = series(api, ["timeseries"], live="true")
        assert isinstance(found, dict)

    @settings(max_examples=40, deadline=None,
              suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(bucket=st.sampled_from(BUCKETS), zone=st.sampled_from(ZONES),
           start=st.none() | st.datetimes(utc(2011, 1, 1).replace(tzinfo=None),
                                          utc(2024, 8, 1).replace(tzinfo=None)),
           length=st.timedeltas(timedelta(microseconds=1), timedelta(days=900)), live=st.booleans())
    def test_any(self, bucket, zone, start, length, live):
        model, api = the_corpus(), Api(Instance.find())
        start = start and start.replace(tzinfo=timezone.utc)
        end = start and start + length
        _, found = series(api, model.places, start, end, bucket=bucket, tz=zone,
                          live=str(live).lower(), limit=7 if live else None)
        assert not differences(found, expected_series(model, bucket, zone, start, end))


class TestCategories:
    def expected(self, model, start=None, end=None, places=None):
        chosen = model.select(start, end, places)
        return figures(chosen)["category_analytics"] if chosen else {}

    def categories(self, api, places, **filters):
        """Every page as {category: figures}, checked to be in order."""
        found, cursor = {}, None
        while True:
            filters["cursor"] = cursor
            answer = api.consumer.get("/api/categories/", params=parameters(
                {"place_id": places, **filters})).expect(200).json
            for entry in answer["results"]:
                name = entry.pop("category")
                assert not found or name.encode() > list(found)[-1].encode()
                found[name] = entry
            cursor = answer["next"]
            if cursor is None:
                return answer, found

    @pytest.mark.parametrize("limit", (None, 1, 4))
    def test_all_time(self, api, corpus, limit):
        answer, found = self.categories(api, corpus.places, limit=limit)
        assert not differences(found, self.expected(corpus))
        assert answer["from"] is None and instant(answer["as_of"])

    @pytest.mark.parametrize("start, end", [
        (utc(2024, 3, 1), utc(2024, 4, 1)), (utc(2024, 3, 30, 23, 59, 1), utc(2024, 10, 27, 0, 31)),
        (utc(1990, 1, 1), utc(1991, 1, 1))])
    def test_intervals_and_places(self, api, corpus, start, end):
        for places in (corpus.places, corpus.places[:1]):
            for live in ("true", "false"):
                _, found = self.categories(api, places, live=live, **{
                    "from": start.isoformat(), "to": end.isoformat()})
                assert not differences(found, self.expected(corpus, start, end, places))

    def test_live(self, api):
        place_id, category = unique("place"), unique("new category")
        receipt = example(place_id=place_id)
        receipt["items"][0]["category"] = category
        api.submit(receipt).expect(201)
        api.wait_stored(model_of(receipt))
        _, found = self.categories(api, [place_id], live="true")
        assert set(found) == {category, "dairy"}


class TestParameters:
    @pytest.mark.parametrize("path, query, named", [
        (SERIES, "bucket=year", {"bucket"}), (SERIES, "tz=Mars/Olympus", {"tz"}),
        (SERIES, "tz=", {"tz"}), (SERIES, "tz=Europe/..", {"tz"}), (SERIES, "tz=Moscow%2B3", {"tz"}), (SERIES, "tz=EST5EDT4,M3.2.0,M11.1.0", {"tz"}),
        (SERIES, "cursor=WzVd", {"cursor"}), (SERIES, "limit=5001", {"limit"}),
        (SERIES, "order=place_id", {"order"}),
        (SERIES, "bucket=Day&tz=x&from=now&to=2024-13-01&live=yes&limit=0&cursor=!&colour=red",
         {"bucket", "tz", "from", "to", "live", "limit", "cursor", "colour"}),
        ("/api/categories/", "bucket=day&from=x&live=1&limit=1001", {"bucket", "from", "live", "limit"}),
        ("/api/categories/", "from=2024-01-02&to=2024-01-02", {"to"}),
        ("/api/categories/", "limit=1&limit=2", {"limit"}),
    ])
    def test_every_bad_one_is_named(self, api, path, query, named):
        problem = api.consumer.get(f"{path}?{query}").expect(400).json
        assert {error["parameter"] for error in problem["errors"]} == named
        assert all(error["parameter"] in error["message"] for error in problem["errors"])


class TestScope:
    def test_a_bound_analyst_sees_its_places_only(self, api, corpus):
        mine, other = corpus.places[:2]
        made = api.consumer_admin.post("/api/tokens/", {
            "name": unique("t"), "role": "analyst", "places": [mine]}).expect(201).json
        bound = Api(Instance.find())
        bound.consumer = api.consumer.with_token(made["token"])
        for asked in ([], [mine, other]):
            _, found = series(bound, asked, bucket="month")
            assert not differences(found, expected_series(corpus, "month", places={mine}))
        assert series(bound, [other])[1] == {}
        _, found = TestCategories().categories(bound, [])
        assert not differences(found, TestCategories().expected(corpus, places={mine}))
