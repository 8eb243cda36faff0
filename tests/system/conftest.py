"""Fixtures of the system tests.

The tests look at a running instance from outside: HTTP, SQL, Kafka, signals.
They may run on a database that has data in it, in any order: every test uses
ids and places of its own, and what a test changes globally it puts back.
"""

import pytest

from api import Api
from instance import Instance
from topic import TopicReader, TopicWriter


@pytest.fixture(scope="session")
def instance():
    """The running instance; it is brought to life if one of its processes is down."""
    found = Instance.find()
    yield found


@pytest.fixture(scope="session")
def api(instance):
    return Api(instance)


@pytest.fixture
def producer_db(instance):
    with instance.connect("producer") as connection:
        yield connection


@pytest.fixture
def consumer_db(instance):
    with instance.connect("consumer") as connection:
        yield connection


@pytest.fixture(scope="session")
def topic(instance):
    reader = TopicReader(instance["BROKERS"], instance["TOPIC"])
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def writer(instance):
    return TopicWriter(instance["BROKERS"], instance["TOPIC"])
