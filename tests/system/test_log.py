"""The logs of the programs: every line can be parsed, whatever clients send."""

import signal
import subprocess

import pytest

from frontend import Frontend
from instance import Adopted
from loglines import parse_log
from raw import Raw, one_answer, statuses
from receipts import example
from test_tokens import create
from waiting import wait_until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NASTY = [b"/a\xff\xfe\x80b", b'/"quoted"', b"/back\\slash\\", b"/a=b;level=error", b"/" + b"\xe2\x82" * 500,
         "/чек/😀".encode(), b"/\xc2\x9b[31m", b"/%00%0a", b"/x" + b"\x1b[2J\x07", b"/" + b"\\" * 3000]


def of_request(lines, request_id):
    found = [fields for fields in lines if fields.get("request_id") == request_id]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_access_lines(instance, api, tmp_path, form):
    token = create(api.producer_admin, role="submitter")
    with Frontend(instance, "producer", tmp_path / "log", "--log-format", form) as frontend:
        service = frontend.service(token["token"])
        receipt = example()
        answer = service.post("/api/checks/?", receipt, headers={
            "X-Request-Id": 'an "id"\\='.replace(" ", ""), "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
        answer.expect(201)
        service.with_token(None).get("/api/checks/x/?secret=1", headers={"X-Request-Id": "other"}).expect(401)
        assert frontend.stop() == 0
        lines = parse_log(frontend.log_path.read_bytes(), form)

    line = of_request(lines, 'an"id"\\=')
    assert (line["msg"], line["method"], line["path"]) == ("request", "POST", "/api/checks/")
    assert (line["status"], line["client"], line["level"]) == ("201", "127.0.0.1", "info")
    assert (line["trace_id"], line["token_id"]) == (TRACE, str(token["id"]))
    assert int(line["bytes_in"]) == len(answer.request.body)
    assert int(line["bytes_out"]) == len(answer.body)
    assert 0 < float(line["duration_ms"]) < 20000
    assert "end" not in line

    line = of_request(lines, "other")
    assert line["status"] == "401" and "token_id" not in line and "trace_id" not in line
    assert "secret" not in repr(lines)


@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_nasty_clients(instance, api, tmp_path, form):
    """At level debug, with all that libmicrohttpd has to say."""
    with Frontend(instance, "consumer", tmp_path / "log", "--log-format", form, "--log-level",
                  "debug", "--request-timeout", "1") as frontend:
        for number, path in enumerate(NASTY):
            with Raw(frontend.url) as connection:
                connection.send(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nX-Request-Id: nasty-%d\r\n\r\n"
                                % number)
                connection.read(timeout=2, until=one_answer)
        for data in (b"\x16\x03\x01\x02", b"M" * 100 + b" / HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Request-Id: \xff\"\r\n\r\n"):
            with Raw(frontend.url) as connection:
                connection.send(data)
                connection.read(timeout=2, until=one_answer)
        with Raw(frontend.url) as connection:
            connection.send(b"POST /api/rollups/ HTTP/1.1\r\n")
            connection.read(timeout=5)
        frontend.signal(signal.SIGHUP)
        assert frontend.stop() == 0
        lines = parse_log(frontend.log_path.read_bytes(), form)
    requests = [fields for fields in lines if fields["msg"] == "request"]
    assert len(requests) >= len(NASTY)
    assert "408" in {fields["status"] for fields in requests}
    assert all(len(fields["path"]) <= 256 for fields in requests)
    paths = {fields["path"] for fields in requests}
    assert {'/"quoted"', "/back\\slash\\", "/a=b;level=error", "/чек/😀"} <= paths


@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_cut_short(instance, api, tmp_path, form):
    """Also the line that a signal handler writes."""
    with Frontend(instance, "producer", tmp_path / "log", "--log-format", form) as frontend:
        with Raw(frontend.url) as connection:
            connection.send(connection.head("POST", "/api/checks/", "Content-Type: application/json",
                                            "Content-Length: 9", "Expect: 100-continue"))
            assert statuses(connection.read(until=lambda seen: b"\r\n\r\n" in seen)) == [100]
            frontend.signal(signal.SIGTERM)
            wait_until(lambda: "shutting down" in frontend.log(), what="the begin of the shutdown")
            frontend.signal(signal.SIGTERM)
            assert frontend.process.wait(10) == 124
        *lines, last = frontend.log_path.read_bytes().splitlines(keepends=True)
        parse_log(b"".join(lines), form)
        assert last == {"logfmt": b'level=error msg="shutdown cut short, exit 124"\n',
                        "json": b'{"level":"error","msg":"shutdown cut short, exit 124"}\n'}[form]


@pytest.mark.restart
@pytest.mark.parametrize("name", ["relay", "sink"])
@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_bridge(instance, api, tmp_path, name, form):
    adopted = Adopted(instance, name, tmp_path / "log")
    adopted.environment.update(RECEIPTS_LOG_FORMAT=form, RECEIPTS_LOG_LEVEL="debug")
    with adopted:
        wait_until(lambda: "connected: PostgreSQL" in adopted.log(), what=f"a {name} at work")
        assert adopted.terminate() == 0
    lines = parse_log((tmp_path / "log").read_bytes(), form)
    assert len(lines) > 2 and f"receipts-bridge {name}" in lines[0]["msg"]


def test_nonsense(instance):
    for program, mode in (("receipts-frontend", "producer"), ("receipts-frontend", "consumer"),
                          ("receipts-bridge", "relay"), ("receipts-bridge", "sink"),
                          ("receipts-bridge", "topic"), ("receipts-bridge", "broker")):
        done = subprocess.run([instance.run_dir / "bin" / program, mode, "--log-format", "xml"],
                              text=True, stderr=subprocess.PIPE)
        assert done.returncode == 2
        assert 'invalid value "xml" for log-format: wanted logfmt or json' in done.stderr
