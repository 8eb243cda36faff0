#!/usr/bin/env python3
"""Posts a day of receipts, rolls it up, and checks every figure exactly.

Wants the variables of .run/env; "./receipts demo" sets them.  A receipt whose
answer did not come is sent again: the service knows it by its id and counts it
once, so that any process may be killed meanwhile and the figures still hold.
"""

import argparse
import http.client
import json
import os
import queue
import random
import shutil
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlencode, urlsplit

import generate
from generate import CENT, money, to_json

# The assignment's example: 2 x 10.99 + 5.49 = 27.47, three of tips beside it.
EXAMPLE = """{
    "transaction_id": "demo-example",
    "timestamp": "2024-02-07T12:34:56",
    "items": [
        {"product_id": "P-1001", "quantity": 2, "price": 10.99, "category": "groceries"},
        {"product_id": "P-1002", "quantity": 1, "price": 5.49, "category": "dairy"}
    ],
    "total_amount": 27.47,
    "nds_amount": 2.47,
    "tips_amount": 3.00,
    "payment_method": "credit_card"
}"""

RETRY_STATUSES = (429, 500, 502, 503)


class DemoError(Exception):
    """What ends the demo, in words for its user."""


class Client:
    """One keep-alive connection that waits out a service that is away."""

    def __init__(self, url, token, patience):
        parts = urlsplit(url)
        self.address = (parts.hostname, parts.port or 80)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.patience = patience
        self.connection = None
        self.retries = 0

    def request(self, method, path, body=None):
        """Status and JSON of the first answer that is one; tries for `patience` seconds."""
        deadline = time.monotonic() + self.patience
        delay = 0.1
        while True:
            reason = self._reason_or_answer(method, path, body)
            if isinstance(reason, tuple):
                return reason
            if time.monotonic() + delay > deadline:
                raise DemoError(f"{method} {path}: no answer for {self.patience} s: {reason}")
            self.retries += 1
            time.sleep(delay * (0.5 + random.random() / 2))
            delay = min(delay * 2, 2.0)

    def _reason_or_answer(self, method, path, body):
        """(status, JSON), or why to try again, as text."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=60)
            self.connection.request(method, path, body, self.headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return str(error) or type(error).__name__
        if answer.status in RETRY_STATUSES:
            return f"status {answer.status}: {text.decode('utf-8', 'replace')}"
        return answer.status, json.loads(text, parse_float=Decimal) if text else None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Progress:
    """A bar on a terminal, else a line for every tenth."""

    WIDTH = 32

    def __init__(self, label, total):
        self.label, self.total, self.done = label, total, 0
        self.started = time.monotonic()
        self.bar = sys.stdout.isatty() and shutil.get_terminal_size().columns >= 72
        self.shown = -1
        self.show()

    def advance(self, done):
        self.done = done
        self.show()

    def show(self):
        tenth = 100 * self.done // max(1, self.total) // (1 if self.bar else 10)
        if tenth == self.shown and not self.bar:
            return
        self.shown = tenth
        elapsed = time.monotonic() - self.started
        rate = f"{self.done / elapsed:6.0f}/s" if elapsed > 0.2 else ""
        numbers = f"{self.done:6d} of {self.total} {rate}"
        if self.bar:
            filled = self.WIDTH * self.done // max(1, self.total)
            print(f"\r{self.label:<9}[{'#' * filled:<{self.WIDTH}}] {numbers}",
                  end="", flush=True)
        else:
            print(f"{self.label:<9}{numbers}", flush=True)

    def finish(self):
        if self.bar:
            print(flush=True)


class Poster:
    """Threads that post receipts, each over a connection of its own."""

    def __init__(self, day, url, token, connections, patience):
        self.day = day
        self.work = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.statuses, self.failure, self.done, self.retries = {}, None, 0, 0
        for number in day.sent():
            self.work.put(number)
        self.total = self.work.qsize()
        self.threads = [
            threading.Thread(target=self._run, args=(Client(url, token, patience),), daemon=True)
            for _ in range(connections)]

    def _run(self, client):
        try:
            while self.failure is None:
                try:
                    number = self.work.get_nowait()
                except queue.Empty:
                    break
                self._post(client, number)
        except DemoError as error:
            self.failure = error
        except Exception as error:  # a bug here must not look like success
            self.failure = DemoError(f"{type(error).__name__}: {error}")
        finally:
            client.close()
            with self.lock:
                self.retries += client.retries

    def _post(self, client, number):
        body = to_json(self.day.receipt(number)).encode()
        status, answer = client.request("POST", "/api/checks/", body)
        if status not in (200, 201):
            raise DemoError(f"receipt {number} was answered {status}: {answer}")
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.done += 1

    def run(self):
        progress = Progress("posting", self.total)
        for thread in self.threads:
            thread.start()
        while any(thread.is_alive() for thread in self.threads):
            time.sleep(0.1)
            progress.advance(self.done)
        progress.advance(self.done)
        progress.finish()
        if self.failure:
            raise self.failure


class Figures:
    """The analytics object's figures by brute force, in exact decimals."""

    def __init__(self):
        self.totals, self.nds, self.tips = [], Decimal(0), Decimal(0)
        self.categories, self.payments = {}, {}

    def add(self, receipt):
        self.totals.append(receipt["total_amount"])
        self.nds += receipt["nds_amount"]
        self.tips += receipt.get("tips_amount", Decimal(0))
        count, amount = self.payments.get(receipt["payment_method"], (0, Decimal(0)))
        self.payments[receipt["payment_method"]] = (count + 1, amount + receipt["total_amount"])
        spent = {}
        for item in receipt["items"]:
            quantity, amount = spent.get(item["category"], (Decimal(0), Decimal(0)))
            spent[item["category"]] = (quantity + item["quantity"],
                                       amount + money(item["quantity"] * item["price"]))
        for category, (quantity, amount) in spent.items():
            before = self.categories.get(category, (0, Decimal(0), Decimal(0)))
            self.categories[category] = (before[0] + 1, before[1] + quantity, before[2] + amount)

    def analytics(self):
        """The object as the service should give it, without the place."""
        total = sum(self.totals)
        return {
            "total_purchases": len(self.totals),
            "average_receipt": average(total, len(self.totals)),
            "total_amount": total,
            "min_receipt": min(self.totals),
            "max_receipt": max(self.totals),
            "taxes_amount": {"total_nds": self.nds, "total_tips": self.tips},
            "category_analytics": {
                name: {"total_spent": spent, "average_receipt": average(spent, count),
                       "receipts": count, "quantity": quantity}
                for name, (count, quantity, spent) in self.categories.items()},
            "payment_analytics": {
                name: {"receipts": count, "total_amount": amount}
                for name, (count, amount) in self.payments.items()},
        }


