"""Tokens and roles: who may do what, and what is kept of a token."""

import hashlib
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest

from client import instant
from receipts import example, unique
from waiting import wait_until

SECRET_LENGTH = 43      # 256 bits in base64url


def create(service, **request):
    """Make a token and return the answer's object."""
    request.setdefault("name", unique("token"))
    return service.post("/api/tokens/", request).expect(201).json


def all_tokens(service):
    """Every token of the listing, over all its pages."""
    found, cursor = [], None
    while True:
        page = service.get("/api/tokens/", params={"cursor": cursor} if cursor else None)
        page = page.expect(200).json
        found += page["results"]
        cursor = page["next"]
        if cursor is None:
            return found


ROLES = ("none", "wrong", "submitter", "analyst", "admin")
UNKNOWN = quote("no such/thing", safe="")

# service, method, path, body, the roles that may, the status they get
ENDPOINTS = [
    ("producer", "POST", "/api/checks/", "example", {"submitter", "admin"}, 201),
    ("producer", "POST", "/api/checks/batch/", [], {"submitter", "admin"}, 200),
    ("producer", "GET", "/api/checks/", None, {"admin"}, 200),
    ("producer", "GET", f"/api/checks/{UNKNOWN}/", None, {"submitter", "admin"}, 404),
    ("producer", "GET", "/api/tokens/", None, {"admin"}, 200),
    ("producer", "POST", "/api/tokens/", {}, {"admin"}, 400),
    ("producer", "DELETE", "/api/tokens/999999999/", None, {"admin"}, 404),
    ("consumer", "GET", "/api/places/", None, {"analyst", "admin"}, 200),
    ("consumer", "GET", f"/api/places/{UNKNOWN}/", None, {"analyst", "admin"}, 404),
    ("consumer", "GET", "/api/analytics/?limit=1", None, {"analyst", "admin"}, 200),
    ("consumer", "GET", f"/api/analytics/{UNKNOWN}/", None, {"analyst", "admin"}, 404),
    ("consumer", "GET", "/api/analytics/timeseries/?limit=1", None, {"analyst", "admin"}, 200),
    ("consumer", "GET", "/api/categories/?limit=1", None, {"analyst", "admin"}, 200),
    ("consumer", "GET", "/api/dead-letters/?limit=1", None, {"admin"}, 200),
    ("consumer", "POST", "/api/dead-letters/retry/?code=no-such", None, {"admin"}, 200),
    ("consumer", "POST", "/api/dead-letters/999999999/retry/", None, {"admin"}, 404),
    ("consumer", "POST", "/api/dead-letters/999999999/dismiss/", {"note": "x"}, {"admin"}, 404),
    ("consumer", "GET", "/api/rollups/", None, {"admin"}, 200),
    ("consumer", "POST", "/api/rollups/", None, {"admin"}, (200, 201)),
    ("consumer", "GET", "/api/tokens/", None, {"admin"}, 200),
    ("consumer", "POST", "/api/tokens/", {}, {"admin"}, 400),
    ("consumer", "DELETE", "/api/tokens/999999999/", None, {"admin"}, 404),
]


def token_of(api, role):
    return {"none": None, "wrong": "rcp_" + "A" * SECRET_LENGTH, "submitter": api.submitter,
            "analyst": api.analyst, "admin": api.admin}[role]


class TestRoles:
    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("service, method, path, body, allowed, status", ENDPOINTS,
                             ids=lambda value: value if isinstance(value, str) else "")
    def test_matrix(self, api, service, method, path, body, allowed, status, role):
        body = example() if body == "example" else body
        target = getattr(api, service).with_token(token_of(api, role))
        answer = target.request(method, path, body=body)
        if role in allowed:
            answer.expect(*(status if isinstance(status, tuple) else (status,)))
        elif role in ("none", "wrong"):
            assert "Bearer" in answer.expect(401).headers["WWW-Authenticate"]
        else:
            answer.expect(403)

    @pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
    def test_health_needs_no_token(self, api, path):
        for _, service in api.both():
            assert service.with_token(None).get(path).status == 200


