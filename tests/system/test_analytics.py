"""The analytics equal a brute-force recount, for any interval and any filter."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import Api, model_of, total_figures
from client import instant
from instance import Instance
from model import Model, differences
from receipts import example, random_receipt, random_source, stamp, unique, utc
from waiting import wait_until

# Each instant is an edge of something: an hour, a day, a month, a leap day, a year.
EDGES = [
    utc(2024, 2, 7, 12), utc(2024, 2, 7, 13), utc(2024, 2, 29), utc(2024, 3, 1),
    utc(2024, 3, 31, 1), utc(2024, 12, 31, 23), utc(2025, 1, 1), utc(2023, 12, 31, 21),
    utc(1999, 12, 31, 23),
]
TICK = timedelta(microseconds=1)


def corpus_receipts(seed):
    """A few hundred receipts of six places, thick around the edges of time."""
    source = random_source(seed)
    places = [unique("corpus") for _ in range(6)]
    receipts = []
    for edge in EDGES:
        for nearness in (-TICK, timedelta(0), TICK, timedelta(minutes=-1), timedelta(minutes=30)):
            receipts.append(random_receipt(source, source.choice(places[:3]), edge + nearness,
                                           source.choice((None, 0, 180, -570, 345, 840))))
    for _ in range(200):
        when = utc(2024, 2, 7) + timedelta(seconds=source.randrange(86400 * 3))
        receipts.append(random_receipt(source, source.choice(places), when))
    for _ in range(60):
        when = utc(2023, 11, 1) + timedelta(hours=source.randrange(24 * 500))
        receipts.append(random_receipt(source, source.choice(places), when,
                                       source.choice((None, 180))))
    receipts.append(random_receipt(source, places[5], utc(1812, 9, 7, 6)))
    source.shuffle(receipts)
    return receipts


class Corpus:
    """The receipts of a session, stored and rolled up, and their model."""

    def __init__(self, api):
        self.receipts = corpus_receipts("corpus")
        self.model = model_of(*self.receipts)
        api.accept(*self.receipts, threads=8)
        api.wait_stored(self.model)
        api.rollup()


_corpus = []


def the_corpus():
    """The session's corpus; hypothesis tests cannot take fixtures by example."""
    if not _corpus:
        _corpus.append(Corpus(Api(Instance.find())))
    return _corpus[0]


@pytest.fixture(scope="module")
def corpus():
    return the_corpus()


