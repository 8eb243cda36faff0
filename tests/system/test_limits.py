"""Rates of tokens, failed attempts of addresses, last use, the token command."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from client import instant
from frontend import Frontend
from jsontext import encode
from prometheus import parse, total
from receipts import example, unique
from test_tokens import SECRET_LENGTH, all_tokens, create
from waiting import wait_until


def wrong_token():
    return unique("rcp_").ljust(SECRET_LENGTH, "x")


def limit_headers(answer):
    """The limit as the headers have it: (quota, window, remaining, reset)."""
    policy = re.fullmatch(r'"token";q=(\d+);w=(\d+)', answer.headers["RateLimit-Policy"])
    state = re.fullmatch(r'"token";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    return tuple(int(number) for number in policy.groups() + state.groups())


class TestRate:
    def test_of_its_own(self, api):
        """A token made with a rate may do so much, and others are not affected."""
        made = create(api.producer_admin, role="submitter", rate_limit=5)
        assert made["rate_limit"] == 5
        till = api.producer.with_token(made["token"])
        remaining = [limit_headers(till.get("/api/checks/none/").expect(404)) for _ in range(5)]
        assert remaining[0][:2] == (5, 60) and [seen[2] for seen in remaining] == [4, 3, 2, 1, 0]
        refused = till.post("/api/checks/", example()).expect(429)
        assert refused.json["type"] == "urn:pg-receipts:problem:rate_limited"
        assert 1 <= int(refused.headers["Retry-After"]) <= 12
        assert limit_headers(refused)[2] == 0
        free = api.submit(example()).expect(201)
        assert "RateLimit" not in free.headers

    def test_comes_back(self, api):
        """After Retry-After seconds it goes on."""
        till = api.producer.with_token(
            create(api.producer_admin, role="submitter", rate_limit=30)["token"])
        assert 429 in [till.get("/api/checks/none/").status for _ in range(100)]
        wait_until(lambda: till.get("/api/checks/none/").status == 404, timeout=5)

    def test_each_receipt_of_a_group_commit(self, api):
        """Receipts that share a commit still count one by one."""
        till = api.producer.with_token(
            create(api.producer_admin, role="submitter", rate_limit=20)["token"])
        till.post("/api/checks/", example()).expect(201)
        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(
                lambda _: till.post("/api/checks/", example()).status, range(60)))
        assert set(statuses) == {201, 429}
        # A few come back while the rest is on its way.
        assert 19 <= statuses.count(201) <= 25

    def test_each_receipt_of_a_batch(self, api):
        """A batch is never cut short, but what it used up is not there for the next request."""
        till = api.producer.with_token(
            create(api.producer_admin, role="submitter", rate_limit=10)["token"])
        till.get("/api/checks/none/").expect(404)
        answer = till.post("/api/checks/batch/", encode([example() for _ in range(30)])).expect(200)
        assert answer.json["accepted"] == 30
        refused = till.get("/api/checks/none/").expect(429)
        assert limit_headers(refused)[2] == 0

    def test_an_empty_batch_gives_nothing_back(self, api):
        till = api.producer.with_token(
            create(api.producer_admin, role="submitter", rate_limit=2)["token"])
        for _ in range(2):
            till.post("/api/checks/batch/", b"[]").expect(200)
        till.post("/api/checks/batch/", b"[]").expect(429)

    def test_default_of_the_service(self, instance, api, tmp_path):
        """--rate-limit is for the tokens that have none of their own."""
        own = create(api.consumer_admin, role="analyst", rate_limit=1000)["token"]
        usual = create(api.consumer_admin, role="analyst")["token"]
        with Frontend(instance, "consumer", tmp_path / "log", "--rate-limit", "3") as frontend:
            for _ in range(3):
                frontend.service(usual).get("/api/places/?limit=1").expect(200)
            frontend.service(usual).get("/api/places/?limit=1").expect(429)
            for _ in range(5):
                frontend.service(own).get("/api/places/?limit=1").expect(200)
            # Health is for everybody.
            frontend.service(usual).get("/readyz").expect(200)
            held = parse(frontend.service().get("/metrics").text)
            assert total(held, "receipts_requests_held_back_total", reason="rate") == 1

    @pytest.mark.parametrize("rate", [0, -1, 1.5, "10", 1000001, True, [5]], ids=repr)
    def test_bad_rates(self, api, rate):
        body = '{"name": "x", "role": "submitter", "rate_limit": %s}' % (
            {True: "true", "10": '"10"'}.get(rate, rate) if not isinstance(rate, list) else "[5]")
        answer = api.producer_admin.post("/api/tokens/", body.encode()).expect(400)
        assert [pointer for pointer, _ in answer.problems] == ["/rate_limit"]


class TestFailures:
    def test_slowed_by_address(self, instance, api, tmp_path):
        """Guesses are turned away, right or wrong; known tokens from there pass."""
        fresh = create(api.consumer_admin, role="analyst")["token"]
        with Frontend(instance, "consumer", tmp_path / "log", "--auth-failures", "5",
                      "--trusted-proxies", "127.0.0.1") as frontend:
            frontend.service(api.analyst).get("/api/places/?limit=1").expect(200)
            for _ in range(5):
                frontend.service(wrong_token()).get("/api/places/").expect(401)
            refused = frontend.service(wrong_token()).get("/api/places/").expect(429)
            assert refused.json["type"] == "urn:pg-receipts:problem:too_many_failures"
            assert 1 <= int(refused.headers["Retry-After"]) <= 12
            frontend.service(fresh).get("/api/places/").expect(429)
            frontend.service(api.analyst).get("/api/places/?limit=1").expect(200)
            frontend.service().get("/api/places/").expect(401)
            elsewhere = {"X-Forwarded-For": "192.0.2.7"}
            frontend.service(fresh).get("/api/places/?limit=1", headers=elsewhere).expect(200)
            found = parse(frontend.service().get("/metrics").text)
            assert total(found, "receipts_requests_held_back_total", reason="failures") == 2
            assert total(found, "receipts_token_failures_total") == 5

    def test_goes_on_later(self, instance, api, tmp_path):
        fresh = create(api.consumer_admin, role="analyst")["token"]
        with Frontend(instance, "consumer", tmp_path / "log", "--auth-failures", "60") as frontend:
            guesser = frontend.service(wrong_token())
            assert 429 in [guesser.get("/api/places/").status for _ in range(200)]
            wait_until(lambda: frontend.service(fresh).get("/api/places/").status == 200, timeout=5)


class TestLastUse:
    @pytest.mark.parametrize("side, path", [("producer", "/api/checks/none/"),
                                            ("consumer", "/api/places/?limit=1")])
    def test_is_shown(self, instance, api, side, path):
        admin = getattr(api, f"{side}_admin")
        made = create(admin, role="submitter" if side == "producer" else "analyst")
        assert made["last_used_at"] is None
        used = admin.with_token(made["token"])
        answer = used.get(path)
        with instance.connect(side) as database:
            (now,) = database.execute("SELECT clock_timestamp()").fetchone()

        def shown():
            (token,) = [one for one in all_tokens(admin) if one["id"] == made["id"]]
            return token["last_used_at"]

        last = instant(wait_until(shown, timeout=30, what="the last use"))
        assert answer.status in (200, 404) and abs((now - last).total_seconds()) < 1

    def test_written_before_the_end(self, instance, api, tmp_path):
        """Also the uses that were not yet written when the service is stopped."""
        made = create(api.consumer_admin, role="analyst")
        with Frontend(instance, "consumer", tmp_path / "log") as frontend:
            frontend.service(made["token"]).get("/api/places/?limit=1").expect(200)
            assert frontend.stop() == 0
        (token,) = [one for one in all_tokens(api.consumer_admin) if one["id"] == made["id"]]
        assert token["last_used_at"] is not None

    def test_not_at_each_request(self, instance, api):
        """A token in use is written once a minute at most."""
        made = create(api.consumer_admin, role="analyst")
        used = api.consumer.with_token(made["token"])
        used.get("/api/places/?limit=1").expect(200)
        query = "SELECT xmin::text, last_used_at FROM auth.token_use WHERE token_id = %s"
        with instance.connect("consumer") as database:
            first = wait_until(lambda: database.execute(query, [made["id"]]).fetchone(), timeout=30)
            for _ in range(20):
                used.get("/api/places/?limit=1").expect(200)
            assert database.execute(query, [made["id"]]).fetchone() == first


class TestCommand:
    def test_create_list_revoke(self, instance, api):
        name, place = unique("token"), unique("place")
        token = instance.control("token", "create", name, "admin", "--place", place,
                                 "--expires", "2999-01-01", "--rate-limit", "600").strip()
        for side in ("producer_admin", "consumer_admin"):
            service = getattr(api, side)
            (made,) = [one for one in all_tokens(service) if one["name"] == name]
            assert (made["role"], made["places"], made["rate_limit"]) == ("admin", [place], 600)
            service.with_token(token).get("/api/tokens/?limit=1").expect(200)
        listed = instance.control("token", "list", "consumer")
        (line,) = [line for line in listed.splitlines() if name in line]
        fingerprint = line.split("|")[1].strip()
        assert "valid" in line and place in line and token not in listed
        assert instance.control("token", "revoke", fingerprint).split() == \
            "revoked in producer revoked in consumer".split()
        for side in ("producer_admin", "consumer_admin"):
            wait_until(lambda: getattr(api, side).with_token(token).get("/api/tokens/").status == 401,
                       timeout=1.0)
        assert "revoked" in [line for line in instance.control("token", "list").splitlines()
                             if name in line][0]

    def test_revoke_by_the_token_itself(self, instance, api):
        token = instance.control("token", "create", unique("token"), "analyst").strip()
        api.consumer.with_token(token).get("/api/places/?limit=1").expect(200)
        assert "revoked in consumer" in instance.control("token", "revoke", token)
        api.consumer.with_token(token).get("/api/places/?limit=1").expect(401)

    @pytest.mark.parametrize("arguments, said", [
        (["revoke", "abc"], "fingerprint"), (["revoke", "0" * 12], "no valid token"),
        (["create", "x", "king"], "role"), (["create", "x"], "NAME and a ROLE"),
        (["list", "kafka"], "producer or consumer"), (["sell"], "create, list and revoke"),
    ], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
    def test_refused(self, instance, arguments, said):
        with pytest.raises(AssertionError, match=said):
            instance.control("token", *arguments)
