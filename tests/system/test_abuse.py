"""Clients that do not behave: the service stays well and says what is wrong."""

import gzip
import socket

import pytest

import jsontext
from api import model_of
from frontend import Frontend
from raw import Raw, one_answer, statuses
from receipts import example, unique
from routes import allowed, concrete, routes
from waiting import wait_until


def listed(answer, name):
    """The elements of a list header."""
    return {element.strip() for element in answer.headers[name].split(",")}


@pytest.fixture
def connect(api):
    """Connections to the producer, closed at the end."""
    opened = []

    def open_one(service=api.producer):
        opened.append(Raw(service.base_url))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.socket.close()


@pytest.fixture(autouse=True)
def still_well(api):
    """Whatever a test did, a good request is answered at once afterwards."""
    yield
    api.submit(example(), timeout=5).expect(201)
    assert api.consumer.get("/readyz", timeout=5).status == 200


class TestMethods:
    @pytest.mark.parametrize("side, path, allowed", [
        ("producer", "/api/checks/", {"POST"}),
        ("producer", "/api/checks/x/", {"GET", "HEAD"}),
        ("producer", "/api/tokens/", {"GET", "HEAD", "POST"}),
        ("producer", "/api/tokens/1/", {"DELETE"}),
        ("consumer", "/api/analytics/", {"GET", "HEAD"}),
        ("consumer", "/api/analytics/x/", {"GET", "HEAD"}),
        ("consumer", "/api/places/", {"GET", "HEAD"}),
        ("consumer", "/api/rollups/", {"GET", "HEAD", "POST"}),
        ("consumer", "/livez", {"GET", "HEAD"}),
    ])
    def test_not_allowed(self, api, side, path, allowed):
        service = getattr(api, f"{side}_admin")
        for method in ("PUT", "PATCH", "DELETE", "POST", "GET", "TRACE"):
            if method in allowed or (method == "GET" and path == "/api/checks/"):
                continue
            answer = service.request(method, path, body=b"{}" if method == "POST" else None)
            answer.expect(405)
            named = {name.strip() for name in answer.headers["Allow"].split(",")}
            assert named - {"OPTIONS"} >= allowed and method not in named, repr(answer)

    def test_unknown_method(self, api):
        """A method of HTTP that the path does not take is 405, one that HTTP does not have 501."""
        for method in ("QUERY", "TRACE", "CONNECT"):
            api.producer.request(method, "/api/checks/").expect(405)
        api.producer.request("BREW", "/api/checks/").expect(501)

    @pytest.mark.parametrize("path", ["/api/checks/", "/api/tokens/"])
    def test_options(self, api, path):
        answer = api.producer_admin.request("OPTIONS", path)
        assert answer.status in (200, 204, 405), repr(answer)
        assert "POST" in answer.headers["Allow"]

    @pytest.mark.parametrize("path", ["/api/places/{}/", "/api/places/?q={}", "/livez",
                                      "/api/analytics/?place_id={}&limit=1",
                                      "/api/places/no-such-place/"])
    def test_head(self, api, path):
        """The same as GET, without the body."""
        receipt = example(place_id=unique("place"))
        api.submit(receipt).expect(201)
        api.wait_stored(model_of(receipt))
        path = path.format(receipt["place_id"])
        get = api.consumer.get(path)
        head = api.consumer.request("HEAD", path)
        assert (head.status, head.body) == (get.status, b"")
        assert head.headers["Content-Type"] == get.headers["Content-Type"]
        assert head.headers.get("ETag") == get.headers.get("ETag")
        assert int(head.headers["Content-Length"]) == len(get.body)

    @pytest.mark.parametrize("path", [
        "/", "/api", "/api/", "/api/check/", "/api/checks/a/b/", "/api/checks//", "/favicon.ico",
        "/../etc/passwd", "/api/tokens/1/2/", "/%2e%2e/%2e%2e/etc/passwd", "//api/checks/",
        "/api/checks/x/;y", "/livez/x",
    ])
    def test_unknown_paths(self, api, path):
        assert api.producer_admin.get(path).status in (404, 405)
        api.producer.get("/nowhere").expect(404)