class TestFigures:
    @pytest.mark.parametrize("live", ["true", "false", None])
    def test_all_time(self, api, corpus, live):
        api.check(corpus.model, live=live)

    @pytest.mark.parametrize("live", ["true", "false"])
    @pytest.mark.parametrize("start, end", [
        (utc(2024, 2, 7, 12), utc(2024, 2, 7, 13)),
        (utc(2024, 2, 7), utc(2024, 2, 8)),
        (utc(2024, 2, 1), utc(2024, 3, 1)),
        (utc(2024, 1, 1), utc(2025, 1, 1)),
        (None, utc(2024, 1, 1)), (utc(2024, 3, 1), None),
        (utc(2024, 2, 7, 12, 0, 0, 1), utc(2024, 2, 7, 12, 59, 59, 999999)),
        (utc(2024, 2, 7, 11, 59, 59, 999999), utc(2024, 2, 7, 13, 0, 0, 1)),
        (utc(2024, 2, 7, 12, 10), utc(2024, 2, 7, 12, 20)),
        (utc(2024, 2, 7, 23, 45), utc(2024, 2, 9, 0, 15)),
        (utc(2023, 12, 31, 23, 30), utc(2024, 3, 31, 1, 0, 0, 1)),
        (utc(1700, 1, 1), utc(1900, 1, 1)), (utc(2031, 1, 1), utc(2032, 1, 1)),
    ], ids=str)
    def test_intervals(self, api, corpus, start, end, live):
        api.check(corpus.model, start, end, live=live)

    def test_offsets_in_the_interval(self, api, corpus):
        """The same instants written on another clock."""
        zone = timezone(timedelta(hours=5, minutes=45))
        api.check(corpus.model, utc(2024, 2, 7, 12).astimezone(zone),
                  utc(2024, 2, 8, 12).astimezone(zone))

    def test_place_subset_and_repetition(self, api, corpus):
        places = corpus.model.places[1:4]
        api.check(corpus.model, places=places)
        answer = api.analytics(place_id=places[:1] * 3).expect(200)
        assert [entry["place_id"] for entry in answer.json["results"]] == places[:1]
        assert differences(total_figures(answer.json["total"]),
                           corpus.model.total(places=places[:1])) == []

    def test_unknown_places_are_absent(self, api, corpus):
        places = corpus.model.places[:2]
        answer = api.analytics(place_id=[unique("nowhere"), *places]).expect(200)
        assert sorted(entry["place_id"] for entry in answer.json["results"]) == sorted(places)

    def test_answer_names_its_interval(self, api, corpus):
        start, end = utc(2024, 2, 7, 12), utc(2024, 2, 7, 13)
        answer = api.analytics(place_id=corpus.model.places,
                               **{"from": start.isoformat(), "to": end.isoformat()}).expect(200)
        body = answer.json
        assert set(body) == {"from", "to", "as_of", "total", "results", "next"}
        assert (instant(body["from"]), instant(body["to"])) == (start, end)
        assert body["next"] is None
        body = api.analytics(place_id=corpus.model.places).expect(200).json
        assert body["from"] is None and body["to"] is None

    def test_members_of_the_object(self, api, corpus):
        place_id = corpus.model.places[0]
        (entry,) = api.analytics(place_id=place_id).expect(200).json["results"]
        assert set(entry) == {
            "place_id", "place_name", "total_purchases", "average_receipt", "total_amount",
            "min_receipt", "max_receipt", "taxes_amount", "category_analytics",
            "payment_analytics"}

    def test_the_example_by_hand(self, api):
        """Figures reckoned on paper, not by the model."""
        place_id = unique("place")
        receipts = [
            example(place_id=place_id, place_name="Кафе"),
            example(place_id=place_id, place_name="Кафе", items=[
                {"product_id": "P", "quantity": Decimal("0.5"), "price": Decimal("0.01"),
                 "category": "dairy"},
                {"product_id": "Q", "quantity": Decimal("3"), "price": Decimal("1.50"),
                 "category": "dairy"}],
                total_amount=Decimal("4.51"), nds_amount=Decimal("0.41"), tips_amount=None,
                payment_method="cash"),
        ]
        api.accept(*receipts)
        wait_until(lambda: api.place_analytics(place_id, live="true").status == 200
                   and api.place_analytics(place_id, live="true").json["total_purchases"] == 2)
        api.rollup()
        body = api.place_analytics(place_id).expect(200).json
        entry = {name: body[name] for name in body if name not in ("from", "to", "as_of")}
        assert entry == {
            "place_id": place_id, "place_name": "Кафе", "total_purchases": 2,
            "average_receipt": Decimal("15.99"),    # 31.98 / 2
            "total_amount": Decimal("31.98"), "min_receipt": Decimal("4.51"),
            "max_receipt": Decimal("27.47"),
            "taxes_amount": {"total_nds": Decimal("2.88"), "total_tips": Decimal("3.00")},
            "category_analytics": {
                "groceries": {"total_spent": Decimal("21.98"), "average_receipt": Decimal("21.98"),
                              "receipts": 1, "quantity": 2},
                "dairy": {"total_spent": Decimal("10.00"), "average_receipt": Decimal("5.00"),
                          "receipts": 2, "quantity": Decimal("4.5")},
            },
            "payment_analytics": {
                "credit_card": {"receipts": 1, "total_amount": Decimal("27.47")},
                "cash": {"receipts": 1, "total_amount": Decimal("4.51")},
            },
        }

    def test_largest_amounts(self, api):
        """Sums beyond 64 bits stay exact."""
        place_id = unique("place")
        receipts = [example(place_id=place_id, total_amount=Decimal("999999999999999.99"),
                            tips_amount=Decimal("999999999999999.99"),
                            items=[{"product_id": "P", "quantity": Decimal("999999999.999999"),
                                    "price": Decimal("999999999999.9999"), "category": "c"}])
                    for _ in range(30)]
        api.accept(*receipts)
        model = model_of(*receipts)
        api.wait_stored(model)
        api.rollup()
        api.check(model)

    def test_averages_round_half_away_from_zero(self, api):
        place_id = unique("place")
        receipts = [example(place_id=place_id, total_amount=Decimal(total))
                    for total in ("0.01", "0.02", "0.00", "0.01")]
        for count, average in ((2, "0.02"), (4, "0.01")):
            api.accept(*receipts[count - 2:count])
            wait_until(lambda: api.place_analytics(place_id, live="true").status == 200
                       and api.place_analytics(place_id, live="true").json["total_purchases"]
                       == count)
            body = api.place_analytics(place_id, live="true").json
            assert body["average_receipt"] == Decimal(average)


