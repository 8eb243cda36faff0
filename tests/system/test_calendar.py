"""Zones: whose clock a timestamp means, and where a place's days are cut."""

import json
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from api import model_of
from canonical import canonical
from receipts import example, random_receipt, random_source, unique, utc
from waiting import wait_until


def stored_timestamp(api, topic, receipt, service=None):
    """The instant under which a receipt is published."""
    (service or api.producer).post("/api/checks/", receipt).expect(201)
    return json.loads(topic.find(receipt["transaction_id"]).value)["timestamp"]


class TestWhoseClock:
    @pytest.fixture
    def moscow(self, producer_db):
        """A place whose zone a DBA has set."""
        place_id = unique("place")
        producer_db.execute("INSERT INTO journal.place (place_id, place_name, timezone)"
                            " VALUES (%s, 'Бар', 'Europe/Moscow')", [place_id])
        yield place_id
        producer_db.execute("DELETE FROM journal.place WHERE place_id = %s", [place_id])

    @pytest.mark.parametrize("form", ["flat", "nested"])
    def test_the_place_s(self, api, topic, moscow, form):
        place = {"place_id": moscow}
        receipt = example(**(place if form == "flat" else {"place": place}))
        assert stored_timestamp(api, topic, receipt) == "2024-02-07T09:34:56Z"

    def test_an_offset_wins(self, api, topic, moscow):
        receipt = example(place_id=moscow, timestamp="2024-02-07T12:34:56+05:00")
        assert stored_timestamp(api, topic, receipt) == "2024-02-07T07:34:56Z"

    def test_the_place_of_the_token(self, api, topic, moscow):
        made = api.producer_admin.post("/api/tokens/", {
            "name": unique("till"), "role": "submitter", "places": [moscow]}).expect(201).json
        receipt = example()
        till = api.producer.with_token(made["token"])
        assert stored_timestamp(api, topic, receipt, till) == "2024-02-07T09:34:56Z"
        value = json.loads(topic.find(receipt["transaction_id"]).value)
        assert (value["place_id"], value["place_name"]) == (moscow, "Бар")

    def test_other_places_are_in_utc(self, api, topic, moscow):
        assert stored_timestamp(api, topic, example()) == "2024-02-07T12:34:56Z"


def test_configured_zone(api, topic, producer_setting):
    producer_setting("default_timezone", "Asia/Tokyo")
    assert stored_timestamp(api, topic, example()) == "2024-02-07T03:34:56Z"
    receipt = example(timestamp="2024-02-07T12:34:56Z")
    assert stored_timestamp(api, topic, receipt) == "2024-02-07T12:34:56Z"


ZONES = [
    ("UTC", "00:00"), ("Asia/Kathmandu", "00:00"), ("America/St_Johns", "04:30"),
    ("Europe/Berlin", "00:00"), ("Pacific/Kiritimati", "06:00"), ("Europe/Moscow", "23:59"),
]


def local_day(when, zone, day_start):
    """The business day of an instant, by the clock on the wall."""
    hours, minutes = map(int, day_start.split(":"))
    wall = when.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return (wall - timedelta(hours=hours, minutes=minutes)).date()