class TestScheme:
    @pytest.mark.parametrize("scheme", ["Bearer", "Token", "bearer", "TOKEN"])
    def test_accepted(self, api, scheme):
        header = {"Authorization": f"{scheme} {api.analyst}"}
        api.consumer.with_token(None).get("/api/places/", headers=header).expect(200)

    @pytest.mark.parametrize("header", [
        "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "{token}", "Bearer{token}",
        "Bearer {token} x", "Bearer {token},Bearer {token}", "Bearer \"{token}\"",
        "Bearer " + "x" * 3000,
    ])
    def test_refused(self, api, header):
        header = {"Authorization": header.format(token=api.analyst)}
        answer = api.consumer.with_token(None).get("/api/places/", headers=header).expect(401)
        assert "Bearer" in answer.headers["WWW-Authenticate"]

    def test_the_hash_is_no_token(self, api):
        digest = hashlib.sha256(api.admin.encode())
        for form in (digest.hexdigest(), "\\x" + digest.hexdigest()):
            api.consumer.with_token(form).get("/api/places/").expect(401)


class TestLife:
    @pytest.mark.parametrize("side", ["producer", "consumer"])
    def test_create_use_list_revoke(self, api, side):
        admin = getattr(api, f"{side}_admin")
        name = unique("till")
        made = create(admin, name=name, role="admin")
        secret = made.pop("token")
        assert len(secret) >= SECRET_LENGTH and made["role"] == "admin" and made["name"] == name

        holder = admin.with_token(secret)
        (listed,) = [token for token in all_tokens(holder) if token["id"] == made["id"]]
        assert {**listed, "last_used_at": None} == made
        assert secret not in holder.get("/api/tokens/", params={"limit": 1000}).text

        holder.delete(f"/api/tokens/{made['id']}/").expect(204)
        holder.get("/api/tokens/").expect(401)
        admin.delete(f"/api/tokens/{made['id']}/").expect(404)
        listed = [token for token in all_tokens(admin) if token["id"] == made["id"]]
        assert listed and instant(listed[0]["revoked_at"])

    def test_secrets_differ(self, api):
        secrets = {create(api.producer_admin, role="submitter")["token"] for _ in range(5)}
        assert len(secrets) == 5

    @pytest.mark.parametrize("side", ["producer", "consumer"])
    def test_only_the_hash_is_stored(self, api, instance, side):
        """Neither the secret nor any part of it long enough to matter is in the table."""
        secret = create(getattr(api, f"{side}_admin"), role="analyst")["token"]
        with instance.connect(side) as database:
            rows = "\n".join(row[0] for row in database.execute("SELECT t::text FROM auth.token t"))
        digest = hashlib.sha256(secret.encode()).hexdigest()
        assert digest in rows
        for start in range(len(secret) - 12):
            part = secret[start:start + 12]
            assert part not in rows and part.encode().hex() not in rows

    def test_expiry(self, api):
        soon = datetime.now(timezone.utc) + timedelta(seconds=2)
        made = create(api.producer_admin, role="submitter", expires_at=soon.isoformat())
        till = api.producer.with_token(made["token"])
        till.post("/api/checks/", example()).expect(201)
        wait_until(lambda: till.post("/api/checks/", example()).status == 401, timeout=5)
        assert datetime.now(timezone.utc) >= soon

    def test_no_longer_than_it_lives(self, api):
        """A token that expires in a year works now."""
        later = datetime.now(timezone.utc) + timedelta(days=365)
        made = create(api.consumer_admin, role="analyst", expires_at=later.isoformat())
        assert instant(made["expires_at"]) == later
        api.consumer.with_token(made["token"]).get("/api/places/").expect(200)

    @pytest.mark.parametrize("side, role, path", [
        ("producer", "submitter", "/api/checks/x/"), ("consumer", "analyst", "/api/places/")])
    def test_revocation_within_a_second(self, api, side, role, path):
        admin = getattr(api, f"{side}_admin")
        made = create(admin, role=role)
        holder = admin.with_token(made["token"])
        for _ in range(20):
            holder.get(path).expect(200, 404)
        admin.delete(f"/api/tokens/{made['id']}/").expect(204)
        wait_until(lambda: holder.get(path).status == 401, timeout=1.0)

    @pytest.mark.parametrize("change, where", [
        ({"role": "king"}, "/role"), ({"role": None}, "/role"), ({"name": ""}, "/name"),
        ({"name": "x" * 129}, "/name"), ({"name": "a\nb"}, "/name"), ({"places": []}, "/places"),
        ({"places": "all"}, "/places"), ({"places": [""]}, "/places"),
        ({"expires_at": "soon"}, "/expires_at"), ({"expires_at": "2001-01-01T00:00:00Z"}, "/expires_at"),
        ({"color": "red"}, "/color"),
    ], ids=str)
    def test_bad_requests(self, api, change, where):
        request = {"name": unique("token"), "role": "submitter", **change}
        answer = api.producer_admin.post("/api/tokens/", request).expect(400)
        assert [pointer for pointer, _ in answer.problems] == [where], repr(answer)

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"name":"\\u0000"}'],
                             ids=repr)
    def test_malformed_requests(self, api, body):
        api.producer_admin.post("/api/tokens/", body).expect(400)

    @pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "99999999999999999999", "1%20or%201"])
    def test_revoking_what_is_not_there(self, api, number):
        api.producer_admin.delete(f"/api/tokens/{number}/").expect(404)


