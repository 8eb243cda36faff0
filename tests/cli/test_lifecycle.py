"""One instance from "up" to "down --purge": by an unprivileged user, below a path
with a space, with the embedded broker."""

import os
import signal
import socket
import stat
import subprocess
import time

import requests

from instance import pid_alive
from waiting import wait_until

NAMES = {"postgres", "kafka", "producer", "consumer", "relay", "sink"}
RECEIPT = """{"transaction_id": "%s", "timestamp": "2024-02-07T12:34:56Z", "place_id": "%s",
    "items": [{"product_id": "1", "quantity": 1, "price": 5, "category": "food"}],
    "total_amount": 5, "nds_amount": 1, "payment_method": "card"}"""


def submit(entry, token, transaction_id, place_id):
    """The status with which the producer answers a receipt."""
    return requests.post(
        entry.env["RECEIPTS_PRODUCER_URL"] + "/api/checks/", (RECEIPT % (transaction_id, place_id)).encode(),
        headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"},
        timeout=20).status_code


def test_everything_is_ready(embedded):
    assert embedded.run("status")[0] == 0
    assert embedded.states() == dict.fromkeys(NAMES, "ready")
    assert set(embedded.pids()) == NAMES
    owner = embedded.run_dir.stat().st_uid
    assert {os.stat(f"/proc/{pid}").st_uid for pid in embedded.pids().values()} == {owner}


def test_env_file(embedded):
    """A shell can read it, other users cannot."""
    file = embedded.run_dir / "env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shown = subprocess.run(
        ["sh", "-c", '. "$1" && printf "%s\\n" "$RECEIPTS_PRODUCER_URL" "$RECEIPTS_ADMIN_TOKEN"',
         "sh", str(file)], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert shown == [embedded.env["RECEIPTS_PRODUCER_URL"], embedded.env["RECEIPTS_ADMIN_TOKEN"]]
    assert stat.S_IMODE((embedded.run_dir / "secrets").stat().st_mode) == 0o600


def test_up_again_changes_nothing(embedded):
    before, env = embedded.pids(), embedded.env
    output = embedded.ok("up", "--detach")
    assert embedded.pids() == before and embedded.env == env
    assert env["RECEIPTS_SUBMITTER_TOKEN"] in output and "curl " in output


def test_up_says_that_the_broker_forgets(embedded):
    """A new one, since only then something is lost."""
    embedded.ok("stop", "kafka")
    output = embedded.ok("up", "--detach")
    assert "do NOT survive" in output
    assert embedded.states() == dict.fromkeys(NAMES, "ready")


def test_demo(embedded):
    output = embedded.ok("demo", "--receipts", "300", "--places", "3")
    assert output.rstrip().endswith("DEMO OK: every figure equals the exact decimal sums.")


def test_demo_again_is_all_duplicates(embedded):
    assert " 0 new" in embedded.ok("demo", "--receipts", "300", "--places", "3")


def test_stop_and_start(embedded):
    pid = embedded.pids()["sink"]
    embedded.ok("stop", "sink")
    assert not pid_alive(pid)
    assert embedded.run("status")[0] == 3 and embedded.states()["sink"] == "stopped"
    embedded.ok("start", "sink")
    assert embedded.states() == dict.fromkeys(NAMES, "ready")
    assert "runs already" in embedded.ok("start", "sink")


def test_restart(embedded):
    before = embedded.pids()
    embedded.ok("restart", "relay")
    after = embedded.pids()
    assert {name for name in NAMES if before[name] != after[name]} == {"relay"}
    assert not pid_alive(before["relay"])


def test_up_starts_what_was_killed(embedded):
    before = embedded.pids()
    for name in ("consumer", "relay"):
        os.kill(before[name], signal.SIGKILL)
    wait_until(lambda: embedded.states()["consumer"] == "stopped", what="the end of consumer")
    embedded.ok("up", "--detach")
    after = embedded.pids()
    assert {name for name in NAMES if before[name] != after[name]} == {"consumer", "relay"}
    assert embedded.states() == dict.fromkeys(NAMES, "ready")


