"""A token that is bound to places sees these and nothing of others.

Every analyst's route with every parameter, as the table of routes and the OpenAPI
document have them: a bound token must get just what an unbound one gets that asks
for the same places alone.
"""

import itertools
import random

import pytest

from api import model_of
from receipts import example, unique
from routes import routes
from test_tokens import create

FORBIDDEN = "foreign"  # is in every text that only other places have
NOBODY = "nobody-there"
CUT = {"from": "2024-02-07T12:00:00Z", "to": "2024-02-08T00:00:00Z"}


@pytest.fixture(scope="module")
def world(api):
    """Two places of ours and two of others, which share some categories and methods."""
    chance, receipts = random.Random(7), []
    ours, others = [unique("scope-own") for _ in "ab"], [unique("scope-foreign") for _ in "ab"]
    for place in ours + others:
        secret = f"{FORBIDDEN}-things" if place in others else "own things"
        for day, hour in itertools.product((6, 7, 8), (0, 12, 23)):
            receipt = example(place_id=place, place_name=f"Shop {place}",
                              timestamp=f"2024-02-{day:02}T{hour:02}:34:56Z")
            receipt["items"][0]["category"] = chance.choice(["groceries", secret])
            receipt["payment_method"] = chance.choice(["cash", secret])
            receipts.append(receipt)
    api.accept(*receipts)
    api.wait_stored(model_of(*receipts))
    api.rollup()
    late = [example(place_id=place, timestamp="2024-02-09T00:00:00Z") for place in ours + others]
    api.accept(*late)
    api.wait_stored(model_of(*receipts, *late))
    bound = create(api.consumer_admin, role="analyst", places=ours)["token"]
    return World(api.consumer.with_token(bound), api.consumer, ours, others)


class World:
    def __init__(self, bound, free, ours, others):
        self.bound, self.free, self.ours, self.others = bound, free, ours, others

    def values(self, name, schema):
        """What to try for a query parameter; None leaves it out."""
        if "enum" in schema:
            return schema["enum"]
        return {
            "from": [None, CUT["from"]], "to": [None, CUT["to"]],
            "place_id": [None, [self.ours[1]], [self.others[0]], [self.ours[0], *self.others], [NOBODY],
                         self.ours + self.others],
            "category": [None, ["groceries"], [f"{FORBIDDEN}-things"]],
            "live": [None, "true"], "limit": [None, 1], "tz": [None, "Asia/Kathmandu"],
            "q": [None, "scope", FORBIDDEN, "Shop"],
            "cursor": [None],  # followed to the end; see also test_cursors_of_others
        }[name]

    def combinations(self, described):
        """Every combination of what chooses receipts, each with some form of the answer."""
        chance = random.Random(11)
        choices = {name: self.values(name, schema) for name, schema in described.items()}
        forms = {name: choices.pop(name) for name in ("order", "bucket", "tz", "limit") if name in choices}
        for combination in itertools.product(*choices.values()):
            yield {**dict(zip(choices, combination)),
                   **{name: chance.choice(values) for name, values in forms.items()}}

    def visible(self, asked):
        """The places that a bound token may be told about."""
        return [place for place in self.ours if asked is None or place in asked] or [NOBODY]


def flatten(parameters):
    """As pairs, a list repeated."""
    return [(name, value) for name, values in parameters.items() if values is not None
            for value in (values if isinstance(values, list) else [values])]


def pages(service, path, parameters, statuses=(200,)):
    """All pages of an answer as one, without what differs with every rollup."""
    whole, cursor = None, None
    while True:
        pairs = flatten(parameters) + ([("cursor", cursor)] if cursor else [])
        page = service.get(path, params=pairs).expect(*statuses).json
        page.pop("as_of", None)
        if whole is None:
            whole = page
        else:
            whole["results"] += page["results"]
        cursor = page.pop("next", None)
        if cursor is None:
            return whole