class TestEveryRoute:
    """Methods, on every path of the program's own table, with every right and without."""

    @pytest.fixture(params=["producer", "consumer"])
    def side(self, request):
        return request.param

    @pytest.fixture
    def table(self, instance, side):
        return routes(instance.run_dir / "bin" / "receipts-frontend", side)

    @pytest.fixture(params=["admin", "nobody"])
    def service(self, request, api, side):
        return getattr(api, f"{side}_admin").with_token(api.admin if request.param == "admin" else None)

    def test_options(self, table, service):
        for path in {concrete(route.pattern) for route in table}:
            answer = service.request("OPTIONS", path)
            assert answer.status == 204 and answer.body == b""
            assert answer.headers["Allow"].split(", ") and listed(answer, "Allow") == allowed(table, path)

    def test_not_allowed(self, table, service):
        for path in {concrete(route.pattern) for route in table}:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "CONNECT"):
                if method in allowed(table, path):
                    continue
                answer = service.request(method, path, body=b"{}" if method in ("PUT", "PATCH") else None)
                answer.expect(405)
                assert listed(answer, "Allow") == allowed(table, path)
            service.request("BREW", path).expect(501)

    def test_head(self, table, service):
        for path in {concrete(route.pattern) for route in table if route.method == "GET"}:
            get, head = service.get(path), service.request("HEAD", path)
            assert (head.status, head.body) == (get.status, b""), path
            for name in ("Content-Type", "ETag", "Cache-Control", "WWW-Authenticate", "Vary"):
                assert head.headers.get(name) == get.headers.get(name), path
            if path != "/metrics":  # which has counted the first
                assert head.headers["Content-Length"] == str(len(get.body)), path


class TestTargets:
    """What is asked for, in every disguise."""

    def ask(self, connect, target, service=None, **how):
        connection = connect(*filter(None, [service]))
        connection.send(connection.head("GET", target, *how.get("lines", ())))
        return statuses(connection.read(until=one_answer, timeout=5))

    @pytest.mark.parametrize("target", ["http://x/livez", "HTTP://X/livez", "https://x:1/livez?a", "/livez?",
                                        "http:///livez", "/livez/"])
    def test_found(self, connect, target):
        """Also as a proxy would write it."""
        assert self.ask(connect, target) == [200]

    @pytest.mark.parametrize("target", [
        "*", "livez", "//livez", "/livez#f", "/%6civez", "/livez%00", "/livez%2f", "/./livez",
        "/api/../livez", "/livez;x=1", "\\livez", "http://x", "ftp://x/livez", "x:443"])
    def test_not_found(self, connect, target):
        assert self.ask(connect, target) == [404]

    @pytest.mark.parametrize("target", ["/livez\0", "/livez\0?x", "/li vez", "/livez\t", "/livez\r", "/\x1b[2J",
                                        "/livez HTTP/1.1 x", "/\x7f"])
    def test_malformed(self, connect, target):
        assert self.ask(connect, target) == [400]

    @pytest.mark.parametrize("escape", ["%00", "a%00b", "%zz", "%", "%4", "%c0%af", "%ff", "%ed%a0%80", "%u0041",
                                        "%f4%90%80%80", "%C3"])
    def test_broken_escapes(self, api, connect, escape):
        """In a path and in a query: 400, never a guess."""
        token = f"Authorization: Bearer {api.analyst}"
        for target in (f"/api/places/{escape}/", f"/api/places/?q={escape}", f"/api/places/?{escape}=1",
                       f"/api/analytics/?place_id={escape}"):
            assert self.ask(connect, target, api.consumer, lines=[token]) == [400]

    @pytest.mark.parametrize("escape", ["%2e%2e", "a%2Fb", "%25", "%25zz", "+", "%0d%0aX:%20y", "%EF%BB%BF", "..", "."])
    def test_good_escapes(self, api, connect, escape):
        """Whatever it is called, there is no such place."""
        token = f"Authorization: Bearer {api.analyst}"
        assert self.ask(connect, f"/api/places/{escape}/", api.consumer, lines=[token]) == [404]
        assert self.ask(connect, f"/api/places/?q={escape}", api.consumer, lines=[token]) == [200]

    def test_options_of_all(self, connect):
        connection = connect()
        connection.send(connection.head("OPTIONS", "*"))
        assert statuses(connection.read(until=one_answer)) == [204]


class TestHeads:
    @pytest.mark.parametrize("lines", [
        ["X-Large: " + "x" * 100000],
        [f"X-{number}: {'y' * 100}" for number in range(2000)],
        ["Authorization: Bearer " + "z" * 60000],
    ], ids=["one large", "many", "token"])
    def test_huge(self, connect, lines):
        connection = connect()
        try:
            connection.send(connection.head("GET", "/api/checks/x/", *lines))
        except ConnectionError:
            return
        received = connection.read(until=one_answer)
        assert not statuses(received) or statuses(received)[0] in (400, 401, 413, 431, 500) \
            and statuses(received)[0] != 500, received[:200]

    def test_long_path(self, connect):
        connection = connect()
        connection.send(connection.head("GET", "/api/checks/" + "x" * 60000))
        received = connection.read(until=one_answer)
        assert not statuses(received) or statuses(received)[0] in (400, 401, 404, 413, 414, 431)

    @pytest.mark.parametrize("data", [
        b"\r\n\r\n", b"GARBAGE\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 2000, b"POST /api/checks/ HTTP/1.1\r\n\r\n",
        b"GET /livez\r\n", b"GET /livez HTTP/0.9\r\n\r\n", b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", b"GET /livez http/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" GET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /livez HTTP/1.1 \r\nHost: x\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n", b"GET /livez HTTP/1.1\r\n Host: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nX\0: y\r\n\r\n", b"G\0ET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"get /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"\xff" * 2000, b"\r\n" * 2000,
    ], ids=lambda data: repr(data[:60]))
    def test_no_http(self, connect, data):
        connection = connect()
        connection.send(data)
        received = connection.read(timeout=2, until=one_answer)
        assert all(400 <= status < 600 and status != 500 for status in statuses(received))


