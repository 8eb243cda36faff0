"""The OpenAPI documents and the services cannot drift apart.

Operations and roles are compared with the table of routes, both ways; query
parameters with what the functions in the database say when they refuse one.
"""

import re

from routes import routes

METHODS = ("get", "post", "put", "patch", "delete")
WORDS = {"boolean": "true or false", "date-time": "an ISO 8601 time"}


def operations(document):
    """Yields (method, path, operation)."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def resolve(document, part):
    """Follows a reference into the document."""
    while "$ref" in part:
        target = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part


def query_parameters(document, operation):
    found = (resolve(document, parameter) for parameter in operation.get("parameters", []))
    return {parameter["name"]: resolve(document, parameter["schema"])
            for parameter in found if parameter["in"] == "query"}


def concrete(path):
    """The path with something in the place of each parameter."""
    return re.sub(r"\{\w+\}", "1", path)


# What the front end judges by itself: no parameter is known there.
FRONT_END = {("POST", "/api/checks/"), ("POST", "/api/checks/batch/")}


def test_operations_are_the_routes(document, instance, name):
    documented = {}
    for method, path, operation in operations(document):
        role = re.match(r"Role: (\w+)", operation["description"])
        assert role, f"{method} {path} does not begin with its role"
        documented[method, path] = role.group(1)
        assert ("security" in operation) == (role.group(1) == "none"), f"{method} {path}"
    table = routes(instance.run_dir / "bin" / "receipts-frontend", name)
    assert documented == {(route.method, route.pattern): route.role.split(",")[0] for route in table}


def test_parameters_are_those_of_the_database(document, admin):
    compared = 0
    for method, path, operation in operations(document):
        if operation.get("security") == []:
            continue
        answer = admin.request(method, concrete(path), params={"no_such": "x"},
                               body=b"{}" if method == "POST" else None)
        answer.expect(400)
        if (method, path) in FRONT_END:
            assert "no_such" in answer.json["detail"] and not query_parameters(document, operation)
            continue
        message, = [error["message"] for error in answer.json["errors"] if error["parameter"] == "no_such"]
        known = re.search(r"; (?:known are: (.+)|none is known)\.$", message)
        path_parameters = set(re.findall(r"\{(\w+)\}", path))
        names = set(known.group(1).split(", ") if known.group(1) else ()) - path_parameters
        assert names == set(query_parameters(document, operation)), f"{method} {path}"
        compared += 1
    assert compared > 4


def wanted(schema):
    """What the service says that it wants in the place of a bad value."""
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if schema["type"] == "integer":
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    return WORDS.get(schema.get("format", schema["type"]))


def test_parameters_are_of_the_documented_kind(document, admin):
    compared = 0
    for method, path, operation in operations(document):
        for parameter, schema in query_parameters(document, operation).items():
            expected = wanted(schema)
            if method != "GET" or expected is None:
                continue
            answer = admin.request(method, concrete(path), params={parameter: "\u2603"}).expect(400)
            message, = [error["message"] for error in answer.json["errors"]]
            assert f"wanted is {expected}" in message, f"{method} {path}: {message}"
            compared += 1
    assert compared > 4


def test_every_operation_says_how_it_fails(document):
    """What any request may be answered stands with each operation."""
    for method, path, operation in operations(document):
        answers = set(operation["responses"])
        assert answers >= {"400", "408", "413"}, f"{method} {path}"
        if operation.get("security") != []:
            assert answers >= {"401", "403", "429", "500", "503"}, f"{method} {path}"
        if method == "POST":
            assert "415" in answers, f"{method} {path}"
        for status, answer in operation["responses"].items():
            answer = resolve(document, answer)
            assert "X-Request-Id" in answer["headers"], f"{method} {path} {status}"
            if int(status) >= 400:
                assert set(answer["content"]) == {"application/problem+json"}, f"{method} {path} {status}"