def operations(document):
    """(path, {query parameter: schema}) of each route that analysts may use."""
    for path, item in document["paths"].items():
        described = {}
        for parameter in item.get("get", {}).get("parameters", []):
            if "$ref" in parameter:
                parameter = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
            if parameter["in"] == "query":
                described[parameter["name"]] = parameter["schema"]
        if "get" in item:
            yield path, described


def analyst_routes(instance, api):
    """The same, held against the program's own table."""
    table = routes(instance.run_dir / "bin" / "receipts-frontend", "consumer")
    wanted = {route.pattern for route in table if "analyst" in route.role}
    assert all(route.method == "GET" for route in table if "analyst" in route.role)
    found = {path: described for path, described in
             operations(api.consumer.get("/api/openapi.json").json) if path in wanted}
    assert set(found) == wanted and len(wanted) >= 6
    return found


def test_every_route_with_every_parameter(instance, api, world):
    tried = 0
    for path, described in analyst_routes(instance, api).items():
        if "{" in path:
            continue
        for parameters in world.combinations(described):
            seen = pages(world.bound, path, parameters)
            assert FORBIDDEN not in repr(seen), f"{path} {parameters}: {seen}"
            if "place_id" in described:
                alone = {**parameters, "place_id": world.visible(parameters["place_id"])}
                assert seen == pages(world.free, path, alone), f"{path} {parameters}"
            else:
                everything = pages(world.free, path, parameters)
                everything["results"] = [entry for entry in everything["results"]
                                         if entry["place_id"] in world.ours]
                assert seen == everything, f"{path} {parameters}"
            tried += 1
    assert tried > 300


def test_every_route_of_one_place(instance, api, world):
    """Of others' places nothing is said, not even whether there is one."""
    for pattern, described in analyst_routes(instance, api).items():
        if "{" not in pattern:
            continue
        path = pattern.replace("{place_id}", "{}")
        for parameters in world.combinations(described):
            for place in world.ours:
                mine = pages(world.bound, path.format(place), parameters, (200, 404))
                assert mine == pages(world.free, path.format(place), parameters, (200, 404))
            refusals = {world.bound.get(path.format(place), params=flatten(parameters)).expect(403)
                        .text.replace(place, "PLACE") for place in world.others + [NOBODY]}
            assert len(refusals) == 1, refusals


def test_etags_of_others(instance, api, world):
    """An answer that was for somebody else is never "not modified"."""
    for path in analyst_routes(instance, api):
        if "{" in path:
            continue
        theirs = world.free.get(path).expect(200)
        mine = world.bound.get(path, headers={"If-None-Match": theirs.headers["ETag"]}).expect(200)
        assert mine.body != theirs.body and FORBIDDEN not in mine.text
        again = world.bound.get(path, headers={"If-None-Match": mine.headers["ETag"]})
        assert again.status == 304


def test_cursors_of_others(instance, api, world):
    """A cursor says where to go on, not what may be seen."""
    for path, described in analyst_routes(instance, api).items():
        if "cursor" not in described:
            continue
        for order in described.get("order", {}).get("enum", [None]):
            parameters, cursor = {"limit": 1, **({"order": order} if order else {})}, None
            for _ in range(12):
                page = world.free.get(path, params=flatten(parameters) + (
                    [("cursor", cursor)] if cursor else [])).expect(200).json
                cursor = page["next"]
                if cursor is None:
                    break
                seen = world.bound.get(path, params=flatten(parameters) + [("cursor", cursor)])
                assert FORBIDDEN not in seen.expect(200).text


def test_other_routes_are_closed(instance, api, world):
    """What is for other roles stays so."""
    for route in routes(instance.run_dir / "bin" / "receipts-frontend", "consumer"):
        if route.role in ("none",) or "analyst" in route.role:
            continue
        path = route.pattern.replace("{id}", "1")
        body = b"{}" if route.method == "POST" else None
        world.bound.request(route.method, path, body=body).expect(403)
