"""What the running Prometheus makes of ops/monitoring/: monitoring.py targets|rules|dashboard|alarm"""

import json
import os
import pathlib
import re
import sys
import time
import urllib.parse
import urllib.request

PROMETHEUS = f"http://127.0.0.1:{os.environ['RECEIPTS_PROMETHEUS_PORT']}/api/v1/"
MONITORING = pathlib.Path(__file__).parents[2] / "ops/monitoring"
METRIC = re.compile(r"\breceipts_\w+")


def ask(path, **parameters):
    """The data of an answer; Prometheus' error is ours."""
    with urllib.request.urlopen(PROMETHEUS + path + "?" + urllib.parse.urlencode(parameters), timeout=20) as answer:
        return json.load(answer)["data"]


def until(condition, seconds=90):
    """The first true value of condition(), within some time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(1)
    return value


def targets():
    """All four programs answer Prometheus."""
    def healthy():
        found = {target["labels"]["job"]: target["health"] for target in ask("targets")["activeTargets"]}
        return found == dict.fromkeys(("producer", "consumer", "relay", "sink"), "up") and found
    assert until(healthy), ask("targets")


def rules():
    """Every rule was read and evaluated."""
    def evaluated():
        found = [rule for group in ask("rules")["groups"] for rule in group["rules"]]
        return found and all(rule["health"] != "unknown" for rule in found) and found
    found = until(evaluated)
    assert len(found) == (MONITORING / "alerts.yml").read_text().count("- alert:")
    assert all(rule["health"] == "ok" for rule in found), found


def dashboard():
    """Every expression of the dashboard is valid and has something to show."""
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    known = set(ask("label/__name__/values"))
    for panel in panels:
        for target in panel["targets"]:
            names = set(METRIC.findall(target["expr"]))
            assert names <= known, (panel["title"], names - known)
            ask("query", query=target["expr"].replace("$__rate_interval", "1m"))


def alarm():
    """A program that is away raises an alarm, and just this one."""
    def raised():
        return {alert["labels"]["alertname"]: alert["labels"].get("job") for alert in ask("alerts")["alerts"]}
    found = until(raised)
    assert found == {"ReceiptsServiceDown": "sink"}, found


if __name__ == "__main__":
    {"targets": targets, "rules": rules, "dashboard": dashboard, "alarm": alarm}[sys.argv[1]]()