@pytest.mark.parametrize("zone, day_start", ZONES)
class TestDays:
    def place(self, api, consumer_db, zone, day_start):
        """A place with its calendar, set while some receipts are rolled up and some are not."""
        source = random_source(f"{zone} {day_start}")
        place_id = unique("place")
        moments = [utc(2024, 3, 30, 18) + timedelta(minutes=source.randrange(60 * 40))
                   for _ in range(25)]
        moments += [utc(2024, 10, 26, 18) + timedelta(minutes=source.randrange(60 * 40))
                    for _ in range(25)]
        receipts = [random_receipt(source, place_id, when) for when in moments]
        model = model_of(*receipts[:16])
        api.accept(*receipts[:16])
        api.wait_stored(model)
        api.rollup()
        api.accept(*receipts[16:32])
        model.add(*receipts[16:32])
        api.wait_stored(model)
        consumer_db.execute("SELECT analytics.set_place_calendar(%s, %s, %s)",
                            [place_id, zone, day_start])
        api.check(model, live="true")
        api.accept(*receipts[32:])
        model.add(*receipts[32:])
        api.wait_stored(model)
        return place_id, model

    def test_figures_do_not_depend_on_the_calendar(self, api, consumer_db, zone, day_start):
        _, model = self.place(api, consumer_db, zone, day_start)
        source = random_source("intervals")
        for rolled_up in (False, True):
            if rolled_up:
                api.rollup()
                api.check(model)
            for _ in range(12):
                start = utc(2024, 3, 30) + timedelta(minutes=source.randrange(60 * 48))
                end = start + timedelta(minutes=source.choice((1, 45, 60, 600, 1440, 400000)))
                if source.random() < 0.5:
                    start = start.replace(minute=source.choice((0, 0, 15, 30, 45)), second=0)
                api.check(model, start, end, live="true")
                if rolled_up:
                    api.check(model, start, end)

    def test_daily_view(self, api, consumer_db, zone, day_start):
        place_id, model = self.place(api, consumer_db, zone, day_start)
        api.rollup()
        expected = Counter(local_day(receipt.occurred_at, zone, day_start)
                           for receipt in model.receipts.values())
        found = dict(consumer_db.execute(
            "SELECT day, purchases FROM analytics.place_daily WHERE place_id = %s",
            [place_id]).fetchall())
        assert found == dict(expected)


class TestReassignment:
    def test_the_figures_follow(self, api, consumer_db, topic, writer):
        """Receipts without a place are given one later; also when they come again."""
        receipts = [example(timestamp=f"2021-06-0{day}T10:00:00Z") for day in (1, 2, 3)]
        place_id = unique("place")
        api.accept(*receipts)
        ids = [receipt["transaction_id"] for receipt in receipts]
        wait_until(lambda: consumer_db.execute(
            "SELECT count(*) = 3 FROM analytics.receipt WHERE transaction_id = ANY (%s)",
            [ids]).fetchone()[0], what="the receipts to be stored")
        api.rollup()

        def unassigned():
            answer = api.analytics(place_id="unassigned", **{
                "from": "2021-06-01T00:00:00Z", "to": "2021-06-04T00:00:00Z"})
            return sum(entry["total_purchases"] for entry in answer.expect(200).json["results"])

        before = unassigned()
        moved = consumer_db.execute("SELECT analytics.reassign_place(%s, %s, 'Бар')",
                                    [ids[:2], place_id]).fetchone()
        assert moved == (2,)
        # What SQL changed is heard of by the answer cache a moment later.
        wait_until(lambda: unassigned() == before - 2, what="the moved receipts to be gone")
        model = model_of(*({**receipt, "place_id": place_id, "place_name": "Бар"}
                           for receipt in receipts[:2]))
        api.check(model)

        message = topic.find(ids[0])
        writer.send(message.value, message.key, partition=message.partition)
        marker = example(place_id=unique("place"))
        writer.send(canonical(marker, marker["place_id"]), b"k", partition=message.partition)
        api.wait_stored(model_of(marker))
        api.rollup()
        api.check(model)
        assert unassigned() == before - 2


class TestRetention:
    @pytest.fixture
    def dropped_until_2015(self, consumer_db):
        """As if raw receipts before 2015 had been dropped by a DBA's setting."""
        (kept,) = consumer_db.execute("SELECT raw_from::text FROM analytics.retention").fetchone()
        consumer_db.execute("UPDATE analytics.retention SET raw_from = '2015-01-01Z'")
        yield
        consumer_db.execute("UPDATE analytics.retention SET raw_from = %s::timestamptz",
                            [kept])

    def test_ragged_edges_get_a_422(self, api, consumer_db, request):
        receipt = example(place_id=unique("place"), timestamp="2012-12-12T12:30:00Z")
        api.submit(receipt).expect(201)
        model = model_of(receipt)
        api.wait_stored(model)
        api.rollup()
        request.getfixturevalue("dropped_until_2015")
        api.check(model)
        api.check(model, utc(2012, 12, 12, 12), utc(2012, 12, 12, 13))
        for path in ("/api/analytics/", f"/api/analytics/{receipt['place_id']}/"):
            answer = api.consumer.get(path, params={
                "from": "2012-12-12T12:15:00Z", "to": "2012-12-12T13:00:00Z"}).expect(422)
            assert "2015-01-01" in answer.json["detail"]
        api.check(model, utc(2012, 1, 1), utc(2016, 6, 1, 1, 2, 3))