class TestCategory:
    def test_filter(self, api, corpus):
        """Only what holds the category; a category's own figures do not change by it."""
        category = "Овощи и фрукты"
        answer = api.analytics(place_id=corpus.model.places, category=category).expect(200)
        results = {entry["place_id"]: entry for entry in answer.json["results"]}
        expected = {
            place_id: entry["category_analytics"][category]
            for place_id, entry in corpus.model.results().items()
            if category in entry["category_analytics"]}
        assert sorted(results) == sorted(expected)
        for place_id, figures in expected.items():
            assert differences(results[place_id]["category_analytics"], {category: figures}) == []
        assert differences(answer.json["total"]["category_analytics"], {
            category: corpus.model.total()["category_analytics"][category]}) == []

    def test_unknown_category(self, api, corpus):
        answer = api.analytics(place_id=corpus.model.places, category=unique("no such")).expect(200)
        assert answer.json["results"] == []


class TestOnePlace:
    def test_equals_the_list(self, api, corpus):
        for place_id in corpus.model.places:
            body = api.place_analytics(place_id).expect(200).json
            expected = corpus.model.place(place_id)
            assert differences({name: body[name] for name in expected}, expected) == []

    @pytest.mark.parametrize("live", ["true", "false"])
    def test_interval(self, api, corpus, live):
        place_id = corpus.model.places[0]
        start, end = utc(2024, 2, 7, 3, 14, 15, 926535), utc(2024, 2, 9, 2, 6)
        body = api.place_analytics(place_id, live=live, **{
            "from": start.isoformat(), "to": end.isoformat()}).expect(200).json
        expected = corpus.model.place(place_id, start, end)
        assert differences({name: body[name] for name in expected}, expected) == []

    def test_path_without_final_slash(self, api, corpus):
        place_id = quote(corpus.model.places[0], safe="")
        api.consumer.get(f"/api/analytics/{place_id}").expect(200)
        api.consumer.get("/api/analytics").expect(200)

    @pytest.mark.parametrize("path", ["/api/analytics/{}/", "/api/places/{}/"])
    def test_unknown(self, api, path):
        api.consumer.get(path.format(unique("nowhere"))).expect(404)

    @pytest.mark.parametrize("name", ["Кафе №1/зал 2", "100% ж", "a?b#c", "timeseries", "..",
                                      "' OR 1=1 --", "😀"])
    def test_any_place_id(self, api, name):
        place_id = unique("p") + name
        api.submit(example(place_id=place_id)).expect(201)
        wait_until(lambda: api.place_analytics(place_id, live="true").status == 200)
        assert api.place_analytics(place_id, live="true").json["place_id"] == place_id
        quoted = quote(place_id, safe="")
        assert api.consumer.get(f"/api/places/{quoted}/").expect(200).json["place_id"] == place_id