class TestBodies:
    def head_of(self, connection, api, *lines):
        return connection.head("POST", "/api/checks/", f"Authorization: Bearer {api.submitter}",
                               "Content-Type: application/json", *lines)

    @pytest.mark.parametrize("length", ["-1", "x", "1x", "0x10", "99999999999999999999", "1, 2", ""])
    def test_nonsense_length(self, api, connect, length):
        connection = connect()
        connection.send(self.head_of(connection, api, f"Content-Length: {length}") + b"{}")
        received = connection.read(until=one_answer)
        assert not statuses(received) or statuses(received)[0] in (400, 411, 413)

    def test_announced_too_large(self, api, connect):
        """Refused at once, not after a gigabyte."""
        connection = connect()
        connection.send(self.head_of(connection, api, "Content-Length: 1073741824") + b"{")
        assert statuses(connection.read(until=one_answer)) == [413]

    def test_cut_short(self, api, connect, producer_db):
        """A receipt whose last bytes never came was not received."""
        receipt = example()
        body = jsontext.encode(receipt)
        connection = connect()
        connection.send(self.head_of(connection, api, f"Content-Length: {len(body) + 1}") + body)
        assert statuses(connection.read(timeout=1)) == []
        connection.socket.close()
        assert producer_db.execute("SELECT count(*) FROM journal.accepted WHERE transaction_id = %s",
                                   [receipt["transaction_id"]]).fetchone() == (0,)

    def test_length_too_small(self, api, connect):
        """The rest of the body is no request, least of all a valid one."""
        body = jsontext.encode(example())
        connection = connect()
        connection.send(self.head_of(connection, api, "Content-Length: 20") + body)
        found = statuses(connection.read(timeout=2))
        assert found[0] == 400 and all(400 <= status < 500 for status in found)

    @pytest.mark.parametrize("lines", [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
        ["Content-Length: 5", "Content-Length: 5"], ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: +5"], ["Content-Length: 5 5"], ["Content-Length: 5,5"], ["Content-Length:\0" "5"],
        ["Content-Length : 5"], ["Content-Length\t: 5"], ["X: x", " Content-Length: 5"],
        ["X: x\rContent-Length: 5"], ["Content-Length: 5\x0b"], [": x", "Content-Length: 5"],
        ["Host: y", "Content-Length: 5"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: identity", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding: xchunked"], ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: identity, chunked"], ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding: \"chunked\""], ["Transfer-Encoding: chunked;q=1"], ["Transfer-Encoding:"],
        ["Transfer-Encoding : chunked"], ["Transfer-Encoding:\x0bchunked"], ["X: x", "\tTransfer-Encoding: chunked"],
        ["X: x\rTransfer-Encoding: chunked"], ["Transfer_Encoding : chunked"],
    ], ids=lambda lines: repr(lines))
    def test_smuggling(self, api, connect, lines):
        """Where two readers could see different ends of a body, nobody reads on."""
        smuggled = b"0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
        connection = connect()
        connection.send(self.head_of(connection, api, *lines) + smuggled)
        assert set(statuses(connection.read(timeout=5))) <= {400} and connection.closed

    def test_chunks_before_http_1_1(self, api, connect):
        connection = connect()
        head = self.head_of(connection, api, "Transfer-Encoding: chunked")
        connection.send(head.replace(b"HTTP/1.1", b"HTTP/1.0", 1) + b"0\r\n\r\n")
        assert statuses(connection.read()) == [400]

    def test_chunks_with_everything(self, api, connect):
        """Sizes with zeros, extensions and trailers are all right."""
        body = jsontext.encode(example())
        connection = connect()
        chunks = b"000%x;a=b\r\n%s\r\n%X\r\n%s\r\n0;x\r\nX-Trailer: y\r\n\r\n" % (
            20, body[:20], len(body) - 20, body[20:])
        connection.send(self.head_of(connection, api, "Transfer-Encoding: chunked") + chunks)
        assert statuses(connection.read(until=one_answer)) == [201]
        connection.send(connection.head("GET", "/livez"))
        assert statuses(connection.read(until=one_answer)) == [200]

    @pytest.mark.parametrize("chunk", [b"zz\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n",
                                       b"ffffffffffffffffff\r\n{}", b"2\r\n{}x\r\n0\r\n\r\n"])
    def test_bad_chunks(self, api, connect, chunk):
        connection = connect()
        connection.send(self.head_of(connection, api, "Transfer-Encoding: chunked") + chunk)
        received = connection.read(timeout=2)
        assert all(400 <= status < 500 for status in statuses(received)), received

    @pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, identity", "x"])
    @pytest.mark.parametrize("path", ["/api/checks/", "/api/checks/batch/"])
    def test_coded(self, api, path, coding):
        """A body that would have to be unpacked is refused, whatever is in it."""
        body = gzip.compress(jsontext.encode(example()))
        answer = api.producer.post(path, body, headers={"Content-Encoding": coding}).expect(415)
        assert answer.json["type"].endswith(":unsupported_content_encoding")
        assert answer.headers["Accept-Encoding"] == "identity"

    def test_coded_as_nothing(self, api):
        api.submit(example(), headers={"Content-Encoding": "identity"}).expect(201)

    def test_expect_continue(self, api, connect):
        body = jsontext.encode(example())
        connection = connect()
        connection.send(self.head_of(connection, api, f"Content-Length: {len(body)}",
                                     "Expect: 100-continue"))
        assert statuses(connection.read(until=lambda seen: b"\r\n\r\n" in seen)) == [100]
        connection.send(body)
        assert statuses(connection.read(until=one_answer)) == [201]

    def test_in_single_bytes(self, api, connect):
        body = jsontext.encode(example())
        connection = connect()
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = self.head_of(connection, api, f"Content-Length: {len(body)}") + body
        for position in range(len(request)):
            connection.send(request[position:position + 1])
        assert statuses(connection.read(until=one_answer)) == [201]


