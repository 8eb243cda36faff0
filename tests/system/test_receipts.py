"""POST /api/checks/: what is accepted, what is refused, and how each refusal is named."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

import jsontext
from client import instant
from receipts import example, example_text, unique

MIB = 1024 * 1024


def changed(path, value):
    """The example with the member at path (keys and indexes) set to value."""
    receipt = example()
    holder = receipt
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return receipt


def without(path):
    """The example without the member at path."""
    receipt = example()
    holder = receipt
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return receipt


def pointer(path):
    return "".join(f"/{step}" for step in path)


def raw(text, **values):
    """A receipt written by hand: TEXT stands for further members, in front of the rest."""
    members = dict(values)
    body = jsontext.dumps(example(**members))
    return ("{" + text + "," + body[1:]).encode("utf-8", "surrogatepass")


STRINGS = [
    (("transaction_id",), 128), (("payment_method",), 128),
    (("items", 0, "product_id"), 128), (("items", 1, "category"), 128),
]
REQUIRED = [
    ("transaction_id",), ("timestamp",), ("items",), ("total_amount",), ("nds_amount",),
    ("payment_method",), ("items", 0, "product_id"), ("items", 0, "quantity"),
    ("items", 1, "price"), ("items", 1, "category"),
]
MONEY = [("total_amount",), ("nds_amount",), ("tips_amount",)]


class TestAccepted:
    def test_the_example_byte_for_byte(self, api):
        transaction_id = unique("T")
        before = datetime.now(timezone.utc) - timedelta(seconds=5)
        answer = api.submit(example_text(transaction_id)).expect(201)
        body = answer.json
        assert set(body) == {"transaction_id", "status", "place_id", "received_at", "warnings"}
        assert body["transaction_id"] == transaction_id
        assert body["status"] == "accepted"
        assert body["place_id"] == "unassigned"
        assert body["warnings"] == []
        assert before <= instant(body["received_at"]) <= before + timedelta(seconds=30)

    def test_path_without_final_slash(self, api):
        answer = api.producer.post("/api/checks", example()).expect(201)
        assert answer.json["status"] == "accepted"

    def test_flat_place(self, api):
        place_id = unique("place")
        answer = api.submit(example(place_id=place_id, place_name="Кафе «У моря»")).expect(201)
        assert answer.json["place_id"] == place_id

    def test_nested_place(self, api):
        place_id = unique("place")
        receipt = example(place={"place_id": place_id, "place_name": "Bar"})
        assert api.submit(receipt).expect(201).json["place_id"] == place_id

    def test_place_without_a_name(self, api):
        place_id = unique("place")
        assert api.submit(example(place_id=place_id)).expect(201).json["place_id"] == place_id

    def test_both_forms_of_the_same_place(self, api):
        place_id = unique("place")
        receipt = example(place_id=place_id, place={"place_id": place_id})
        assert api.submit(receipt).expect(201).json["place_id"] == place_id

    @pytest.mark.parametrize("tips", [None, Decimal("0"), Decimal("0.01")])
    def test_tips(self, api, tips):
        api.submit(example(tips_amount=tips)).expect(201)

    def test_tips_absent(self, api):
        api.submit(without(("tips_amount",))).expect(201)

    @pytest.mark.parametrize("path, limit", STRINGS + [(("place_id",), 128)],
                             ids=lambda value: pointer(value) if isinstance(value, tuple) else "")
    def test_longest_string_counted_in_characters(self, api, path, limit):
        value = unique("ж").ljust(limit, "ж")
        api.submit(changed(path, value)).expect(201)

    def test_longest_place_name(self, api):
        api.submit(example(place_id=unique("place"), place_name="😀" * 256)).expect(201)

    @pytest.mark.parametrize("path, text", [
        (("total_amount",), "999999999999999.99"), (("nds_amount",), "0"),
        (("tips_amount",), "2.747e1"), (("total_amount",), "274700e-4"),
        (("items", 0, "price"), "0"), (("items", 0, "price"), "10.9999"),
        (("items", 0, "price"), "999999999999.9999"),
        (("items", 0, "quantity"), "0.000001"), (("items", 0, "quantity"), "999999999.999999"),
        (("items", 0, "quantity"), "2.000000000000"), (("total_amount",), "27.4700"),
    ])
    def test_edges_of_the_numbers(self, api, path, text):
        """A number is judged by its value, not by how it is written."""
        body = jsontext.dumps(changed(path, "@")).replace('"@"', text).encode()
        api.submit(body).expect(201)

    def test_ten_thousand_items(self, api):
        items = [{"product_id": "P", "quantity": 1, "price": Decimal("0.01"), "category": "c"}]
        receipt = example(items=items * 10000, total_amount=Decimal("100.00"))
        assert api.submit(receipt).expect(201).warnings == []

    def test_one_mebibyte(self, api):
        body = jsontext.encode(example())
        api.submit(body + b" " * (MIB - len(body))).expect(201)

    @pytest.mark.parametrize("depth", [31, 32])
    def test_depth_up_to_the_limit(self, api, depth):
        """The receipt itself is level 1."""
        nested = "[" * (depth - 1) + "]" * (depth - 1)
        api.submit(raw(f'"extra":{nested}')).expect(201)

    @pytest.mark.parametrize("content_type", [
        "application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8",
    ])
    def test_content_types(self, api, content_type):
        api.submit(example(), headers={"Content-Type": content_type}).expect(201)

    @pytest.mark.parametrize("timestamp", [
        "2024-02-07T12:34:56", "2024-02-07T12:34:56Z", "2024-02-07T12:34:56+03:00",
        "2024-02-07T12:34:56.123456-11:30", "2024-02-07T12:34:56.5", "2024-02-29T00:00:00+14:00",
        "1999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "1812-09-07T06:00:00Z",
    ])
    def test_timestamps(self, api, timestamp):
        assert api.submit(example(timestamp=timestamp)).expect(201).warnings == []

    def test_a_till_whose_clock_is_a_little_fast(self, api):
        soon = datetime.now(timezone.utc) + timedelta(hours=23)
        api.submit(example(timestamp=soon.isoformat())).expect(201)


class TestWarnings:
    def test_total_that_does_not_match(self, api):
        answer = api.submit(example(total_amount=Decimal("20.00"))).expect(201)
        assert answer.warnings == [("/total_amount", "total_mismatch")]

    def test_nds_above_the_total(self, api):
        answer = api.submit(example(nds_amount=Decimal("27.48"))).expect(201)
        assert answer.warnings == [("/nds_amount", "nds_above_total")]

    def test_a_duplicate_returns_the_warnings_too(self, api):
        receipt = example(total_amount=Decimal("20.00"))
        api.submit(receipt).expect(201)
        assert api.submit(receipt).expect(200).warnings == [("/total_amount", "total_mismatch")]

    def test_lines_round_half_away_from_zero_each(self, api):
        """3 lines of 0.005 are 0.03, not 0.02 and not 0.00."""
        line = {"product_id": "P", "quantity": Decimal("0.5"), "price": Decimal("0.01"),
                "category": "c"}
        answer = api.submit(example(items=[line] * 3, total_amount=Decimal("0.03"),
                                    nds_amount=Decimal("0.00"))).expect(201)
        assert answer.warnings == []


class TestSameAgain:
    def test_the_same_bytes(self, api):
        transaction_id = unique("T")
        first = api.submit(example_text(transaction_id)).expect(201).json
        again = api.submit(example_text(transaction_id)).expect(200).json
        assert again["status"] == "duplicate"
        assert again["transaction_id"] == transaction_id
        assert again["place_id"] == first["place_id"]

    def test_other_order_white_space_and_spelling(self, api):
        """The same receipt is the same receipt, however its JSON is written."""
        receipt = example(place_id=unique("place"), place_name="Бар", till={"b": 1, "n": 7})
        api.submit(receipt).expect(201)
        again = dict(reversed(list(receipt.items())))
        again["items"] = [dict(reversed(list(item.items()))) for item in receipt["items"]]
        again["timestamp"] = "2024-02-07T15:34:56.000+03:00"
        body = jsontext.dumps(again).replace(",", " ,\n\t").replace("Бар", "\\u0411\\u0430р")
        body = body.replace("10.99", "1.09900e1").replace("2.47", "2.470")
        answer = api.submit(body.encode()).expect(200)
        assert answer.json["status"] == "duplicate"

    def test_nested_and_flat_place_are_the_same_receipt(self, api):
        receipt = example(place_id=unique("place"), place_name="Bar")
        api.submit(receipt).expect(201)
        nested = {name: value for name, value in receipt.items() if not name.startswith("place")}
        nested["place"] = {"place_id": receipt["place_id"], "place_name": "Bar"}
        assert api.submit(nested).expect(200).json["status"] == "duplicate"

    @pytest.mark.parametrize("change", [
        {"total_amount": Decimal("27.48")}, {"tips_amount": None}, {"payment_method": "cash"},
        {"timestamp": "2024-02-07T12:34:57"}, {"place_id": "elsewhere"}, {"note": "new"},
    ], ids=lambda change: next(iter(change)))
    def test_same_id_other_content(self, api, change):
        receipt = example()
        api.submit(receipt).expect(201)
        answer = api.submit({**receipt, **change}).expect(409)
        assert receipt["transaction_id"] in answer.text
        assert api.submit(receipt).expect(200).json["status"] == "duplicate"

    def test_a_refused_receipt_may_come_again_mended(self, api):
        receipt = example()
        api.submit({**receipt, "items": []}).expect(400)
        assert api.submit(receipt).expect(201).json["status"] == "accepted"


def one_problem(api, receipt, where, code):
    """Require a 400 that names just this problem at just this place."""
    answer = api.submit(receipt).expect(400)
    assert answer.problems == [(where, code)], repr(answer)


class TestRefused:
    @pytest.mark.parametrize("path", REQUIRED, ids=pointer)
    def test_missing(self, api, path):
        one_problem(api, without(path), pointer(path), "missing_field")

    @pytest.mark.parametrize("path", REQUIRED, ids=pointer)
    def test_null(self, api, path):
        one_problem(api, changed(path, None), pointer(path), "wrong_type")

    @pytest.mark.parametrize("value", [Decimal(1), True, [], {}], ids=repr)
    @pytest.mark.parametrize("path", [path for path, _ in STRINGS] + [
        ("timestamp",), ("place_id",), ("place_name",)], ids=pointer)
    def test_not_a_string(self, api, path, value):
        receipt = changed(path, value)
        if path == ("place_name",):
            receipt["place_id"] = unique("place")
        one_problem(api, receipt, pointer(path), "wrong_type")

    @pytest.mark.parametrize("value", ["1", True, [], {}], ids=repr)
    @pytest.mark.parametrize("path", MONEY + [("items", 0, "price"), ("items", 0, "quantity")],
                             ids=pointer)
    def test_not_a_number(self, api, path, value):
        one_problem(api, changed(path, value), pointer(path), "wrong_type")

    @pytest.mark.parametrize("path, value", [
        (("items",), {}), (("items",), "none"), (("items", 1), None), (("items", 1), []),
        (("items", 0), "bread"), (("place",), "Bar"), (("place",), []),
        (("place",), {"place_id": Decimal(7)}),
    ], ids=repr)
    def test_other_wrong_types(self, api, path, value):
        where = pointer(path) + ("/place_id" if isinstance(value, dict) and value else "")
        one_problem(api, changed(path, value), where, "wrong_type")

    @pytest.mark.parametrize("path", [path for path, _ in STRINGS] + [("place_id",)], ids=pointer)
    def test_empty_string(self, api, path):
        one_problem(api, changed(path, ""), pointer(path), "empty_string")

    @pytest.mark.parametrize("path", [path for path, _ in STRINGS] + [("place_id",)], ids=pointer)
    def test_too_long(self, api, path):
        one_problem(api, changed(path, "x" * 129), pointer(path), "too_long")

    @pytest.mark.parametrize("path", [path for path, _ in STRINGS] + [("place_id",)], ids=pointer)
    @pytest.mark.parametrize("character", ["\x01", "\n", "\x1f", "\x7f", "\x85"], ids=repr)
    def test_control_character(self, api, path, character):
        one_problem(api, changed(path, f"a{character}b"), pointer(path), "control_character")

    @pytest.mark.parametrize("name, code", [
        ("", "empty_string"), ("x" * 257, "too_long"), ("a\tb", "control_character"),
    ], ids=["empty", "257", "tab"])
    def test_place_name(self, api, name, code):
        one_problem(api, example(place_id=unique("place"), place_name=name), "/place_name", code)

    def test_place_name_without_place_id(self, api):
        one_problem(api, example(place_name="Bar"), "/place_id", "missing_field")

    def test_two_different_places(self, api):
        receipt = example(place_id="one", place={"place_id": "two"})
        answer = api.submit(receipt).expect(400)
        assert [code for _, code in answer.problems] == ["place_conflict"]

    @pytest.mark.parametrize("path, text, code", [
        (path, text, code) for path in MONEY for text, code in (
            ("1.001", "too_many_decimals"), ("-0.01", "negative_number"),
            ("1000000000000000", "number_out_of_range"), ("1e999999999", "number_out_of_range"),
            ("1e-999999999", "too_many_decimals"))
    ] + [(("items", 0, "price"), text, code) for text, code in (
        ("1.00001", "too_many_decimals"), ("-1", "negative_number"),
        ("1000000000000", "number_out_of_range"), ("1e999999999", "number_out_of_range"),
        ("1" * 5000, "number_out_of_range"))
    ] + [(("items", 0, "quantity"), text, code) for text, code in (
        ("0", "not_positive"), ("0.000000", "not_positive"), ("-1", "not_positive"),
        ("0.0000001", "too_many_decimals"), ("1000000000", "number_out_of_range"),
        ("1e999999999", "number_out_of_range"))
    ], ids=lambda value: pointer(value) if isinstance(value, tuple) else value[:20])
    def test_numbers(self, api, path, text, code):
        body = jsontext.dumps(changed(path, "@")).replace('"@"', text).encode()
        one_problem(api, body, pointer(path), code)

    def test_no_items(self, api):
        one_problem(api, example(items=[]), "/items", "no_items")

    def test_too_many_items(self, api):
        items = [{"product_id": "P", "quantity": 1, "price": Decimal("0.01"), "category": "c"}]
        receipt = example(items=items * 10001, total_amount=Decimal("100.01"))
        one_problem(api, receipt, "/items", "too_many_items")

    @pytest.mark.parametrize("timestamp", [
        "yesterday", "2024-02-30T12:00:00", "2024-13-01T12:00:00", "2024-02-07T25:00:00",
        "2024-02-07T12:60:00", "07.02.2024 12:34", "2024-02-07T12:34:56+99:00",
        "2024-02-07T12:34:56 Europe/Moscow", "now", "infinity", "epoch", "2024-02-07T12:34:56Zjunk",
    ])
    def test_bad_timestamp(self, api, timestamp):
        one_problem(api, example(timestamp=timestamp), "/timestamp", "invalid_timestamp")

    def test_future(self, api):
        late = datetime.now(timezone.utc) + timedelta(hours=25)
        one_problem(api, example(timestamp=late.isoformat()), "/timestamp", "timestamp_in_future")

    def test_every_problem_is_named(self, api):
        receipt = example(timestamp="never", total_amount="27.47", payment_method="")
        del receipt["nds_amount"]
        receipt["items"][0]["quantity"] = Decimal(0)
        receipt["items"][1]["price"] = Decimal("-1")
        del receipt["items"][1]["category"]
        answer = api.submit(receipt).expect(400)
        assert sorted(answer.problems) == sorted([
            ("/timestamp", "invalid_timestamp"), ("/total_amount", "wrong_type"),
            ("/payment_method", "empty_string"), ("/nds_amount", "missing_field"),
            ("/items/0/quantity", "not_positive"), ("/items/1/price", "negative_number"),
            ("/items/1/category", "missing_field"),
        ]), repr(answer)

    def test_everything_missing(self, api):
        answer = api.submit(b"{}").expect(400)
        assert sorted(answer.problems) == sorted(
            (pointer(path), "missing_field") for path in REQUIRED if len(path) == 1)

    def test_very_many_problems(self, api):
        """The list is cut, and says so."""
        answer = api.submit(example(items=[{}] * 5000)).expect(400)
        assert len(answer.problems) <= 200
        assert answer.problems[-1][1] == "too_many_problems"


class TestMalformed:
    @pytest.mark.parametrize("body, code", [
        (b'{"transaction_id": ', "malformed_json"),
        (jsontext.encode(example()) + b" {}", "malformed_json"),
        (b"{'transaction_id': 'T'}", "malformed_json"),
        (b'{"a": 01}', "malformed_json"), (b'{"a": .5}', "malformed_json"),
        (b'{"a": NaN}', "malformed_json"), (b'{"a": 1,}', "malformed_json"),
        (b'{"a": "\\x"}', "malformed_json"), (b'{"a": "line\nfeed"}', "malformed_json"),
        (b"hello", "malformed_json"), (b"", "malformed_json"), (b"  \n", "malformed_json"),
        (b"\xef\xbb\xbf{}", "malformed_json"),
        (b"[]", "not_an_object"), (b"7", "not_an_object"), (b'"T"', "not_an_object"),
        (b"null", "not_an_object"), (b"true", "not_an_object"),
    ], ids=repr)
    def test_not_a_receipt_at_all(self, api, body, code):
        answer = api.submit(body).expect(400)
        assert [found for _, found in answer.problems] == [code], repr(answer)

    @pytest.mark.parametrize("body", [
        raw('"note":"@"').replace(b"@", sequence) for sequence in (
            b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80")
    ], ids=["ff", "overlong nul", "surrogate", "beyond 10FFFF", "cut short", "lone continuation"])
    def test_bad_utf8(self, api, body):
        answer = api.submit(body).expect(400)
        assert [code for _, code in answer.problems] == ["invalid_encoding"], repr(answer)

    def test_nul_byte(self, api):
        answer = api.submit(raw('"note":"a\0b"')).expect(400)
        assert [code for _, code in answer.problems] == ["nul_character"], repr(answer)

    @pytest.mark.parametrize("text", [
        '"note":"a\\u0000b"', '"a\\u0000b":1', '"note":{"deep":["\\u0000"]}',
    ])
    def test_nul_escape(self, api, text):
        answer = api.submit(raw(text)).expect(400)
        assert [code for _, code in answer.problems] == ["nul_character"], repr(answer)

    @pytest.mark.parametrize("text", [
        '"note":"\\ud83d"', '"note":"\\ude00"', '"note":"\\ud83dx"', '"note":"\\ud83d\\ud83d"',
    ])
    def test_lone_surrogate(self, api, text):
        answer = api.submit(raw(text)).expect(400)
        assert [code for _, code in answer.problems] == ["lone_surrogate"], repr(answer)

    def test_surrogate_pair(self, api):
        api.submit(raw('"note":"\\ud83d\\ude00"')).expect(201)

    @pytest.mark.parametrize("text, where", [
        ('"transaction_id":"other"', "/transaction_id"), ('"note":1,"note":1', "/note"),
        ('"note":{"a":[{"b":1,"b":2}]}', "/note/a/0/b"),
        ('"note":{"a":1,"\\u0061":2}', "/note/a"),
        ('"a/b~c":1,"a/b~c":2', "/a~1b~0c"),
    ])
    def test_duplicate_key(self, api, text, where):
        answer = api.submit(raw(text)).expect(400)
        assert answer.problems == [(where, "duplicate_key")], repr(answer)

    @pytest.mark.parametrize("text", [
        '"extra":' + "[" * 32 + "]" * 32,
        '"extra":' + '{"a":' * 32 + "1" + "}" * 32,
        '"extra":' + "[" * 300000,
    ], ids=["arrays", "objects", "300,000"])
    def test_too_deep(self, api, text):
        answer = api.submit(raw(text)).expect(400)
        assert [code for _, code in answer.problems] == ["too_deep"], repr(answer)

    @pytest.mark.parametrize("body", [
        b"[" * MIB, b'{"a":' * (MIB // 5), b'"' * MIB, b"1" * MIB, b"-" * MIB, b"\\" * MIB,
        b'{"items":[' + b"{}," * (MIB // 3 - 100) + b"{}]}",
        b'{"a":"' + b"\\u0061" * (MIB // 6 - 3) + b'"}',
        b"{" + b",".join(b'"%d":1' % number for number in range(90000)) + b"}",
        b'{"a":1e' + b"9" * (MIB - 100) + b"}",
    ], ids=["[", "objects", "quotes", "digits", "minus", "backslash", "items", "escapes", "keys",
            "exponent"])
    def test_a_mebibyte_of_anything_is_refused_soon(self, api, body):
        api.submit(body, timeout=10).expect(400)

    @pytest.mark.parametrize("text", ["1e999999999", "-1e999999999", "1e-999999999",
                                      "1" * 200000, "0e99999999999999999999"])
    def test_absurd_number_in_an_unknown_member(self, api, text):
        """It could not even be cast to jsonb later."""
        answer = api.submit(raw(f'"extra":[{text}]')).expect(400)
        assert answer.problems == [("/extra/0", "number_out_of_range")], repr(answer)

    @pytest.mark.parametrize("text", ["1e3", "-0.00", "123456789012345678901234567890.5", "1E+10"])
    def test_odd_number_in_an_unknown_member(self, api, text):
        api.submit(raw(f'"extra":{text}')).expect(201)


class TestTransport:
    def test_too_large(self, api):
        body = jsontext.encode(example())
        api.submit(body + b" " * (MIB + 1 - len(body))).expect(413)

    def test_too_large_without_a_length(self, api):
        """A chunked body is counted as it comes."""
        def chunks():
            yield jsontext.encode(example())
            for _ in range(20):
                yield b" " * 65536

        api.submit(chunks()).expect(413)

    def test_chunked(self, api):
        body = jsontext.encode(example())
        api.submit(iter([body[:10], body[10:]])).expect(201)

    @pytest.mark.parametrize("content_type", [
        "text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data",
        "application/jsonx", "application/json-patch+json", "json", "application/x-ndjson",
    ])
    def test_other_content_types(self, api, content_type):
        api.submit(example(), headers={"Content-Type": content_type}).expect(415)

    @pytest.mark.parametrize("query", ["dry_run=true", "a=1&b=2", "%ff", "x=%00"])
    def test_query_parameters(self, api, query):
        receipt = example()
        answer = api.producer.post(f"/api/checks/?{query}", receipt).expect(400)
        for name in ("dry_run", "a", "b"):
            if f"{name}=" in query:
                assert f'"{name}"' in answer.json["detail"]
        api.check_status(receipt["transaction_id"]).expect(404)

    def test_request_id_is_returned(self, api):
        answer = api.submit(example(), headers={"X-Request-Id": "till-7/42"})
        assert answer.expect(201).headers["X-Request-Id"] == "till-7/42"

    def test_request_id_is_made(self, api):
        first, second = (api.submit(example()).expect(201).headers["X-Request-Id"]
                         for _ in range(2))
        assert first and second and first != second

    def test_silly_request_id_is_replaced(self, api):
        silly = "x" * 5000
        answer = api.submit(example(), headers={"X-Request-Id": silly}).expect(201, 400, 431)
        assert answer.headers.get("X-Request-Id") != silly


class TestSettings:
    """What a DBA may set by ALTER DATABASE; it holds for new sessions."""

    def test_rule_of_the_total(self, api, producer_setting):
        wrong = {"total_amount": Decimal("20.00")}
        producer_setting("total_amount_rule", "reject")
        assert api.submit(example(**wrong)).expect(400).problems == [
            ("/total_amount", "total_mismatch")]
        api.submit(example()).expect(201)
        producer_setting("total_amount_rule", "off")
        assert api.submit(example(**wrong)).expect(201).warnings == []
        producer_setting("total_amount_rule", None)
        assert api.submit(example(**wrong)).expect(201).warnings == [
            ("/total_amount", "total_mismatch")]

    def test_rule_of_the_nds(self, api, producer_setting):
        wrong = {"nds_amount": Decimal("27.48")}
        producer_setting("nds_amount_rule", "reject")
        assert api.submit(example(**wrong)).expect(400).problems == [
            ("/nds_amount", "nds_above_total")]
        producer_setting("nds_amount_rule", "off")
        assert api.submit(example(**wrong)).expect(201).warnings == []

    def test_how_far_in_the_future(self, api, producer_setting):
        producer_setting("future_limit", "1h")
        soon = datetime.now(timezone.utc) + timedelta(hours=2)
        one_problem(api, example(timestamp=soon.isoformat()), "/timestamp", "timestamp_in_future")
        producer_setting("future_limit", "3h")
        api.submit(example(timestamp=soon.isoformat())).expect(201)
