"""Database roles: every program can do its job, and only that."""

import re

import psycopg
import pytest
from psycopg import errors, sql

from api import model_of
from receipts import example, unique

VIEWS = {"place_hourly", "place_daily", "category_hourly", "receipt", "receipt_item"}

LOGINS = {
    "producer": ("receipts_producer", "receipts_relay"),
    "consumer": ("receipts_consumer", "receipts_sink"),
}
ALL_LOGINS = [(side, role) for side, roles in LOGINS.items() for role in roles]

# What each program may call, as a pattern of names; nothing else of ours is open to it.
FUNCTIONS = {
    "receipts_producer": r"api\.\w+",
    "receipts_relay": r"journal\.(relay|outbox)_\w+",
    "receipts_consumer": r"api\.\w+",
    "receipts_sink": r"analytics\.(sink_offsets|ingest\w*)",
}

# Schemas of the extensions; what they open to everybody is theirs to decide.
FOREIGN = ("pg_catalog", "information_schema", "pg_toast", "cron", "partman", "receipts", "crypto",
           "public")

READABLE = """
    SELECT n.nspname || '.' || c.relname, r.right
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN unnest(%(rights)s::text[]) AS r ("right")
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND n.nspname <> ALL (%(foreign)s) AND n.nspname !~ '^pg_temp'
       AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
       AND (has_table_privilege(%(role)s, c.oid, r.right)
            OR r.right IN ('SELECT', 'INSERT', 'UPDATE')
               AND has_any_column_privilege(%(role)s, c.oid, r.right))
"""
CALLABLE = """
    SELECT DISTINCT n.nspname || '.' || p.proname
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname <> ALL (%(foreign)s) AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
       AND has_function_privilege(%(role)s, p.oid, 'EXECUTE')
"""
RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]


def as_role(instance, side, role):
    """A connection that has only the role's rights."""
    connection = instance.connect(side)
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    return connection


def look(instance, side, query, role):
    with instance.connect(side) as database:
        return {row if len(row) > 1 else row[0] for row in database.execute(
            query, {"role": role, "rights": RIGHTS, "foreign": list(FOREIGN)})}


class TestPrograms:
    @pytest.mark.parametrize("side, role", ALL_LOGINS)
    def test_no_table_at_all(self, instance, side, role):
        """The programs work through functions; no table is open to them."""
        assert look(instance, side, READABLE, role) == set()

    @pytest.mark.parametrize("side, role", ALL_LOGINS)
    def test_just_their_functions(self, instance, side, role):
        found = look(instance, side, CALLABLE, role)
        assert found
        assert [name for name in found if not re.fullmatch(FUNCTIONS[role], name)] == []

    @pytest.mark.parametrize("side, role", ALL_LOGINS)
    def test_only_their_database(self, instance, side, role):
        with instance.connect(side) as database:
            found = [name for name, in database.execute(
                "SELECT datname FROM pg_database"
                " WHERE has_database_privilege(%s, oid, 'CONNECT') AND datallowconn", [role])]
            (own,) = database.execute("SELECT current_database()").fetchone()
        assert found == [own]

    @pytest.mark.parametrize("side, role", ALL_LOGINS)
    def test_no_special_powers(self, instance, side, role):
        with instance.connect(side) as database:
            row = database.execute(
                "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication,"
                " rolbypassrls FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            member = database.execute(
                "SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole",
                [role]).fetchone()
            creates = database.execute(
                "SELECT has_database_privilege(%s, current_database(), 'CREATE')",
                [role]).fetchone()
        assert row == (True, False, False, False, False, False)
        assert (member, creates) == ((0,), (False,))

    @pytest.mark.parametrize("side, role", ALL_LOGINS)
    def test_not_the_other_database(self, instance, side, role):
        other = "consumer" if side == "producer" else "producer"
        with instance.connect(other) as database:
            assert database.execute(
                "SELECT has_database_privilege(%s, current_database(), 'CONNECT')",
                [role]).fetchone() == (False,)

    @pytest.mark.parametrize("side, role, statement", [
        ("producer", "receipts_producer", "DELETE FROM journal.receipt"),
        ("producer", "receipts_producer", "SELECT * FROM auth.token"),
        ("producer", "receipts_producer", "SELECT journal.relay_acquire('x', '1 s')"),
        ("producer", "receipts_relay", "SELECT * FROM journal.outbox"),
        ("producer", "receipts_relay", "SELECT * FROM auth.token"),
        ("producer", "receipts_relay", "SELECT api.metrics()"),
        ("consumer", "receipts_consumer", "SELECT * FROM auth.token"),
        ("consumer", "receipts_consumer", "DELETE FROM analytics.place_hour"),
        ("consumer", "receipts_consumer", "SELECT analytics.sink_offsets('t', '{0}')"),
        ("consumer", "receipts_sink", "SELECT * FROM auth.token"),
        ("consumer", "receipts_sink", "SELECT * FROM analytics.receipt"),
        ("consumer", "receipts_sink", "SELECT api.metrics()"),
        ("consumer", "receipts_sink", "CREATE TABLE public.mine ()"),
    ])
    def test_refused(self, instance, side, role, statement):
        with as_role(instance, side, role) as database:
            with pytest.raises(errors.InsufficientPrivilege):
                database.execute(statement)

    def test_passwords_are_wanted(self, instance):
        """A login without a password gets nowhere."""
        for side, role in ALL_LOGINS:
            with pytest.raises(psycopg.OperationalError):
                instance.connect(side, user=role, password="wrong").close()