def average(total, count):
    return (total / count).quantize(CENT, rounding=ROUND_HALF_UP)


def differences(path, expected, found):
    """Lines that say where found is not what was expected."""
    if isinstance(expected, dict) and isinstance(found, dict):
        lines = []
        for key in expected.keys() | found.keys():
            if key in ("place_id", "place_name"):
                continue
            lines += differences(f"{path}.{key}", expected.get(key), found.get(key))
        return lines
    return [] if expected == found else [f"{path}: {found} instead of {expected}"]


class Checker:
    """Asks the consumer for the day's figures and compares them with our own."""

    def __init__(self, day, analyst, admin):
        self.day, self.analyst, self.admin = day, analyst, admin
        self.total, self.places = Figures(), {}
        for number in range(day.count):
            receipt = day.receipt(number)
            self.total.add(receipt)
            self.places.setdefault(receipt["place_id"], Figures()).add(receipt)

    def ask(self, **options):
        """Total and places of the day, all pages."""
        start = datetime.combine(self.day.day, datetime.min.time(), timezone.utc)
        query = [("place_id", place) for place in sorted(self.places)]
        query += [("from", start.strftime("%Y-%m-%dT%H:%M:%SZ")), ("limit", "100"),
                  ("to", (start + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))]
        query += options.items()
        status, answer = self.analyst.request("GET", "/api/analytics/?" + urlencode(query))
        if status != 200:
            raise DemoError(f"analytics were answered {status}: {answer}")
        return answer["total"], {place["place_id"]: place for place in answer["results"]}

    def wait_visible(self, patience):
        """Until every receipt is in the live figures; gives up when nothing moves."""
        progress = Progress("counting", self.day.count)
        seen, moved = -1, time.monotonic()
        while seen < self.day.count:
            total, _ = self.ask(live="true")
            if total["total_purchases"] != seen:
                seen, moved = total["total_purchases"], time.monotonic()
            elif time.monotonic() - moved > patience:
                progress.finish()
                raise DemoError(f"{seen} of {self.day.count} receipts are in the analytics "
                                f"and no further one for {patience} s")
            progress.advance(seen)
            if seen < self.day.count:
                time.sleep(0.2)
        progress.finish()

    def roll_up(self):
        status, answer = self.admin.request("POST", "/api/rollups/")
        if status not in (200, 201, 202):
            raise DemoError(f"the rollup was answered {status}: {answer}")
        return answer

    def check(self, **options):
        """Differences between the service's figures and ours."""
        total, places = self.ask(**options)
        lines = differences("total", self.total.analytics(),
                            {key: total.get(key) for key in self.total.analytics()})
        for place, figures in self.places.items():
            lines += differences(place, figures.analytics(), places.get(place, {}))
        return lines


