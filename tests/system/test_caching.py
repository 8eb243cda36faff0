"""What HTTP lets clients save: bytes by gzip, answers that they have already."""

import os
import signal
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

import prometheus
from api import model_of
from client import instant
from receipts import example, unique
from waiting import wait_until


@pytest.fixture(scope="module")
def place_id(api):
    """A place whose analytics are long enough for gzip to pay."""
    place = unique("place")
    items = [{"product_id": f"P-{n}", "quantity": Decimal(1), "price": Decimal(1), "category": f"category {n}"}
             for n in range(30)]
    receipt = example(place_id=place, items=items, total_amount=Decimal(30))
    api.accept(receipt)
    api.wait_stored(model_of(receipt))
    api.rollup()
    return place


def get(service, path, coding, **headers):
    return service.get(path, headers={"Accept-Encoding": coding, **headers})


class TestGzip:
    def test_where_it_is_accepted(self, api, place_id):
        path = f"/api/analytics/{place_id}/"
        plain = get(api.consumer, path, "identity").expect(200)
        packed = get(api.consumer, path, "gzip;q=0.5, br").expect(200)
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
        assert packed.body == plain.body  # unpacked by requests
        assert packed.headers["ETag"] != plain.headers["ETag"]
        for answer in (plain, packed):
            assert answer.headers["Vary"] == "Accept-Encoding, Authorization"
            assert answer.headers["Cache-Control"] == "private, no-cache"

    @pytest.mark.parametrize("coding", ["", "identity", "gzip;q=0", "br, *;q=0"])
    def test_where_it_is_not(self, api, place_id, coding):
        answer = get(api.consumer, f"/api/analytics/{place_id}/", coding).expect(200)
        assert "Content-Encoding" not in answer.headers

    def test_short_answers_stay_plain(self, api, place_id):
        answer = get(api.consumer, f"/api/places/{place_id}/", "gzip").expect(200)
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding, Authorization"

    def test_answers_with_secrets_stay_plain(self, api):
        """What a client sends must not shorten what stands beside a secret."""
        body = {"name": "x" * 128, "role": "analyst", "places": [f"place {n}" for n in range(200)]}
        answer = api.consumer_admin.post("/api/tokens/", body, headers={"Accept-Encoding": "gzip"})
        assert len(answer.expect(201).body) > 1024 and "Content-Encoding" not in answer.headers

    @pytest.mark.parametrize("coding", ["identity", "gzip"])
    def test_not_modified(self, api, place_id, coding):
        path = f"/api/analytics/{place_id}/"
        first = get(api.consumer, path, coding).expect(200)
        tag = first.headers["ETag"]
        again = get(api.consumer, path, coding, **{"If-None-Match": tag})
        assert (again.status, again.body) == (304, b"")
        assert "Content-Encoding" not in again.headers
        for name in ("ETag", "Vary", "Cache-Control"):
            assert again.headers[name] == first.headers[name]
        other = {"identity": "gzip", "gzip": "identity"}[coding]
        assert get(api.consumer, path, other, **{"If-None-Match": tag}).status == 200

    def test_head_has_the_headers_of_get(self, api, place_id):
        path = f"/api/analytics/{place_id}/"
        head = api.consumer.request("HEAD", path, headers={"Accept-Encoding": "gzip"})
        whole = get(api.consumer, path, "gzip")
        assert (head.status, head.body) == (200, b"")
        for name in ("ETag", "Content-Encoding", "Content-Length", "Vary"):
            assert head.headers[name] == whole.headers[name]


def test_live_answers_have_a_tag_each(api, place_id):
    path = f"/api/analytics/{place_id}/?live=true"
    first = api.consumer.get(path).expect(200)
    second = api.consumer.get(path, headers={"If-None-Match": first.headers["ETag"]}).expect(200)
    assert second.headers["ETag"] != first.headers["ETag"]
    assert instant(second.json["as_of"]) > instant(first.json["as_of"])


# The longest that anybody may see what has changed, or be let in who may no more.
BOUND_S = 1.0


class Kept:
    """A question whose answer is kept by now; what comes next would be a hit."""

    def __init__(self, api, place_id, token=None):
        self.service = api.consumer.with_token(token) if token else api.consumer
        self.path = f"/api/analytics/{place_id}/"
        wait_until(self.is_hit, what="an answer from the cache")

    def hits(self):
        families = prometheus.parse(self.service.get("/metrics").text)
        return prometheus.total(families, "receipts_answer_cache_requests_total", result="hit")

    def is_hit(self):
        before = self.hits()
        self.ask().expect(200)
        return self.hits() == before + 1

    def ask(self, **how):
        return self.service.get(self.path, **how)

    def purchases(self):
        return self.ask().expect(200).json["total_purchases"]


@pytest.fixture
def place(api):
    """A place with one purchase in the rollups."""
    place_id = unique("place")
    receipt = example(place_id=place_id)
    api.accept(receipt)
    api.wait_stored(model_of(receipt))
    api.rollup()
    return place_id