class TestAnalyst:
    def test_reads_the_views_and_nothing_else(self, instance):
        found = look(instance, "consumer", READABLE, "receipts_analyst")
        assert {name for name, _ in found} >= {f"analytics.{view}" for view in VIEWS}
        assert {right for _, right in found} == {"SELECT"}
        with instance.connect("consumer") as database:
            kinds = dict(database.execute(
                "SELECT oid::regclass::text, relkind::text FROM pg_class"
                " WHERE oid = ANY (%s::regclass[])", [[name for name, _ in found]]).fetchall())
        assert set(kinds.values()) == {"v"}, "a table is open to analysts"
        schemas = {name.split(".")[0] for name, _ in found}
        assert schemas == {"analytics"}

    @pytest.mark.parametrize("view", sorted(VIEWS))
    def test_view(self, instance, view):
        """Each is readable, has plain columns, and comments on all of them."""
        with as_role(instance, "consumer", "receipts_analyst") as database:
            columns = database.execute(
                sql.SQL("SELECT * FROM {} LIMIT 3").format(sql.Identifier("analytics", view))
            ).description
        assert columns
        with instance.connect("consumer") as database:
            bare = database.execute(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0"
                " AND (col_description(attrelid, attnum) IS NULL"
                "      OR atttypid::regtype::text LIKE '%%receipt%%')",
                [f"analytics.{view}"]).fetchall()
            assert bare == []
            assert database.execute("SELECT obj_description(%s::regclass)",
                                    [f"analytics.{view}"]).fetchone()[0]

    @pytest.mark.parametrize("statement", [
        "SELECT * FROM auth.token", "SELECT * FROM analytics.raw_receipt",
        "SELECT * FROM analytics.place_hour", "SELECT * FROM analytics.dead_letter",
        "DELETE FROM analytics.receipt", "INSERT INTO analytics.place_hourly DEFAULT VALUES",
        "SELECT analytics.rollup()", "SELECT analytics.rebuild('-infinity', 'infinity')",
        "CREATE TABLE analytics.mine ()",
    ])
    def test_refused(self, instance, statement):
        with as_role(instance, "consumer", "receipts_analyst") as database:
            with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
                database.execute(statement)

    def test_not_the_producer(self, instance):
        with instance.connect("producer") as database:
            assert database.execute(
                "SELECT has_database_privilege('receipts_analyst', current_database(), 'CONNECT')"
            ).fetchone() == (False,)


