"""Both services with their tokens, and the calls that many tests make."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from client import Service
from model import Model, differences
from waiting import wait_until


class Api:
    """The two services; each call presents the least role that may make it."""

    def __init__(self, instance):
        self.submitter = instance["SUBMITTER_TOKEN"]
        self.analyst = instance["ANALYST_TOKEN"]
        self.admin = instance["ADMIN_TOKEN"]
        self.producer = Service(instance["PRODUCER_URL"], self.submitter)
        self.consumer = Service(instance["CONSUMER_URL"], self.analyst)
        self.producer_admin = self.producer.with_token(self.admin)
        self.consumer_admin = self.consumer.with_token(self.admin)

    def both(self):
        """The two services as (name, service)."""
        return (("producer", self.producer), ("consumer", self.consumer))

    # Producer

    def submit(self, receipt, **how):
        """POST a receipt (a value, or bytes exactly as they are)."""
        return self.producer.post("/api/checks/", receipt, **how)

    def accept(self, *receipts, threads=4):
        """Submit receipts, several at a time, and require 201 for each."""
        if len(receipts) == 1:
            return [self.submit(receipts[0]).expect(201)]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(lambda receipt: self.submit(receipt).expect(201), receipts))

    def check_status(self, transaction_id, service=None):
        return (service or self.producer).get(f"/api/checks/{quote(transaction_id, safe='')}/")

    # Consumer

    def analytics(self, **filters):
        """GET /api/analytics/; a list repeats a parameter, None leaves it out."""
        return self.consumer.get("/api/analytics/", params=parameters(filters))

    def place_analytics(self, place_id, **filters):
        return self.consumer.get(f"/api/analytics/{quote(place_id, safe='')}/",
                                 params=parameters(filters))

    def rollup(self):
        """Run a rollup now and require that it did."""
        return self.consumer_admin.post("/api/rollups/").expect(200, 201)

    def wait_stored(self, model, timeout=60):
        """Wait until the live figures of the model's places are the model's, exactly."""
        wait_until(lambda: self.check(model, live="true"), timeout, interval=0.1,
                   what="all receipts in the live analytics")

    def check(self, model, start=None, end=None, places=None, **filters):
        """Require that the analytics of the model's places equal the model."""
        places = model.places if places is None else places
        answer = self.analytics(place_id=places, limit=len(places) + 1, **filters,
                                **{"from": start and start.isoformat(),
                                   "to": end and end.isoformat()}).expect(200)
        results = {entry["place_id"]: entry for entry in answer.json["results"]}
        assert len(results) == len(answer.json["results"]), f"a place twice: {answer!r}"
        found = differences(results, model.results(start, end, places))
        expected_total = model.total(start, end, places)
        if expected_total is None:
            if answer.json["total"]["total_purchases"] != 0:
                found.append(f"total of nothing: {answer.json['total']}")
        else:
            found += differences(total_figures(answer.json["total"]), expected_total, "total")
        assert not found, f"{answer.request.url}:\n" + "\n".join(found[:20])
        return True


def total_figures(total):
    """The total without the members that would name a place."""
    return {name: value for name, value in total.items()
            if name not in ("place_id", "place_name")}


def parameters(filters):
    """Query parameters as pairs, in order, without those that are None."""
    pairs = []
    for name, value in filters.items():
        for one in value if isinstance(value, (list, tuple, set)) else (value,):
            if one is not None:
                pairs.append((name, str(one)))
    return pairs


def model_of(*receipts, **how):
    """A model that holds these receipts."""
    model = Model()
    model.add(*receipts, **how)
    return model