class TestPlaces:
    def test_one_place(self, api):
        place_id = unique("place")
        early, late = utc(2024, 2, 7, 10), utc(2024, 2, 9, 20, 30)
        api.accept(*(example(place_id=place_id, place_name="Бар", timestamp=stamp(when))
                     for when in (late, early)))

        def both_there():
            answer = api.consumer.get(f"/api/places/{place_id}/")
            return answer.status == 200 and instant(answer.json["first_seen"]) != instant(
                answer.json["last_seen"])

        wait_until(both_there)
        body = api.consumer.get(f"/api/places/{place_id}/").expect(200).json
        assert set(body) >= {"place_id", "place_name", "first_seen", "last_seen"}
        assert (body["place_id"], body["place_name"]) == (place_id, "Бар")
        assert (instant(body["first_seen"]), instant(body["last_seen"])) == (early, late)

    def test_listing(self, api, corpus):
        """Every place once, however small the pages."""
        prefix = corpus.model.places[0].rpartition("-")[0]
        found, cursor = [], None
        while True:
            body = api.consumer.get("/api/places/", params={
                "limit": 2, "q": prefix, **({"cursor": cursor} if cursor else {})}).expect(200).json
            assert set(body) == {"results", "next"} and len(body["results"]) <= 2
            found += [place["place_id"] for place in body["results"]]
            cursor = body["next"]
            if cursor is None:
                break
        assert len(found) == len(set(found))
        assert set(corpus.model.places) <= set(found)

    def test_search_by_name(self, api):
        place_id, name = unique("place"), unique("Чебуречная")
        api.submit(example(place_id=place_id, place_name=name)).expect(201)

        def found():
            body = api.consumer.get("/api/places/", params={"q": name}).expect(200).json
            return [place["place_id"] for place in body["results"]] == [place_id]

        wait_until(found)

    def test_search_takes_no_patterns(self, api):
        assert api.consumer.get("/api/places/", params={"q": "%\\_" * 20}).expect(
            200).json["results"] == []


class TestPaging:
    @pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 100])
    def test_pages_make_the_whole(self, api, corpus, limit):
        places = corpus.model.places
        whole = api.analytics(place_id=places).expect(200).json
        found, cursor = [], None
        while True:
            page = api.analytics(place_id=places, limit=limit, cursor=cursor).expect(200).json
            assert len(page["results"]) <= limit
            assert page["total"] == whole["total"]
            found += page["results"]
            cursor = page["next"]
            if cursor is None:
                break
            assert len(page["results"]) == limit
        assert found == whole["results"] and len(found) == len(places)


    @pytest.mark.parametrize("order", ["total_amount", "-total_amount", "total_purchases",
                                       "-total_purchases", "average_receipt", "-average_receipt"])
    def test_order(self, api, corpus, order):
        places = corpus.model.places
        found, cursor = [], None
        while True:
            page = api.analytics(place_id=places, order=order, limit=2, cursor=cursor).expect(200)
            found += page.json["results"]
            cursor = page.json["next"]
            if cursor is None:
                break
        figures = [entry[order.lstrip("-")] for entry in found]
        assert figures == sorted(figures, reverse=order.startswith("-"))
        assert sorted(entry["place_id"] for entry in found) == places


