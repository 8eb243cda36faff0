"""Cross-origin resource sharing: off by default, and then just what was asked for."""

import subprocess

import pytest

from client import Service
from frontend import Frontend
from receipts import example
from routes import allowed as allowed_methods, concrete, routes

APP, OTHER = "https://app.example.org", "https://other.example.org"


def listed(answer, name):
    """The elements of a list header."""
    return {element.strip() for element in answer.headers[name].split(",")}


def allowed(answer):
    """Whose pages may read the answer; None: nobody's."""
    assert "Access-Control-Allow-Credentials" not in answer.headers
    return answer.headers.get("Access-Control-Allow-Origin")


def preflight(service, path, method, origin=APP, **headers):
    return service.request("OPTIONS", path, headers={
        "Origin": origin, "Access-Control-Request-Method": method, **headers})


def test_off_by_default(api):
    for _, service in api.both():
        for answer in (service.get("/livez", headers={"Origin": APP}),
                       service.get("/api/tokens/", headers={"Origin": APP}),
                       preflight(service, "/api/tokens/", "POST")):
            assert allowed(answer) is None and "Origin" not in answer.headers.get("Vary", "")
            assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.fixture(scope="module", params=["producer", "consumer"])
def shared(request, instance, tmp_path_factory):
    """A front end that shares with one origin and with localhost."""
    with Frontend(instance, request.param, tmp_path_factory.mktemp("cors") / "log",
                  "--cors-origins", f"{APP}, http://localhost:3000") as frontend:
        yield frontend


def test_preflight_of_every_route(shared):
    """Answered without a token, with the methods of the path."""
    service = shared.service()
    table = routes(*shared.command[:2])
    for path in {concrete(route.pattern) for route in table}:
        expected = allowed_methods(table, path)
        answer = preflight(service, path, "GET", **{
            "Access-Control-Request-Headers": "authorization,content-type"})
        assert answer.status == 204 and answer.body == b"", repr(answer)
        assert allowed(answer) == APP
        assert listed(answer, "Access-Control-Allow-Methods") == expected == listed(answer, "Allow")
        assert listed(answer, "Access-Control-Allow-Headers") >= {
            "Authorization", "Content-Type", "If-None-Match", "X-Request-Id", "traceparent"}
        assert int(answer.headers["Access-Control-Max-Age"]) > 0
        assert "Origin" in listed(answer, "Vary")


def test_preflight_of_nothing(shared):
    answer = preflight(shared.service(), "/nowhere", "GET")
    answer.expect(404)
    assert "Access-Control-Allow-Methods" not in answer.headers


def test_others_are_told_nothing(shared):
    for origin in (OTHER, "null", APP + ".evil.org", APP.upper(), "http://app.example.org", ""):
        answer = preflight(shared.service(), "/api/tokens/", "GET", origin)
        assert answer.status == 204 and allowed(answer) is None
        assert "Access-Control-Allow-Methods" not in answer.headers
        answer = shared.service().get("/api/tokens/", headers={"Origin": origin}).expect(401)
        assert allowed(answer) is None and "Origin" in listed(answer, "Vary")


def test_no_preflight(shared):
    """OPTIONS without a question is what it always was."""
    answer = shared.service().request("OPTIONS", "/livez", headers={"Origin": APP})
    assert answer.status == 204 and "Access-Control-Allow-Methods" not in answer.headers
    assert "Origin" in listed(shared.service().get("/livez"), "Vary")


def test_answers_of_every_kind(api, shared):
    """A script reads good answers, errors, 304 and pages, with the headers that matter."""
    admin = shared.service(api.admin)
    for path in ("/livez", "/api/tokens/", "/api/nowhere/", "/api/openapi.json", "/metrics"):
        for origin in (APP, "http://localhost:3000"):
            answer = admin.get(path, headers={"Origin": origin})
            assert allowed(answer) == origin, repr(answer)
            assert listed(answer, "Access-Control-Expose-Headers") >= {
                "X-Request-Id", "ETag", "Retry-After", "RateLimit", "RateLimit-Policy"}
            assert "Origin" in listed(answer, "Vary")
    etag = admin.get("/api/openapi.json").headers["ETag"]
    again = admin.get("/api/openapi.json", headers={"Origin": APP, "If-None-Match": etag})
    assert again.status == 304 and allowed(again) == APP
    assert listed(again, "Vary") >= {"Origin", "Accept-Encoding"}


def test_everybody(instance, api, tmp_path):
    """With * the answer depends on no origin."""
    with Frontend(instance, "producer", tmp_path / "log", "--cors-origins", "*") as frontend:
        service = frontend.service(api.submitter)
        answer = service.post("/api/checks/", example(), headers={"Origin": OTHER}).expect(201)
        assert allowed(answer) == "*" and "Origin" not in answer.headers.get("Vary", "")
        assert allowed(preflight(service, "/api/checks/", "POST", "null")) == "*"
        assert allowed(service.get("/livez")) is None


@pytest.mark.parametrize("value", ["example.org", "https://a.example/", "https://A.example", "*,*",
                                   "https://a.example,*", ",".join(f"http://{n}" for n in range(33))])
def test_nonsense(instance, value):
    """Refused at the start, rather than never matching."""
    program = Frontend(instance, "producer", "/dev/null").command[0]
    done = subprocess.run([program, "producer", "--cors-origins", value], text=True,
                          stderr=subprocess.PIPE)
    assert done.returncode == 2 and "for cors-origins: wanted *" in done.stderr