def add_purchase(api, place_id):
    """One more, stored but not rolled up."""
    before = api.place_analytics(place_id, live="true").expect(200).json["total_purchases"]
    api.accept(example(place_id=place_id))
    wait_until(lambda: api.place_analytics(place_id, live="true").json["total_purchases"]
               == before + 1)


def new_token(api, **wanted):
    return api.consumer_admin.post("/api/tokens/", {"name": "caching", "role": "analyst", **wanted}
                                   ).expect(201).json


def listeners(database):
    return [pid for pid, in database.execute(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'receipts-consumer watch'")]


class TestAnswerCache:
    def test_the_same_again(self, api, place):
        kept = Kept(api, place)
        first = kept.ask().expect(200)
        hits = kept.hits()
        second = kept.ask().expect(200)
        assert kept.hits() == hits + 1
        assert (second.body, second.headers["ETag"]) == (first.body, first.headers["ETag"])
        assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]
        assert kept.ask(headers={"If-None-Match": first.headers["ETag"]}).status == 304
        assert kept.hits() == hits + 2

    def test_live_answers_are_not_kept(self, api, place):
        kept = Kept(api, place)
        hits = kept.hits()
        for _ in range(3):
            api.place_analytics(place, live="true").expect(200)
            api.consumer.get(f"/api/analytics/{place}/?l%69ve=tr%75e").expect(200)
        assert kept.hits() == hits

    @pytest.mark.parametrize("path", ["/api/analytics/?place_id={}", "/api/categories/?place_id={}",
                                      "/api/analytics/timeseries/?place_id={}"])
    def test_other_routes(self, api, place, path):
        kept = Kept(api, place)
        kept.path = path.format(place)
        wait_until(kept.is_hit, what="an answer from the cache")

    def test_a_rollup_shows_at_once(self, api, place):
        kept = Kept(api, place)
        for number in (2, 3):
            add_purchase(api, place)
            assert kept.is_hit() and kept.purchases() == number - 1
            api.rollup()
            assert kept.purchases() == number
            wait_until(kept.is_hit)

    def test_changes_in_sql_show_soon(self, api, place, consumer_db):
        kept = Kept(api, place)
        add_purchase(api, place)
        consumer_db.execute("SELECT analytics.rollup()")
        wait_until(lambda: kept.purchases() == 2, BOUND_S)
        wait_until(kept.is_hit)
        consumer_db.execute("UPDATE analytics.place SET place_name = 'Renamed' WHERE place_id = %s", [place])
        wait_until(lambda: kept.ask().json["place_name"] == "Renamed", BOUND_S)

    def test_receipts_alone_change_nothing(self, api, place):
        kept = Kept(api, place)
        add_purchase(api, place)
        assert kept.is_hit()

    def test_a_revoked_token_is_refused(self, api, place, consumer_db):
        token = new_token(api)
        kept = Kept(api, place, token["token"])
        api.consumer_admin.delete(f"/api/tokens/{token['id']}/").expect(204)
        kept.ask().expect(401)

        token = new_token(api)
        kept = Kept(api, place, token["token"])
        consumer_db.execute("SELECT auth.revoke_token(%s::bigint)", [int(token["id"])])
        wait_until(lambda: kept.ask().status == 401, BOUND_S)

    def test_a_token_that_expires_is_refused(self, api, place):
        end = datetime.now(timezone.utc) + timedelta(seconds=4)
        token = new_token(api, expires_at=end.isoformat())
        kept = Kept(api, place, token["token"])
        wait_until(lambda: kept.ask().status == 401, 10)
        assert datetime.now(timezone.utc) >= end

    def test_nobody_sees_what_another_may(self, api, place):
        other = unique("place")
        receipt = example(place_id=other)
        api.accept(receipt)
        api.wait_stored(model_of(receipt))
        api.rollup()
        here, there = (new_token(api, places=[one])["token"] for one in (place, other))
        for _ in range(3):
            for token, seen in ((here, place), (there, other)):
                answer = api.consumer.with_token(token).get("/api/analytics/").expect(200)
                assert [entry["place_id"] for entry in answer.json["results"]] == [seen]
                unseen = other if seen == place else place
                api.consumer.with_token(token).get(f"/api/analytics/{unseen}/").expect(403)
        api.consumer.with_token(None).get(f"/api/analytics/{place}/").expect(401)

    def test_the_listening_connection_breaks(self, api, place, consumer_db):
        kept = Kept(api, place)
        add_purchase(api, place)
        for pid in listeners(consumer_db):
            consumer_db.execute("SELECT pg_terminate_backend(%s)", [pid])
        consumer_db.execute("SELECT analytics.rollup()")
        wait_until(lambda: kept.purchases() == 2, BOUND_S)
        wait_until(kept.is_hit, what="an answer from the cache, with a new connection")

    def test_the_listening_connection_hangs(self, api, place, consumer_db):
        kept = Kept(api, place)
        add_purchase(api, place)
        frozen = listeners(consumer_db)
        assert frozen
        try:
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            consumer_db.execute("SELECT analytics.rollup()")
            time.sleep(BOUND_S)
            assert kept.purchases() == 2
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        wait_until(kept.is_hit, what="an answer from the cache again")