def test_a_stale_pid_file_is_no_process(embedded):
    """The pid belongs to somebody else by now; that one is left alone."""
    embedded.ok("stop", "sink")
    (embedded.run_dir / "pids" / "sink").write_text(f"{os.getpid()}\n")
    assert embedded.states()["sink"] == "stopped"
    embedded.ok("start", "sink")
    assert embedded.states()["sink"] == "ready"


def test_a_taken_port_is_named(embedded):
    embedded.ok("stop", "producer")
    port = int(embedded.env["RECEIPTS_PRODUCER_URL"].rpartition(":")[2])
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wait_until(lambda: bind(holder, port), what=f"port {port} to be free")
        holder.listen()
        for arguments in (("start", "producer"), ("up", "--detach")):
            message = embedded.refused(*arguments)
            assert str(port) in message and "RECEIPTS_PRODUCER_PORT" in message
    embedded.ok("up", "--detach")
    assert embedded.states()["producer"] == "ready"


def bind(holder, port):
    try:
        holder.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def test_settings_of_a_running_instance_stay(embedded):
    message = embedded.refused("up", "--detach", RECEIPTS_PRODUCER_PORT="1234")
    assert "RECEIPTS_PRODUCER_PORT" in message and "./receipts down" in message


def test_commands_find_the_instance_without_its_variables(embedded):
    bare = embedded.other(embedded.run_dir)
    assert bare.states() == dict.fromkeys(NAMES, "ready")
    bare.ok("restart", "relay")
    assert bare.ok("psql", "consumer", "-Atc", "SELECT current_database()").strip() == "consumer"


def test_tokens(embedded):
    """Bound to a place and for a time, each as it says."""
    bound = embedded.ok("token", "create", "till 7", "submitter", "--place", "shop 'ö' 7").strip()
    assert submit(embedded, bound, "cli-1", "shop 'ö' 7") == 201
    assert submit(embedded, bound, "cli-2", "elsewhere") == 403
    past = embedded.ok("token", "create", "old", "submitter", "--expires", "2020-01-01").strip()
    assert submit(embedded, past, "cli-3", "elsewhere") == 401
    admin = embedded.ok("token", "create", "chief", "admin").strip()
    for service in ("PRODUCER", "CONSUMER"):
        answer = requests.get(embedded.env[f"RECEIPTS_{service}_URL"] + "/api/tokens/",
                              headers={"Authorization": "Bearer " + admin}, timeout=20)
        assert answer.status_code == 200 and "chief" in answer.text
    assert embedded.refused("token", "create", "x", "analyst", "--expires", "nonsense")


def test_foreground(embedded):
    """A process that dies comes back; Ctrl-C takes everything down."""
    embedded.ok("down")
    assert embedded.states() == dict.fromkeys(NAMES, "stopped")
    process = embedded.start("up")
    try:
        wait_until(lambda: embedded.run("status")[0] == 0, 120, what="a ready instance")
        relay = embedded.pids()["relay"]
        os.kill(relay, signal.SIGKILL)
        wait_until(lambda: embedded.pids().get("relay") != relay
                   and embedded.states()["relay"] == "ready", 60, what="the relay to come back")
        # Not earlier: a signal while it starts something ends the start.
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(120) == 0
    finally:
        os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
        process.stdout.close()
    assert embedded.states() == dict.fromkeys(NAMES, "stopped")
    assert not (embedded.run_dir / "env").exists()


def test_down_keeps_the_data(embedded):
    """What was counted before is there after down and up."""
    count = ("psql", "consumer", "-Atc", "SELECT count(*) FROM analytics.receipt")
    embedded.ok("up", "--detach")
    before = int(embedded.ok(*count))
    embedded.ok("down")
    embedded.ok("down")
    embedded.ok("up", "--detach")
    assert int(embedded.ok(*count)) == before > 300


def test_only_ours_is_deleted(embedded, scratch):
    foreign = scratch / "foreign"
    foreign.mkdir(mode=0o777)
    foreign.chmod(0o777)
    (foreign / "precious").write_text("")
    other = embedded.other(foreign)
    assert "not made by ./receipts" in other.refused("up", "--detach")
    assert other.refused("down", "--purge")
    assert (foreign / "precious").exists()
