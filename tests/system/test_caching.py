"""What HTTP lets clients save: bytes by gzip, answers that they have already."""

from decimal import Decimal

import pytest

from api import model_of
from client import instant
from receipts import example, unique


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