class TestParameters:
    @pytest.mark.parametrize("path, name, value", [
        (path, name, value)
        for path in ("/api/analytics/", "/api/analytics/{place}/")
        for name, value in (
            ("from", "yesterday"), ("from", ""), ("from", "2024-02-30"), ("to", "1707300000"),
            ("to", "2024-02-07T25:00:00Z"), ("live", "maybe"), ("live", ""), ("colour", "red"),
            ("Live", "true"))
    ] + [
        ("/api/analytics/", name, value) for name, value in (
            ("limit", "0"), ("limit", "-1"), ("limit", "many"), ("limit", "1.5"), ("limit", ""),
            ("limit", "99999999999999999999"), ("cursor", "garbage!"), ("cursor", "bm90IGpzb24"),
            ("order", "sideways"))
    ] + [
        ("/api/places/", name, value) for name, value in (
            ("limit", "0"), ("cursor", "%%%"), ("colour", "red"))
    ] + [
        # Cursors that are well-formed but were never given out: ["x"], [1], [], [{}], ["x","y"]
        ("/api/analytics/?order=total_amount", "cursor", value)
        for value in ("WyJ4Il0", "WzFd", "W10", "W3t9XQ", "WyJ4IiwieSJd")
    ])
    def test_bad_ones_are_named(self, api, corpus, path, name, value):
        path = path.format(place=corpus.model.places[0])
        answer = api.consumer.get(path, params=[(name, value)]).expect(400)
        assert name in answer.json["detail"], repr(answer)

    @pytest.mark.parametrize("path", ["/api/rollups/", "/api/tokens/", "/api/places/"])
    @pytest.mark.parametrize("cursor", ["WyJ4Il0", "W10", "W3t9XQ", "WzFlOTld", "!"])
    def test_foreign_cursors(self, api, path, cursor):
        """["x"], [], [{}], [1e99]: a 400 or an answer, never a failure."""
        answer = api.consumer_admin.get(f"{path}?cursor={cursor}")
        answer.expect(200, 400)
        if answer.status == 400:
            assert "cursor" in answer.json["detail"]

    def test_every_bad_one_is_named(self, api):
        answer = api.consumer.get("/api/analytics/", params={
            "from": "x", "to": "y", "live": "z", "limit": "w", "colour": "v"}).expect(400)
        for name in ("from", "to", "live", "limit", "colour"):
            assert f'"{name}"' in answer.json["detail"], repr(answer)

    def test_given_twice(self, api):
        answer = api.consumer.get("/api/analytics/?live=true&live=false").expect(400)
        assert "live" in answer.json["detail"]

    @pytest.mark.parametrize("query", [
        "%00", "place_id=%00", "place_id=%ff", "category=%ed%a0%80", "from=%00", "q=%c0%af",
        "cursor=%00", "&&&=&=", "limit=1%00",
    ])
    @pytest.mark.parametrize("path", ["/api/analytics/", "/api/places/"])
    def test_hostile_bytes(self, api, path, query):
        assert api.consumer.get(f"{path}?{query}").status in (200, 400)

    @pytest.mark.parametrize("path", [
        "/api/analytics/%00/", "/api/places/%ff/", "/api/places/%ed%a0%80/"])
    def test_hostile_paths(self, api, path):
        api.consumer.get(path).expect(400, 404)


class TestFreshness:
    def test_only_live_sees_what_is_not_rolled_up(self, api):
        place_id = unique("place")
        start = datetime.now(timezone.utc)
        first = [example(place_id=place_id, timestamp=f"2024-02-07T12:{minute}:00Z")
                 for minute in ("00", "20", "40")]
        api.accept(*first)
        model = model_of(*first)
        api.wait_stored(model)
        api.rollup()
        as_of = instant(api.analytics(place_id=place_id).json["as_of"])
        assert as_of >= start

        second = [example(place_id=place_id, timestamp=f"2024-02-07T12:{minute}:00Z")
                  for minute in ("10", "30", "50")]
        everything = model_of(*first, *second)
        api.accept(*second)
        api.wait_stored(everything)
        # Unless pg_cron's own hourly run came in between.
        if instant(api.analytics(place_id=place_id).json["as_of"]) == as_of:
            api.check(model, live="false")
            api.check(model)
            ragged = utc(2024, 2, 7, 12, 5), utc(2024, 2, 7, 12, 45)
            api.check(model, *ragged)
            api.check(everything, *ragged, live="true")
        api.rollup()
        api.check(everything)
        assert instant(api.analytics(place_id=place_id).json["as_of"]) > as_of

    def test_live_is_as_of_now(self, api, corpus):
        before = datetime.now(timezone.utc)
        as_of = instant(api.analytics(place_id=corpus.model.places, live="true").json["as_of"])
        assert before - timedelta(seconds=2) <= as_of <= datetime.now(timezone.utc) + timedelta(
            seconds=2)