class TestRefusals:
    """Answers to requests that never arrive whole."""

    @pytest.fixture
    def impatient(self, instance, tmp_path):
        with Frontend(instance, "producer", tmp_path / "log", "--request-timeout", "1") as frontend:
            yield frontend

    def refused(self, frontend, data, status):
        """Send data; the answer has every header that answers have; returns its id."""
        with Raw(frontend.url) as connection:
            connection.send(data)
            received = connection.read()
        assert statuses(received) == [status] and connection.closed
        head, _, body = received.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        assert headers["Content-Type"] == "application/problem+json"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Connection"] == "close"
        assert jsontext.loads(body.decode())["status"] == status
        wait_until(lambda: headers["X-Request-Id"] in frontend.log(), what="the id in the log")
        return headers["X-Request-Id"]

    def test_late(self, impatient):
        """408, before the headers are in and after."""
        line = b"POST /api/checks/ HTTP/1.1\r\nX-Request-Id: mine\r\n"
        assert self.refused(impatient, line, 408) != "mine"
        assert self.refused(impatient, line + b"Host: x\r\nContent-Length: 9\r\n\r\n{", 408) == "mine"

    def test_too_large_in_chunks(self, impatient):
        head = (b"POST /api/checks/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n")
        self.refused(impatient, head + b"200000\r\n" + b" " * 0x200000, 413)


class TestConnections:
    def test_pipelining(self, api, connect):
        """Answers come in the order of the requests."""
        connection = connect()
        bodies = [jsontext.encode(example()), b"{", jsontext.encode(example())]
        connection.send(b"".join(
            connection.head("POST", "/api/checks/", f"Authorization: Bearer {api.submitter}",
                            "Content-Type: application/json", f"Content-Length: {len(body)}") + body
            for body in bodies))
        received = connection.read(until=lambda seen: len(statuses(seen)) == 3)
        assert statuses(received) == [201, 400, 201]

    def test_keep_alive(self, api, connect):
        connection = connect(api.consumer)
        for _ in range(5):
            connection.send(connection.head("GET", "/livez"))
            assert statuses(connection.read(until=one_answer)) == [200]

    def test_http_1_0(self, connect):
        connection = connect()
        connection.send(b"GET /livez HTTP/1.0\r\n\r\n")
        received = connection.read()
        assert received.split(b" ")[1] == b"200" and connection.closed

    def test_gone_before_the_answer(self, api, connect):
        """A client that hangs up does not hurt the others of its batch."""
        for _ in range(30):
            connection = connect()
            body = jsontext.encode(example())
            connection.send(connection.head(
                "POST", "/api/checks/", f"Authorization: Bearer {api.submitter}",
                "Content-Type: application/json", f"Content-Length: {len(body)}") + body)
            connection.socket.close()