class TestFunctions:
    @pytest.mark.parametrize("side", ["producer", "consumer"])
    def test_security_definers_pin_search_path(self, instance, side):
        with instance.connect(side) as database:
            found = database.execute(
                "SELECT p.oid::regprocedure::text FROM pg_proc p"
                " JOIN pg_namespace n ON n.oid = p.pronamespace"
                " WHERE prosecdef AND n.nspname NOT IN ('pg_catalog', 'partman', 'cron')"
                " AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c LIKE 'search_path=%%')"
            ).fetchall()
        assert found == []

    @pytest.mark.parametrize("side", ["producer", "consumer"])
    def test_everything_has_a_comment(self, instance, side):
        with instance.connect(side) as database:
            found = database.execute("""
                SELECT 'function ' || p.oid::regprocedure::text
                  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                 WHERE n.nspname IN ('journal', 'auth', 'api', 'analytics', 'receipts', 'deploy', 'upkeep')
                   AND obj_description(p.oid, 'pg_proc') IS NULL
                UNION ALL
                SELECT c.relkind::text || ' ' || c.oid::regclass::text
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname IN ('journal', 'auth', 'api', 'analytics', 'deploy', 'upkeep')
                   AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
                   AND obj_description(c.oid, 'pg_class') IS NULL
                UNION ALL
                SELECT 'column ' || c.oid::regclass::text || '.' || a.attname
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 WHERE n.nspname IN ('journal', 'auth', 'analytics', 'deploy', 'upkeep')
                   AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
                   AND col_description(c.oid, a.attnum) IS NULL
                UNION ALL
                SELECT 'schema ' || nspname FROM pg_namespace
                 WHERE nspname IN ('journal', 'auth', 'api', 'analytics', 'deploy', 'upkeep')
                   AND obj_description(oid, 'pg_namespace') IS NULL
                """).fetchall()
        assert found == []


class TestAnalystFigures:
    """The views say the same as the API."""

    @pytest.fixture(scope="class")
    def sold(self, api):
        place_id = unique("place")
        receipts = [example(place_id=place_id, place_name="Бар", timestamp=stamp)
                    for stamp in ("2024-02-07T12:10:00Z", "2024-02-07T12:50:00Z",
                                  "2024-02-07T13:00:00Z", "2024-02-08T00:00:00Z")]
        api.accept(*receipts)
        model = model_of(*receipts)
        api.wait_stored(model)
        api.rollup()
        return place_id, receipts, model

    def rows(self, instance, view, place_id):
        with as_role(instance, "consumer", "receipts_analyst") as database:
            cursor = database.execute(
                sql.SQL("SELECT * FROM {} WHERE place_id = %s").format(
                    sql.Identifier("analytics", view)), [place_id])
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor]

    def test_receipts(self, instance, sold):
        place_id, receipts, _ = sold
        found = self.rows(instance, "receipt", place_id)
        assert sorted(row["transaction_id"] for row in found) == sorted(
            receipt["transaction_id"] for receipt in receipts)
        assert all(row["total_amount"] == receipts[0]["total_amount"] for row in found)

    def test_items(self, instance, sold):
        place_id, receipts, _ = sold
        found = self.rows(instance, "receipt_item", place_id)
        assert len(found) == 2 * len(receipts)
        assert {row["category"] for row in found} == {"groceries", "dairy"}

    @pytest.mark.parametrize("view, buckets", [("place_hourly", 3), ("place_daily", 2)])
    def test_places(self, instance, sold, view, buckets):
        place_id, receipts, model = sold
        found = self.rows(instance, view, place_id)
        assert len(found) == buckets
        assert sum(row["purchases"] for row in found) == len(receipts)
        assert sum(row["total_amount"] for row in found) == model.total()["total_amount"]

    def test_categories(self, instance, sold):
        place_id, receipts, model = sold
        found = self.rows(instance, "category_hourly", place_id)
        assert len(found) == 3 * 2
        for category, figures in model.total()["category_analytics"].items():
            mine = [row for row in found if row["category"] == category]
            assert sum(row["total_spent"] for row in mine) == figures["total_spent"]
            assert sum(row["receipts"] for row in mine) == figures["receipts"]
            assert sum(row["quantity"] for row in mine) == figures["quantity"]
