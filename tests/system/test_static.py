"""Pages and documents that are inside the programs."""

import json
import re

import pytest

PAGES = ["/api/docs/", "/api/docs", "/api/docs/docs.css", "/api/docs/docs.js", "/api/docs/swagger-ui.css",
         "/api/docs/swagger-ui-bundle.js", "/api/docs/icon.png", "/api/openapi.json"]


@pytest.fixture(params=["producer", "consumer"])
def service(request, api):
    return getattr(api, request.param).with_token(None)


def get(service, path, **headers):
    return service.get(path, headers={"Accept": None, **headers})


@pytest.mark.parametrize("path", PAGES)
def test_served_to_anybody(service, path):
    answer = get(service, path, **{"Accept-Encoding": "identity"})
    assert answer.status == 200
    assert "Content-Encoding" not in answer.headers
    kind = {"css": "text/css", "js": "text/javascript", "png": "image/png",
            "json": "application/json"}.get(path.rpartition(".")[2], "text/html")
    assert answer.content_type == kind
    head = service.request("HEAD", path, headers={"Accept-Encoding": "identity"})
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(answer.body))


@pytest.mark.parametrize("path", PAGES)
def test_headers_keep_the_browser_on_a_leash(service, path):
    headers = get(service, path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Request-Id"]


def test_gzip_has_a_tag_of_its_own(service):
    path = "/api/docs/swagger-ui-bundle.js"
    plain = get(service, path, **{"Accept-Encoding": "identity"})
    packed = get(service, path, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert int(packed.headers["Content-Length"]) < len(plain.body) / 2
    assert packed.body == plain.body  # unpacked by requests


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_not_modified(service, coding):
    first = get(service, "/api/openapi.json", **{"Accept-Encoding": coding})
    again = get(service, "/api/openapi.json",
                **{"Accept-Encoding": coding, "If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control", "Content-Security-Policy"):
        assert again.headers[name] == first.headers[name]
    other = get(service, "/api/openapi.json", **{"If-None-Match": '"other"'})
    assert other.status == 200


def test_nothing_else_is_there(service):
    for path in ("/api/docs/nothing.js", "/api/docs/..%2Findex.html", "/api/docs/%00", "/api/openapi.yaml"):
        answer = service.get(path)
        assert answer.status in (400, 404), answer
        answer.check_problem()
    answer = service.post("/api/docs/", b"")
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_pages_ask_no_other_host(service):
    """All that the page loads comes from the service itself."""
    page = get(service, "/api/docs/").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) >= 5
    for path in loaded:
        assert path.startswith("/api/")
        assert get(service, path).status == 200
    assert "<script>" not in page and "style=" not in page


def test_each_service_describes_itself(api):
    titles = {json.loads(get(service, "/api/openapi.json").body)["info"]["title"]
              for _, service in api.both()}
    assert titles == {"pg_receipts producer", "pg_receipts consumer"}