def variable(name):
    value = os.environ.get(name)
    if not value:
        raise DemoError(f"{name} is not set; run ./receipts demo")
    return value


def arguments():
    parser = argparse.ArgumentParser(
        prog="./receipts demo", description=__doc__.split("\n")[0])
    generate.add_arguments(parser)
    parser.add_argument("--connections", type=int, default=8, metavar="N",
                        help="connections to post over (default 8)")
    parser.add_argument("--patience", type=int, default=120, metavar="SECONDS",
                        help="how long a service may be away (default 120)")
    options = parser.parse_args()
    if not 1 <= options.connections <= 64:
        parser.error("--connections must be from 1 to 64")
    return generate.day_of(parser, options), options


def post_example(client):
    status, answer = client.request("POST", "/api/checks/", EXAMPLE.encode())
    if status not in (200, 201):
        raise DemoError(f"the example was answered {status}: {answer}")
    print(f"the assignment's example (2 x 10.99 + 5.49 = 27.47): {status} {answer['status']}")


def pretty(value, indent=""):
    """Indented JSON whose decimals keep the digits they came with."""
    if not isinstance(value, dict) or not value:
        return to_json(value) if value is not None else "null"
    inner = indent + "  "
    members = (f"{inner}{to_json(key)}: {pretty(item, inner)}" for key, item in value.items())
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def report(checker, poster, place):
    """Prints one object, the comparison and the verdict; returns the exit status."""
    _, places = checker.ask()
    print(pretty(places[place]))
    lines = checker.check() + checker.check(live="true")
    for line in lines[:20]:
        print(f"WRONG: {line}")
    total = checker.total.analytics()
    what = (f"{total['total_purchases']} receipts of {len(checker.places)} places, "
            f"{total['total_amount']} in all")
    sent = (f"{poster.total} sent ({poster.total - checker.day.count} of them twice), "
            f"{poster.statuses.get(201, 0)} new, {poster.retries} retries")
    print(f"{what}; {sent}")
    if lines:
        print(f"DEMO FAILED: {len(lines)} figures differ from the exact sums.")
        return 1
    print("DEMO OK: every figure equals the exact decimal sums.")
    return 0


def run():
    day, options = arguments()
    analyst, admin = (
        Client(variable("RECEIPTS_CONSUMER_URL"), variable(f"RECEIPTS_{role}_TOKEN"),
               options.patience) for role in ("ANALYST", "ADMIN"))
    producer, token = variable("RECEIPTS_PRODUCER_URL"), variable("RECEIPTS_SUBMITTER_TOKEN")
    post_example(Client(producer, token, options.patience))
    print(f"a day of {day.count} receipts from {len(day.places)} places ({day.day}, "
          f"seed {day.seed})")
    poster = Poster(day, producer, token, options.connections, options.patience)
    checker = Checker(day, analyst, admin)
    poster.run()
    checker.wait_visible(options.patience)
    checker.roll_up()
    busiest = max(checker.places, key=lambda place: len(checker.places[place].totals))
    return report(checker, poster, busiest)


def main():
    try:
        return run()
    except DemoError as error:
        print(f"DEMO FAILED: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
