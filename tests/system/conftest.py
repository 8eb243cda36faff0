"""Fixtures of the system tests.

The tests look at a running instance from outside: HTTP, SQL, Kafka, signals.
They may run on a database that has data in it, in any order: every test uses
ids and places of its own, and what a test changes globally it puts back.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import sql

from api import Api
from instance import Instance
from topic import TopicReader, TopicWriter
from waiting import wait_until


@pytest.fixture(scope="session")
def instance():
    """The running instance."""
    return Instance.find()


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


@pytest.fixture
def producer_setting(api, producer_db):
    """Sets pg_receipts.NAME for the producer's database as a DBA does, and resets it.

    A setting holds for new sessions, so those of the front end are ended; the
    function returns when the front end has new ones.
    """
    touched = set()

    def set_it(name, value):
        touched.add(name)
        (database,) = producer_db.execute("SELECT current_database()").fetchone()
        target = sql.Identifier(database), sql.Identifier("pg_receipts", name)
        if value is None:
            producer_db.execute(sql.SQL("ALTER DATABASE {} RESET {}").format(*target))
        else:
            producer_db.execute(sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                *target, sql.Literal(value)))
        _renew_sessions(producer_db, "receipts_producer",
                        lambda: api.check_status("none").status == 404)

    yield set_it
    for name in touched:
        set_it(name, None)


def _renew_sessions(database, role, works):
    """End all sessions of a role; return when as many new ones are at work."""
    def count(pids, among):
        return database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND (pid = ANY (%s)) = %s",
            [role, pids, among]).fetchone()[0]

    old = [row[0] for row in database.execute(
        "SELECT pid FROM pg_stat_activity WHERE usename = %s", [role]).fetchall()]
    for pid in old:
        database.execute("SELECT pg_terminate_backend(%s)", [pid])
    with ThreadPoolExecutor(8) as pool:
        wait_until(lambda: all(pool.map(lambda _: works(), range(16)))
                   and count(old, True) == 0 and count(old, False) >= len(old),
                   what=f"new sessions of {role}")
