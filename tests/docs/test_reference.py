"""What the reference pages list is all there is, and as it is."""

import re
import subprocess
import sys
import urllib.request

import pytest

from conftest import PAGES
from instance import REPOSITORY

CODE = re.compile(r"`([^`]+)`")


def codes(name, column=0, heading=None):
    """What stands as code in a column of a page's tables."""
    return {code for cells in PAGES[name].tables(heading) if len(cells) > column
            for code in CODE.findall(cells[column])}


def query(instance, side, text, *values):
    with instance.connect(side) as database:
        return database.execute(text, values).fetchall()


def test_settings_of_the_programs():
    """docs/configuration.md has the tables that "make docs" writes."""
    done = subprocess.run([sys.executable, str(REPOSITORY / "ops/settings.py"),
                           str(REPOSITORY / "build/release"), "--check"],
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr


def test_settings_of_receipts():
    table = re.search(r'^settings_table="\n(.*?)"', (REPOSITORY / "ops/settings.sh").read_text(),
                      re.MULTILINE | re.DOTALL)[1]
    real = {"RECEIPTS_" + name: default.replace("-", "none") if default == "-" else default
            for name, default in (line.split() for line in table.splitlines() if line)}
    real["RECEIPTS_RUN_DIR"] = ".run"
    shown = {CODE.search(cells[0])[1]: cells[1].strip("`")
             for cells in PAGES["docs/configuration.md"].tables("./receipts") if CODE.search(cells[0])}
    assert shown == real


def test_settings_of_the_extension(instance):
    real = query(instance, "producer", "SELECT name, boot_val FROM pg_show_all_settings() WHERE name LIKE %s"
                 " AND receipts.receipt_is_valid('') IS NOT NULL", "pg_receipts.%")
    shown = {CODE.search(cells[0])[1]: cells[1].strip("`")
             for cells in PAGES["docs/configuration.md"].tables("How receipts are judged")
             if CODE.search(cells[0])}
    assert shown == {name: {"86400": "1d"}.get(value, value) for name, value in real}


@pytest.fixture(scope="module")
def metrics(instance):
    """{name: type} of all four programs."""
    port = re.compile(r"127\.0\.0\.1:(\d+)")
    status = subprocess.run([str(REPOSITORY / "receipts"), "status"], stdout=subprocess.PIPE,
                            text=True).stdout
    found = {}
    for line in status.splitlines():
        if line.split()[0] in ("producer", "consumer", "relay", "sink"):
            url = f"http://127.0.0.1:{port.search(line)[1]}/metrics"
            text = urllib.request.urlopen(url, timeout=20).read().decode()
            found.update(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    return found


def test_metrics(metrics):
    shown = {CODE.search(cells[0])[1]: cells[1] for cells in PAGES["docs/metrics.md"].tables()
             if cells[1] in ("counter", "gauge", "histogram")}
    assert shown == metrics


def test_metrics_of_the_monitoring(metrics):
    """Alarms and dashboard ask for metrics that there are."""
    series = metrics.keys() | {f"{name}_{part}" for name, kind in metrics.items() if kind == "histogram"
                               for part in ("bucket", "sum", "count")}
    for name in ("alerts.yml", "dashboard.json"):
        asked = set(re.findall(r"\breceipts_\w+", (REPOSITORY / "ops/monitoring" / name).read_text()))
        assert len(asked) > 5
        assert asked - series == set(), name


def test_views_and_columns(instance):
    """Whatever analysts may read has its place in docs/sql.md, each column by name."""
    real = query(instance, "consumer", """
        SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relkind = 'v' AND c.relnamespace = 'analytics'::regnamespace AND a.attnum > 0
           AND has_table_privilege('receipts_analyst', c.oid, 'SELECT')""")
    shown = {f"{CODE.search(heading)[1].removeprefix('analytics.')}.{column}"
             for heading in PAGES["docs/sql.md"].headings if heading.startswith("`analytics.")
             for column in codes("docs/sql.md", 0, heading)}
    assert shown == {row[0] for row in real}


GRANTED = """
    SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('analytics', 'journal') AND has_function_privilege('receipts_admin', p.oid, 'EXECUTE')
    UNION
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('analytics', 'journal', 'upkeep') AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
       AND has_table_privilege('receipts_admin', c.oid, 'SELECT')"""


@pytest.mark.parametrize("side", ["producer", "consumer"])
def test_what_admins_may_use(instance, side):
    """By its qualified name, anywhere in docs/sql.md."""
    text = (REPOSITORY / "docs/sql.md").read_text("utf-8")
    assert {name for name, in query(instance, side, GRANTED)
            if not re.search(rf"{re.escape(name)}\b", text)} == set()


def test_jobs(instance):
    """docs/schedules.md has each job with its schedule and command."""
    real = query(instance, "consumer", "SELECT jobname, database, schedule, command FROM cron.job"
                                       " WHERE jobname LIKE %s", "receipts-%")
    shown = {tuple(cell.strip("`") for cell in cells[:4])
             for cells in PAGES["docs/schedules.md"].tables("The jobs")
             if cells[0].startswith("`")}
    assert shown == set(real)


def test_dependencies():
    """Every package that is installed stands in docs/dependencies.md."""
    packages = {word for value in re.findall(
        r'^packages_\w+="([^"]*)"', (REPOSITORY / "ops/install.sh").read_text(), re.MULTILINE)
        for word in value.split()}
    assert len(packages) > 20
    assert packages - codes("docs/dependencies.md", 0) - codes("docs/dependencies.md", 1) == set()


def test_endpoints():
    """README.md's table has every route with its role."""
    source = (REPOSITORY / "frontend/route.c").read_text()
    sides = {"PRODUCER": {"producer"}, "CONSUMER": {"consumer"}, "BOTH": {"both"}, "ALL": {"both"}}
    real = {(method, pattern, *sides[side], role) for method, pattern, side, role in re.findall(
        r'\{"([A-Z]+)",\s*"([^"]+)",\s*ROUTE_\w+,\s*SERVICE_(\w+),\s*(?:NULL|"\w+"),\s*"([^"]+)"', source)}
    assert len(real) == len(re.findall(r"\bROUTE_\w+,\s*SERVICE_", source)) > 20
    shown = set()
    for service, endpoints, role, *_ in (
            cells for cells in PAGES["README.md"].tables("Endpoints") if cells[0] != "service"):
        for endpoint in CODE.findall(endpoints):
            methods, _, pattern = endpoint.rpartition(" ")
            shown |= {(method, pattern, service, role) for method in (methods or "GET").split("/")}
    assert shown == real


def test_suites():
    """README.md's table has every suite."""
    source = (REPOSITORY / "ops/test.sh").read_text()
    real = {name for value in re.findall(r'^suites(?:_apart)?="([^"]+)"', source, re.MULTILINE)
            for name in value.split()}
    assert codes("README.md", 0, "Testing") == real


def test_one_version():
    """It stands in the control file alone."""
    (version,) = re.findall(r"^default_version = '(.+)'",
                            (REPOSITORY / "extension/pg_receipts.control").read_text(), re.MULTILINE)
    for file, line in (("Makefile", r"^VERSION := (\S+)"), ("common/version.h", r"VERSION\s+\"(.*)\"")):
        assert version not in re.findall(line, (REPOSITORY / file).read_text(), re.MULTILINE), file
