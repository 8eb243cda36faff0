"""A thin HTTP client of the two services.

It adds nothing to a request but the token and a time-out, and it follows no
redirect, so that what a test sees is what the service sent.
"""

import threading
from datetime import datetime

import requests

import jsontext

TIMEOUT = 20
JSON = "application/json"
PROBLEM = "application/problem+json"


class Answer:
    """An HTTP answer: status, headers, exact bytes, and the JSON in them."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content
        self.text = response.content.decode("utf-8", "replace")
        self.request = response.request

    def __repr__(self):
        return f"<{self.request.method} {self.request.url}: {self.status} {self.text[:1500]}>"

    @property
    def content_type(self):
        return self.headers.get("Content-Type", "").split(";")[0].strip()

    @property
    def json(self):
        return jsontext.loads(self.body.decode("utf-8"))

    def expect(self, *statuses):
        """Require one of these statuses, and JSON of the right kind; return self."""
        assert self.status in statuses, f"expected {statuses}: {self!r}"
        if self.status >= 400:
            self.check_problem()
        elif self.body:
            assert self.content_type == JSON, repr(self)
        return self

    def check_problem(self):
        """Require a problem of RFC 9457 with all the members the contract names."""
        if self.request.method == "HEAD":
            return
        assert self.content_type == PROBLEM, repr(self)
        problem = self.json
        for member in ("type", "title", "detail"):
            assert isinstance(problem.get(member), str) and problem[member], repr(self)
        assert problem["type"].startswith("urn:pg-receipts:problem:"), repr(self)
        assert problem["status"] == self.status, repr(self)

    @property
    def problems(self):
        """The (pointer, code) pairs of a refused receipt."""
        return _pairs(self.json.get("errors"), self)

    @property
    def warnings(self):
        """The (pointer, code) pairs of an accepted receipt's warnings."""
        return _pairs(self.json.get("warnings"), self)


def _pairs(problems, answer):
    """Check the shape of a problem list and reduce it to (pointer, code) pairs."""
    assert isinstance(problems, list), repr(answer)
    for problem in problems:
        assert set(problem) == {"pointer", "code", "message"}, repr(answer)
        assert isinstance(problem["message"], str) and problem["message"], repr(answer)
        pointer = problem["pointer"]
        assert pointer == "" or pointer.startswith("/"), repr(answer)
    return [(problem["pointer"], problem["code"]) for problem in problems]


class Service:
    """One service; token is what its requests present unless told otherwise."""

    def __init__(self, base_url, token=None):
        self.base_url = base_url.rstrip("/")
        self.token = token
        self._local = threading.local()

    def with_token(self, token):
        """The same service, addressed with another token (None: no token)."""
        return Service(self.base_url, token)

    def _session(self):
        """A connection pool per thread: requests' sessions are not shareable."""
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
            session.headers.clear()
        return session

    def request(self, method, path, *, headers=None, body=None, params=None,
                timeout=TIMEOUT):
        """Send one request.  path goes out as given: quote it where needed."""
        sent = {"Accept": JSON}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, (dict, list)):
            body = jsontext.encode(body)
        if body is not None:
            sent["Content-Type"] = JSON
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        response = self._session().request(
            method, self.base_url + path, headers=sent, data=body, params=params,
            timeout=timeout, allow_redirects=False)
        return Answer(response)

    def get(self, path, **how):
        return self.request("GET", path, **how)

    def post(self, path, body=None, **how):
        return self.request("POST", path, body=body, **how)

    def delete(self, path, **how):
        return self.request("DELETE", path, **how)

    def close(self):
        """Drop this thread's kept connections."""
        session = getattr(self._local, "session", None)
        if session is not None:
            session.close()
            self._local.session = None


def instant(text):
    """Parse a timestamp of an answer; it must carry its offset."""
    assert isinstance(text, str), f"not a timestamp: {text!r}"
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert parsed.tzinfo is not None, f"a timestamp without an offset: {text!r}"
    return parsed
