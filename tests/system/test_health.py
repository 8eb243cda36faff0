"""Liveness, readiness, metrics."""

import os

import pytest
import requests

import prometheus
from instance import read_env
from receipts import example
from waiting import wait_until


def bridge_url(instance, name):
    """Where the relay or the sink listens for metrics."""
    default = {"relay": "8082", "sink": "8083"}[name]
    variable = f"RECEIPTS_{name.upper()}_PORT"
    settings = instance.run_dir / "settings"
    recorded = read_env(settings) if settings.exists() else {}
    port = (os.environ.get(variable) or instance.env.get(variable)
            or recorded.get(f"{name.upper()}_PORT") or default)
    return f"http://127.0.0.1:{port}"


@pytest.fixture(params=["producer", "consumer", "relay", "sink"])
def base_url(request, api, instance):
    if request.param in ("producer", "consumer"):
        return getattr(api, request.param).base_url
    return bridge_url(instance, request.param)


def get(url):
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=10)


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_well(base_url, path):
    assert get(base_url + path).status_code == 200


def test_metrics_are_prometheus_text(base_url):
    answer = get(base_url + "/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "version=0.0.4" in answer.headers["Content-Type"]
    families = prometheus.parse(answer.content.decode("utf-8"))
    assert families
    for name in families:
        assert name.startswith(("receipts_", "process_")), name


def test_head(base_url):
    with requests.Session() as session:
        session.trust_env = False
        answer = session.head(base_url + "/livez", timeout=10)
    assert (answer.status_code, answer.content) == (200, b"")


def families(url):
    return prometheus.parse(get(url + "/metrics").content.decode("utf-8"))


def test_requests_are_counted(api):
    def counted():
        found = families(api.producer.base_url)
        return {code: sum(value for name, (kind, samples) in found.items() if kind == "counter"
                          for (_, labels), value in samples.items()
                          if "requests" in name and f'"{code}"' in (labels or ""))
                for code in ("201", "400")}

    before = counted()
    for _ in range(3):
        api.submit(example()).expect(201)
    api.submit(b"{").expect(400)
    wait_until(lambda: counted()["201"] >= before["201"] + 3
               and counted()["400"] >= before["400"] + 1, what="the counters to move")


def test_the_outbox_is_watched(api, instance):
    """How much waits for Kafka, and for how long, is what a DBA asks first."""
    names = set(families(api.producer.base_url)) | set(families(bridge_url(instance, "relay")))
    assert any("outbox" in name for name in names), names


def test_published_and_stored_are_counted(api, instance):
    relay, sink = bridge_url(instance, "relay"), bridge_url(instance, "sink")

    def sums():
        return [sum(sum(samples.values()) for name, (kind, samples) in families(url).items()
                    if kind == "counter" and word in name)
                for url, word in ((relay, "acknowledged"), (sink, "stored"))]

    before = sums()
    api.accept(*(example() for _ in range(5)))
    wait_until(lambda: all(now >= then + 5 for now, then in zip(sums(), before)),
               what="the counters of relay and sink to move")
