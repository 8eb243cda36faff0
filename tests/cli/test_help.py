"""Every command and every program says what it does; nothing unknown is accepted."""

import re
import subprocess

import pytest

from entry import Entry
from instance import REPOSITORY

COMMANDS = sorted(re.findall(r"^command_([a-z]+)\(\)", "\n".join(
    path.read_text() for path in (REPOSITORY / "ops").glob("*.sh")), re.MULTILINE))
PROGRAMS = ("receipts-frontend producer", "receipts-frontend consumer", "receipts-bridge relay",
            "receipts-bridge sink", "receipts-bridge topic", "receipts-bridge broker")


@pytest.fixture(scope="module")
def entry(scratch):
    return Entry(REPOSITORY, scratch / "no instance")


def program(name, *arguments):
    file, mode = name.split()
    return subprocess.run([str(REPOSITORY / "build/release" / file), mode, *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20,
                          env={})


def test_usage_names_every_command(entry):
    usage = entry.ok("help")
    assert usage == entry.ok() == entry.ok("--help") == entry.ok("-h")
    for command in COMMANDS:
        assert re.search(rf"^  .*\b{command}\b", usage, re.MULTILINE), command


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(entry, command):
    text = entry.ok("help", command)
    assert text == entry.ok(command, "--help") == entry.ok(command, "-h")
    assert text.startswith(f"./receipts {command}")
    assert len(text.splitlines()) >= 3


@pytest.mark.parametrize("arguments", [
    ("nonsense",), ("help", "nonsense"), ("up", "--nonsense"), ("down", "--nonsense"),
    ("status", "nonsense"), ("start",), ("start", "nonsense"), ("stop", "nonsense"),
    ("restart",), ("restart", "nonsense"), ("logs", "nonsense"), ("psql",), ("psql", "nonsense"),
    ("token",), ("token", "create", "name"), ("token", "create", "name", "nonsense"),
    ("token", "create", "name", "analyst", "--nonsense", "1"), ("demo",),
    ("test", "nonsense"), ("restart", "relay"), ("psql", "producer")], ids=" ".join)
def test_what_cannot_be_done_is_refused(entry, arguments):
    """Also where nothing was ever started; and nothing is left behind by it."""
    assert entry.refused(*arguments)
    assert not (entry.run_dir / "pids").exists()


@pytest.mark.parametrize("variable, value", [
    ("RECEIPTS_PRODUCER_PORT", "0"), ("RECEIPTS_PRODUCER_PORT", "65536"),
    ("RECEIPTS_PRODUCER_PORT", "http"), ("RECEIPTS_PRODUCER_PORT", "8081"),
    ("RECEIPTS_BROKER", "nonsense"), ("RECEIPTS_BROKER", "host:1,"),
    ("RECEIPTS_TOPIC", "two words"), ("RECEIPTS_PARTITIONS", "0"), ("RECEIPTS_PARTITIONS", "x"),
    ("RECEIPTS_KAFKA_HEAP", "much"), ("RECEIPTS_SHARED_BUFFERS", "1"),
    ("RECEIPTS_BUILD", "fast")])
def test_bad_settings_are_named(entry, variable, value):
    assert variable in entry.refused("up", "--detach", **{variable: value})
    assert not (entry.run_dir / "pids").exists()


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_program_lists_its_settings(name):
    done = program(name, "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert f"Usage: {name}" in done.stdout
    for setting, variable in re.findall(r"^  --([a-z-]+) (?:TEXT|NUMBER|on\|off)\n.*\n.*; (\w+)$",
                                        done.stdout, re.MULTILINE):
        assert variable == "RECEIPTS_" + setting.upper().replace("-", "_")
    assert program(name, "--version").stdout.split()[-1] == default_version()


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("arguments", [("--nonsense", "1"), ("nonsense",), ("--log-level",),
                                       ("--log-level", "loud")], ids=" ".join)
def test_programs_refuse_what_they_do_not_know(name, arguments):
    done = program(name, *arguments)
    assert done.returncode not in (0, 124) and done.stdout == ""
    assert name in done.stderr and len(done.stderr.splitlines()) <= 2, done.stderr


def test_migrate_explains_itself():
    done = subprocess.run([str(REPOSITORY / "sql/migrate"), "--help"], stdout=subprocess.PIPE,
                          text=True, timeout=20)
    assert done.returncode == 0
    assert done.stdout.startswith("migrate - ") and "set -" not in done.stdout


def default_version():
    """The one place where the version stands."""
    control = (REPOSITORY / "extension/pg_receipts.control").read_text()
    return re.search(r"^default_version = '(.+)'", control, re.MULTILINE)[1]
