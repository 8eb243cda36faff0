"""What the requests of the table in docs/api.md are about: places, receipts, tokens, dead letters."""

from model import Model
from receipts import example, unique
from topic import TopicWriter
from waiting import wait_until

ROLES = ("submitter", "analyst")


class World:
    """Two places with a purchase each; tokens bound to the first; a supply of what a request uses up."""

    def __init__(self, instance, api):
        self.api = api
        self.own, self.other = unique("place"), unique("place")
        self.sold = {place: example(place_id=place) for place in (self.own, self.other)}
        model = Model()
        for receipt in self.sold.values():
            api.accept(receipt)
            model.add(receipt)
        api.wait_stored(model)
        api.rollup()
        self._writer = TopicWriter(instance["BROKERS"], instance["TOPIC"])
        self.closed_dead_letter()

    def callers(self, name):
        """Who may ask the service: name to the service with a token of theirs."""
        service, admin = getattr(self.api, name), getattr(self.api, f"{name}_admin")
        found = {"none": service.with_token(None)}
        for role in ROLES:
            found[role] = service.with_token(getattr(self.api, role))
            bound = self.token(name, role=role, places=[self.own])["token"]
            found[f"{role} of P"] = service.with_token(bound)
        return {**found, "admin": admin}

    def service_name(self, service):
        """Which of the services it is, whoever asks."""
        return next(name for name, known in self.api.both() if known.base_url == service.base_url)

    def token(self, name, **request):
        """A new token of the service."""
        admin = getattr(self.api, f"{name}_admin")
        return admin.post("/api/tokens/", {"name": "table", "role": "submitter", **request}).expect(201).json

    def dead_letter(self):
        """The id of a new dead letter."""
        at = self._writer.send(unique("junk").encode())
        return wait_until(lambda: next(
            (letter["id"] for letter in self.api.consumer_admin.get("/api/dead-letters/").json["results"]
             if (letter["partition"], letter["offset"]) == at), None), what="the dead letter")

    def closed_dead_letter(self):
        """The id of a dead letter that was dismissed."""
        letter = self.dead_letter()
        self.api.consumer_admin.post(f"/api/dead-letters/{letter}/dismiss/", {"note": "test"}).expect(200)
        return letter
