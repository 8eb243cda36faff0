"""What lies in the topic: key, canonical value, CloudEvents headers."""

import json
from decimal import Decimal

import pytest

import jsontext
from canonical import canonical
from client import instant
from receipts import example, example_text, unique
from waiting import wait_until


def published(api, topic, receipt):
    """Submit a receipt and return its message."""
    answer = api.submit(receipt).expect(201)
    return topic.find(answer.json["transaction_id"])


class TestKey:
    def test_place(self, api, topic):
        place_id = unique("место")
        message = published(api, topic, example(place_id=place_id))
        assert message.key == place_id.encode("utf-8")

    def test_unassigned(self, api, topic):
        """Without a place, receipts spread over the partitions by their own id."""
        receipt = example()
        message = published(api, topic, receipt)
        assert message.key == receipt["transaction_id"].encode("utf-8")
        assert json.loads(message.value)["place_id"] == "unassigned"

    def test_one_place_one_partition(self, api, topic):
        place_id = unique("place")
        receipts = [example(place_id=place_id) for _ in range(8)]
        api.accept(*receipts)
        partitions = {topic.find(receipt["transaction_id"]).partition for receipt in receipts}
        assert len(partitions) == 1


class TestValue:
    def test_the_example(self, api, topic):
        transaction_id = unique("T")
        message = published(api, topic, example_text(transaction_id))
        assert message.value == canonical(example(transaction_id))

    def test_nested_place_becomes_flat(self, api, topic):
        place_id = unique("place")
        receipt = example(place={"place_id": place_id, "place_name": "Бар «У моря»"})
        message = published(api, topic, receipt)
        assert message.value == canonical(receipt, place_id, "Бар «У моря»")

    @pytest.mark.parametrize("timestamp", [
        "2024-02-07T12:34:56+03:00", "2024-02-07T00:15:00.250000+05:30", "2024-02-07T12:34:56Z",
        "2024-12-31T23:30:00-11:00", "2024-02-07T12:34:56.000001", "2024-02-07T12:34:56.000",
        "1812-09-07T06:00:00Z",
    ])
    def test_timestamp_is_in_utc(self, api, topic, timestamp):
        receipt = example(timestamp=timestamp)
        assert published(api, topic, receipt).value == canonical(receipt)

    def test_numbers_are_plain_digits(self, api, topic):
        receipt = example(unique("T"))
        body = jsontext.dumps(receipt).replace("27.47", "2.747E+1").replace("2.47,", "247e-2,")
        body = body.replace("3.00", "3").replace("10.99", "10.990").replace(":2,", ":2.0,")
        assert published(api, topic, body.encode()).value == canonical(receipt)

    def test_prices_and_quantities_keep_their_decimals(self, api, topic):
        items = [{"product_id": "P", "category": "c", "quantity": Decimal(quantity),
                  "price": Decimal(price)}
                 for quantity, price in (("0.333333", "0.0001"), ("100", "5"), ("1.50", "2.5"),
                                         ("999999999.999999", "0.1234"))]
        receipt = example(items=items, total_amount=Decimal("123400008.75"))
        assert published(api, topic, receipt).value == canonical(receipt)

    def test_unknown_members_are_kept(self, api, topic):
        receipt = example(zeta="last", Alpha={"z": [1, None, True], "a": {"b": "ж\n\"\\/"}},
                          ключ=Decimal("1.2300"))
        receipt["items"][0]["barcode"] = "4600000000000"
        receipt["items"][0]["attributes"] = {"weight": Decimal("0.5"), "tags": ["bio"]}
        message = published(api, topic, receipt)
        assert message.value == canonical(receipt)
        kept = jsontext.loads(message.value.decode())
        assert kept["Alpha"] == {"z": [1, None, True], "a": {"b": "ж\n\"\\/"}}
        assert kept["items"][0]["attributes"] == {"weight": Decimal("0.5"), "tags": ["bio"]}

    def test_unknown_members_of_the_place_are_kept(self, api, topic):
        place_id = unique("place")
        receipt = example(place={"place_id": place_id, "city": "Тверь", "floor": Decimal("2")})
        message = published(api, topic, receipt)
        flat = {name: value for name, value in receipt.items() if name != "place"}
        expected = canonical(flat, place_id)
        assert message.value == expected[:-1] + ',"place":{"city":"Тверь","floor":2}}'.encode()

    def test_unknown_numbers_stay_as_written(self, api, topic):
        receipt = example(unique("T"))
        body = jsontext.dumps(receipt)[:-1] + ',"x":1e3,"y":-0.00,"z":[1E+2, 1.50]}'
        message = published(api, topic, body.encode())
        assert message.value == canonical(receipt)[:-1] + b',"x":1e3,"y":-0.00,"z":[1E+2,1.50]}'

    def test_escapes_are_minimal(self, api, topic):
        receipt = example(unique("T"), payment_method="кредит/\"visa\"\\ 😀")
        body = json.dumps(jsontext.loads(jsontext.dumps(receipt)), default=float).encode()
        assert b"\\ud83d" in body
        assert published(api, topic, body).value == canonical(receipt)


class TestHeaders:
    def test_cloud_events_binary_mode(self, api, topic):
        receipt = example()
        answer = api.submit(receipt).expect(201)
        headers = topic.find(receipt["transaction_id"]).headers
        assert headers["ce_specversion"] == "1.0"
        assert headers["ce_source"] == "/pg_receipts/producer"
        assert headers["ce_type"] == "pg_receipts.receipt.v1"
        assert headers["content-type"].startswith("application/json")
        assert headers["ce_id"]
        assert instant(headers["ce_time"]) is not None
        assert answer.status == 201

    def test_ids_are_unique(self, api, topic):
        receipts = [example() for _ in range(5)]
        api.accept(*receipts)
        ids = {topic.find(receipt["transaction_id"]).headers["ce_id"] for receipt in receipts}
        assert len(ids) == 5


class TestOnce:
    def test_only_accepted_receipts_are_published(self, api, topic):
        good, bad = example(), example(payment_method="")
        api.submit(bad).expect(400)
        api.submit(good).expect(201)
        api.submit(good).expect(200)
        api.submit({**good, "payment_method": "cash"}).expect(409)
        last = example()
        api.submit(last).expect(201)
        topic.find(last["transaction_id"])
        wait_until(lambda: len(topic.all(good["transaction_id"])) == 1)
        assert topic.all(bad["transaction_id"]) == []