class TestCaching:
    @pytest.mark.parametrize("path", ["/api/analytics/?place_id={}", "/api/analytics/{}/",
                                      "/api/places/{}/"])
    def test_not_modified(self, api, corpus, path):
        path = path.format(corpus.model.places[0])
        first = api.consumer.get(path).expect(200)
        tag = first.headers["ETag"]
        assert tag.strip("W/").startswith('"') and tag.endswith('"')
        for condition in (tag, f'"other", {tag}', "*"):
            again = api.consumer.get(path, headers={"If-None-Match": condition})
            assert (again.status, again.body) == (304, b""), repr(again)
            assert again.headers["ETag"] == tag
        assert api.consumer.get(path, headers={"If-None-Match": '"other"'}).expect(
            200).body == first.body

    def test_another_tag_for_another_answer(self, api):
        place_id = unique("place")
        tags = set()
        for number in range(3):
            receipt = example(place_id=place_id)
            api.submit(receipt).expect(201)
            wait_until(lambda: api.place_analytics(place_id, live="true").status == 200
                       and api.place_analytics(place_id, live="true").json["total_purchases"]
                       == number + 1)
            api.rollup()
            tags.add(api.place_analytics(place_id).expect(200).headers["ETag"])
        assert len(tags) == 3

    def test_no_token_no_304(self, api, corpus):
        path = f"/api/analytics/{corpus.model.places[0]}/"
        tag = api.consumer.get(path).expect(200).headers["ETag"]
        api.consumer.with_token(None).get(path, headers={"If-None-Match": tag}).expect(401)


instants = st.one_of(
    st.none(),
    st.sampled_from(EDGES),
    st.builds(lambda edge, step: edge + step * TICK, st.sampled_from(EDGES), st.integers(-2, 2)),
    st.datetimes(datetime(2024, 2, 6), datetime(2024, 2, 11), timezones=st.just(timezone.utc)),
    st.datetimes(datetime(1990, 1, 1), datetime(2026, 1, 1), timezones=st.just(timezone.utc)),
)


class TestProperties:
    @settings(max_examples=120, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))
    @given(start=instants, end=instants, chosen=st.sets(st.integers(0, 5), min_size=1),
           live=st.sampled_from(["true", "false", None]))
    def test_any_interval(self, api, start, end, chosen, live):
        corpus = the_corpus()
        if start is not None and end is not None and start >= end:
            start, end = (end, start) if start != end else (start, None)
        places = [corpus.model.places[number] for number in sorted(chosen)]
        api.check(corpus.model, start, end, places, live=live)

    @settings(max_examples=20, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_any_receipts(self, api, data):
        place_ids = [unique("place"), unique("place")]
        receipts = data.draw(st.lists(drawn_receipts(place_ids), min_size=1, max_size=8))
        for receipt in receipts:
            receipt["transaction_id"] = unique("T")
        model = Model()
        model.add(*receipts)
        api.accept(*receipts)
        api.wait_stored(model)
        api.rollup()
        api.check(model)
        start, end = sorted(data.draw(st.tuples(moments, moments).filter(lambda p: p[0] != p[1])))
        api.check(model, start, end, live="true")
        api.check(model, start, end, live="false")


def decimals(largest, places):
    """Decimals of up to so many places, edges included."""
    return st.builds(lambda number, scale: Decimal(number).scaleb(-scale),
                     st.integers(0, largest), st.integers(0, places))


moments = st.datetimes(datetime(2024, 2, 28, 22), datetime(2024, 3, 1, 3),
                       timezones=st.just(timezone.utc))
names = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12)


def drawn_receipts(place_ids):
    """Any valid receipt of these places."""
    item = st.fixed_dictionaries({
        "product_id": names, "category": st.sampled_from(["a", "b", "ж"]) | names,
        "quantity": decimals(10**9 - 1, 6).filter(lambda number: number > 0),
        "price": decimals(10**9 - 1, 4),
    })
    return st.fixed_dictionaries({
        "place_id": st.sampled_from(place_ids),
        "timestamp": st.builds(stamp, moments, st.sampled_from([None, 0, 180, -720])),
        "items": st.lists(item, min_size=1, max_size=5),
        "total_amount": decimals(10**12, 2), "nds_amount": decimals(10**9, 2),
        "tips_amount": st.none() | decimals(10**6, 2),
        "payment_method": st.sampled_from(["cash", "card"]) | names,
    })
