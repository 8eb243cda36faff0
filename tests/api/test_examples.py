"""The examples of the OpenAPI documents are true.

Each is sent, in the order in which they stand, and answered as the document shows: an
example of a request or a parameter belongs to those of the answers that have its name.
The receipts and the place in them get names of their own for each run.
"""

import json
import re

import pytest

from conftest import SERVICES
from receipts import unique
from test_drift import operations, resolve
from waiting import wait_until
from world import World

# What differs from run to run; only its type is compared.
VOLATILE = {"received_at", "accepted_at", "published_at", "created_at", "as_of", "started_at", "finished_at",
            "id", "token", "partition", "offset", "run_id", "batches", "deltas", "buckets"}
VOLATILE_OF = {"rollup_start": {"receipts"}}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
# Of answers to requests that another test of this file sends.
ELSEWHERE = {"parameters"}


@pytest.fixture(scope="module")
def renamed(api):
    """The document of a service, with names of this run."""
    run = unique("run")
    names = {"T-1001": f"T-1001-{run}", "T-1002": f"T-1002-{run}", "T-1003": f"T-1003-{run}",
             "shop-1": f"shop-1-{run}", "Corner shop": f"Corner shop {run}", "corner shop": f"corner shop {run}"}

    def get(name):
        text = getattr(api, f"{name}_admin").get("/api/openapi.json").text
        return json.loads(re.sub("|".join(names), lambda found: names[found[0]], text))
    return get


class Operation:
    """An operation with its examples: {name: value} of everything that has some."""

    def __init__(self, document, method, path, operation):
        self.method, self.path, self.id = method, path, operation["operationId"]
        self.parameters = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
        self.bodies = {name: (media, example["value"])
                       for media, content in operation.get("requestBody", {}).get("content", {}).items()
                       for name, example in content.get("examples", {}).items()}
        self.answers = {name: (int(status), example["value"])
                        for status, answer in operation["responses"].items()
                        for content in resolve(document, answer).get("content", {}).values()
                        for name, example in content.get("examples", {}).items()}

    def names(self):
        """Those of the bodies in their order; without a body, those of the parameters or answers."""
        of_parameters = [name for parameter in self.parameters for name in parameter.get("examples", {})]
        others = of_parameters + [name for name in self.answers if name not in ELSEWHERE]
        return list(self.bodies) or list(dict.fromkeys(others))

    def send(self, service, name, stand_ins):
        """Send one example."""
        path, query = self.path, []
        for parameter in self.parameters:
            value = parameter.get("examples", {}).get(name, {}).get("value")
            if parameter["in"] == "path":
                given = value if value is not None else stand_ins[self.id]()
                path = path.replace("{" + parameter["name"] + "}", str(given))
            elif value is not None:
                query += [(parameter["name"], json.dumps(one) if isinstance(one, bool) else one)
                          for one in (value if isinstance(value, list) else [value])]
        media, body = self.bodies.get(name, (None, None))
        if body is not None:
            body = body if isinstance(body, str) else json.dumps(body)
        return service.request(self.method, path, params=query, body=body, headers={"Content-Type": media})


def difference(shown, seen, volatile, where=""):
    """The first place where an answer is not what is shown, or None."""
    if isinstance(shown, dict) and isinstance(seen, dict):
        if set(shown) != set(seen):
            return f"{where}: {sorted(seen)} instead of {sorted(shown)}"
        pairs = [(shown[key], seen[key], key) for key in shown]
    elif isinstance(shown, list) and isinstance(seen, list):
        if len(shown) != len(seen):
            return f"{where}: {seen} instead of {shown}"
        pairs = [(one, other, number) for number, (one, other) in enumerate(zip(shown, seen))]
    else:
        if where == "/detail":
            shown, seen = INSTANT.sub("…", shown), INSTANT.sub("…", seen)
        same = shown == seen or where.rpartition("/")[2] in volatile and type(shown) is type(seen)
        return None if same else f"{where}: {seen!r} instead of {shown!r}"
    found = (difference(one, other, volatile, f"{where}/{key}") for one, other, key in pairs)
    return next(filter(None, found), None)


def wrong(operation, answer, name):
    """What is wrong with an answer, or None."""
    if name not in operation.answers:
        return None if answer.status < 300 else f"{answer!r}"
    status, value = operation.answers[name]
    if answer.status != status:
        return f"{status} is shown: {answer!r}"
    return difference(value, json.loads(answer.body), VOLATILE | VOLATILE_OF.get(operation.id, set()))


def run(operation, name, service, stand_ins):
    """Send an example until it is answered as shown: what is read arrives in a moment."""
    found = wrong(operation, operation.send(service, name, stand_ins), name)
    if found and operation.method == "GET":
        wait_until(lambda: wrong(operation, operation.send(service, name, stand_ins), name) is None,
                   what=f"the answer of {operation.path} as shown; it was first {found}")
    else:
        assert not found, f"{operation.method} {operation.path}, example {name}: {found}"


def test_examples(instance, api, renamed):
    """Both services in one test, since the second shows what was sent to the first."""
    world = World(instance, api)
    stand_ins = {"dead_letter_dismiss": world.dead_letter}
    sent = 0
    for service in SERVICES:
        document = renamed(service)
        for each in operations(document):
            operation = Operation(document, *each)
            for name in operation.names():
                run(operation, name, getattr(api, f"{service}_admin"), stand_ins)
                sent += 1
            unseen = set(operation.answers) - set(operation.names()) - ELSEWHERE
            assert not unseen, f"{operation.method} {operation.path}: nothing is sent for {unseen}"
    assert sent > 20


def test_example_of_parameters(admin, document):
    shown = document["components"]["responses"]["BadRequest"]["content"]["application/problem+json"]
    answer = admin.get("/api/tokens/?limit=0").expect(400)
    assert difference(shown["examples"]["parameters"]["value"], json.loads(answer.body), set()) is None
