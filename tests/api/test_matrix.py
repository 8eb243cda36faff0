"""docs/api.md says who may do what: each endpoint is asked by each caller, and the table has the answers.

With --rewrite the table is written anew.
"""

import re

import pytest

from client import JSON
from conftest import SERVICES
from test_drift import operations
from receipts import example
from world import World

BEGIN, END = "<!-- table: written by tests/api -->\n", "<!-- end of the table -->\n"


def place(suffix):
    """The same for place P, to which some tokens are bound, and for another place Q."""
    def of(name):
        return lambda world, service: service.get(suffix.format(getattr(world, name)))
    return [("P", of("own")), ("Q", of("other"))]


def post(path, body=None):
    return [("", lambda world, service: service.post(path, body))]


# What is asked, where it is not just a GET of the path: (about what, how).
REQUESTS = {
    "submit": [
        ("a receipt of P", lambda w, s: s.post("/api/checks/", example(place_id=w.own))),
        ("a receipt of Q", lambda w, s: s.post("/api/checks/", example(place_id=w.other)))],
    "submit_batch": [
        ("of P and Q", lambda w, s: s.post("/api/checks/batch/", [example(place_id=w.own), example(place_id=w.other)]))],
    "check_status": [
        ("P", lambda w, s: s.get(f"/api/checks/{w.sold[w.own]['transaction_id']}/")),
        ("Q", lambda w, s: s.get(f"/api/checks/{w.sold[w.other]['transaction_id']}/"))],
    "analytics": [("", lambda w, s: s.get("/api/analytics/"))] + place("/api/analytics/?place_id={}"),
    "timeseries": [("", lambda w, s: s.get("/api/analytics/timeseries/"))]
    + place("/api/analytics/timeseries/?place_id={}"),
    "categories": [("", lambda w, s: s.get("/api/categories/"))] + place("/api/categories/?place_id={}"),
    "analytics_place": place("/api/analytics/{}/"),
    "place": place("/api/places/{}/"),
    "rollup_start": post("/api/rollups/"),
    "dead_letter_retry_code": post("/api/dead-letters/retry/?code=none"),
    "dead_letter_retry": [
        ("still broken", lambda w, s: s.post(f"/api/dead-letters/{w.dead_letter()}/retry/")),
        ("closed before", lambda w, s: s.post(f"/api/dead-letters/{w.closed_dead_letter()}/retry/"))],
    "dead_letter_dismiss": [
        ("", lambda w, s: s.post(f"/api/dead-letters/{w.dead_letter()}/dismiss/", {"note": "test"}))],
    "token_create": post("/api/tokens/", {"name": "table", "role": "submitter"}),
    "token_revoke": [
        ("", lambda w, s: s.delete(f"/api/tokens/{w.token(w.service_name(s))['id']}/"))],
    "docs_file": [("", lambda w, s: s.get("/api/docs/docs.js"))],
    "dashboard_file": [("", lambda w, s: s.get("/dashboard/main.js"))],
}


def outcome(answer):
    """The status, and whether a listing had nothing in it."""
    empty = answer.request.method == "GET" and answer.content_type == JSON and answer.json.get("results") == []
    return f"{answer.status} empty" if empty else str(answer.status)


def seen(world, callers, method, path, operation):
    """Rows of (endpoint, about what, status for each caller)."""
    requests = REQUESTS.get(operation["operationId"])
    if requests is None:
        assert method == "GET" and "{" not in path, f"how is {method} {path} asked?"
        requests = [("", lambda world, service: service.get(path))]
    for about, ask in requests:
        yield f"`{method} {path}`", about, [outcome(ask(world, caller)) for caller in callers.values()]


@pytest.fixture(scope="module")
def table(instance, api):
    """The lines of the table, as the services answer; what both have stands once."""
    world, found, names = World(instance, api), {}, None
    for name in SERVICES:
        callers = world.callers(name)
        names = list(callers)
        document = getattr(api, f"{name}_admin").get("/api/openapi.json").json
        for method, path, operation in operations(document):
            for endpoint, about, statuses in seen(world, callers, method, path, operation):
                found.setdefault((endpoint, about, *statuses), []).append(name)
    lines = [["service", "endpoint", "about", *names], ["---"] * (len(names) + 3)]
    lines += [["both" if len(of) == len(SERVICES) else of[0], *row] for row, of in found.items()]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def test_table(table, pytestconfig):
    page = pytestconfig.rootpath.parents[1] / "docs" / "api.md"
    text = page.read_text("utf-8")
    before, shown, after = re.fullmatch(f"(.*{BEGIN}\n)(.*)(\n{END}.*)", text, re.DOTALL).groups()
    if pytestconfig.getoption("rewrite"):
        page.write_text(before + table + after, "utf-8")
    else:
        assert table == shown, "docs/api.md is out of date: ./receipts test api -k table --rewrite"


def test_every_endpoint_is_described(document, pytestconfig):
    text = (pytestconfig.rootpath.parents[1] / "docs" / "api.md").read_text("utf-8").partition(BEGIN)[0]
    missing = [f"{method} {path}" for method, path, _ in operations(document)
               if not re.search(rf"`{method} {re.escape(path)}[`?]", text)]
    assert not missing


def test_table_holds_what_the_contract_says(table):
    """What is never so, whatever the page says."""
    for line in table.splitlines()[2:]:
        service, endpoint, about, none, submitter, of_place, analyst, analyst_of_place, admin = (
            cell.strip() for cell in line.strip("|").split("|"))
        assert none in ("401", "200"), line
        assert "5" not in {status[0] for status in (none, submitter, of_place, analyst, analyst_of_place, admin)}, line
        if none == "401":
            assert "401" not in (submitter, of_place, analyst, analyst_of_place, admin), line
            assert "403" in (submitter, analyst), line
        assert admin[0] == "2" or about == "still broken", line