class TestPlaces:
    @pytest.fixture
    def bound(self, api):
        """A submitter bound to one place: (service, place_id)."""
        place_id = unique("place")
        made = create(api.producer_admin, role="submitter", places=[place_id])
        assert made["places"] == [place_id]
        return api.producer.with_token(made["token"]), place_id

    def test_default_place(self, api, topic, bound):
        till, place_id = bound
        receipt = example()
        assert till.post("/api/checks/", receipt).expect(201).json["place_id"] == place_id
        assert topic.find(receipt["transaction_id"]).key == place_id.encode()

    def test_own_place_named(self, bound):
        till, place_id = bound
        answer = till.post("/api/checks/", example(place_id=place_id)).expect(201)
        assert answer.json["place_id"] == place_id

    def test_named_and_unnamed_place_are_the_same_receipt(self, bound):
        till, place_id = bound
        receipt = example()
        till.post("/api/checks/", receipt).expect(201)
        till.post("/api/checks/", {**receipt, "place_id": place_id}).expect(200)

    @pytest.mark.parametrize("form", ["flat", "nested"])
    def test_another_place(self, api, producer_db, bound, form):
        till, _ = bound
        other = unique("place")
        receipt = example(place_id=other) if form == "flat" else example(place={"place_id": other})
        till.post("/api/checks/", receipt).expect(403)
        assert producer_db.execute("SELECT count(*) FROM journal.receipt WHERE transaction_id = %s"
                                   " AND outcome = 'accepted'",
                                   [receipt["transaction_id"]]).fetchone() == (0,)
        api.submit(receipt).expect(201)

    def test_two_places(self, api):
        """Which of two places it was, only the receipt can say."""
        places = [unique("place"), unique("place")]
        made = create(api.producer_admin, role="submitter", places=places)
        till = api.producer.with_token(made["token"])
        for place_id in places:
            till.post("/api/checks/", example(place_id=place_id)).expect(201)
        till.post("/api/checks/", example(place_id=unique("place"))).expect(403)

    def test_status_of_own_receipts_only(self, api, bound):
        till, _ = bound
        own, foreign = example(), example(place_id=unique("place"))
        till.post("/api/checks/", own).expect(201)
        api.submit(foreign).expect(201)
        api.check_status(own["transaction_id"], till).expect(200)
        api.check_status(foreign["transaction_id"], till).expect(403, 404)
        api.check_status(foreign["transaction_id"], api.producer_admin).expect(200)
