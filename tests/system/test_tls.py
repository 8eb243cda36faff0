"""TLS: what is spoken, files that cannot be used, and new ones without a pause."""

import shutil
import signal
import socket
import ssl
import subprocess
import threading

import pytest
import requests

from authority import Authority, openssl
from frontend import Frontend, free_port
from jsontext import encode
from prometheus import parse, total
from raw import one_answer, statuses
from receipts import example
from waiting import wait_until

# What says in TLS that a connection is over.
ALERT_SIZE = 7


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


class Secure(Frontend):
    """A front end with a pair of files of its own, which a test may replace."""

    def __init__(self, instance, side, folder, issued, *flags):
        self.folder = folder
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        self.install(issued)
        super().__init__(instance, side, folder / "log", "--tls-certificate", str(self.certificate),
                         "--tls-key", str(self.key), *flags, scheme="https")

    def install(self, issued):
        shutil.copy(issued.certificate, self.certificate)
        shutil.copy(issued.key, self.key)

    def reload(self, told):
        """SIGHUP; returns once the log has the text more often than before."""
        before = self.log().count(told)
        self.signal(signal.SIGHUP)
        wait_until(lambda: self.log().count(told) > before, what=told)

    def connect(self, authority, **settings):
        """A TLS connection, certificate and name checked."""
        context = ssl.create_default_context(cafile=authority.path)
        ciphers = settings.pop("ciphers", None)
        if ciphers:
            context.set_ciphers(ciphers)
        for name, value in settings.items():
            setattr(context, name, value)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        try:
            return context.wrap_socket(plain, server_hostname="127.0.0.1")
        except BaseException:
            plain.close()
            raise

    def name(self, authority):
        """Whose certificate a new connection gets."""
        with self.connect(authority) as connection:
            return dict(pair for part in connection.getpeercert()["subject"] for pair in part)["commonName"]


def ask(connection, path="/livez", count=1):
    """GET on a connection that stays open; returns the statuses."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * count)
    received = b""
    while len(statuses(received)) < count or not one_answer(received):
        part = connection.recv(65536)
        assert part, received
        received += part
    return statuses(received)


def rest(connection):
    """What comes until the other side closes."""
    try:
        return b"".join(iter(lambda: connection.recv(65536), b""))
    except ConnectionResetError:
        return b""


@pytest.fixture(scope="module")
def secure(instance, authority, tmp_path_factory):
    with Secure(instance, "producer", tmp_path_factory.mktemp("tls"), authority.issue("first"),
                "--request-timeout", "2", "--idle-timeout", "2") as frontend:
        yield frontend


@pytest.fixture(scope="module")
def session(authority, api):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(authority.path)
        session.headers["Authorization"] = f"Bearer {api.submitter}"
        session.headers["Content-Type"] = "application/json"
        yield session


class TestProtocol:
    def test_requests(self, secure, session, api):
        """What goes by HTTP goes by TLS: receipts, batches, errors, large files."""
        receipt = encode(example())
        assert session.post(f"{secure.url}/api/checks/", receipt).status_code == 201
        assert session.post(f"{secure.url}/api/checks/", receipt).status_code == 200
        assert session.post(f"{secure.url}/api/checks/", b"{").status_code == 400
        batch = encode([example() for _ in range(2500)])
        answer = session.post(f"{secure.url}/api/checks/batch/", batch)
        assert answer.status_code == 200 and answer.json()["accepted"] == 2500
        file = "/api/docs/swagger-ui-bundle.js"
        assert session.get(secure.url + file).content == api.producer.get(file).body

    def test_pipelining(self, secure, authority):
        with secure.connect(authority) as connection:
            assert ask(connection, count=20) == [200] * 20

    @pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
    def test_modern(self, secure, authority, version):
        version = ssl.TLSVersion[version]
        with secure.connect(authority, minimum_version=version, maximum_version=version) as connection:
            assert ask(connection) == [200]

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    @pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
    def test_old(self, secure, authority, version):
        version = ssl.TLSVersion[version]
        with pytest.raises(ssl.SSLZeroReturnError):  # closed by the other side
            secure.connect(authority, ciphers="ALL:@SECLEVEL=0", minimum_version=version,
                           maximum_version=version)

    @pytest.mark.parametrize("algorithm, good, bad", [
        ("ec:P-256", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256"),
        ("rsa:2048", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-SHA384"),
        ("rsa:2048", "ECDHE-RSA-CHACHA20-POLY1305", "AES128-GCM-SHA256"),
        ("rsa:2048", "ECDHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"),
    ])
    def test_ciphers(self, instance, authority, tmp_path, algorithm, good, bad):
        """Authenticated encryption and forward secrecy, with either kind of key."""
        only = {"maximum_version": ssl.TLSVersion.TLSv1_2}
        issued = authority.issue(algorithm.replace(":", "-"), algorithm=algorithm)
        with Secure(instance, "consumer", tmp_path, issued) as frontend:
            with frontend.connect(authority, ciphers=good, **only) as connection:
                assert ask(connection) == [200] and connection.cipher()[0] == good
            with pytest.raises(ssl.SSLZeroReturnError):  # closed by the other side
                frontend.connect(authority, ciphers=bad, **only)

    def test_chain(self, instance, authority, tmp_path):
        """A client that knows the root alone is given what lies between, in whatever order."""
        issued = Authority(tmp_path, "between", authority).issue("leaf")
        root, *_ = authority.path.read_text().partition("\0")
        issued.certificate.write_text(issued.certificate.read_text() + root)
        with Secure(instance, "producer", tmp_path, issued) as frontend:
            assert frontend.name(authority) == "leaf"

    def test_plain_is_not_answered(self, secure, authority):
        """Nor is anything else that is no TLS."""
        for data in (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00" + b"\xff" * 600,
                     b"\x00" * 100):
            with socket.create_connection(("127.0.0.1", secure.port), timeout=10) as connection:
                connection.sendall(data)
                assert b"HTTP" not in rest(connection)
        assert secure.name(authority) == "first"

    def test_health_stays_plain(self, instance, authority, tmp_path):
        port = free_port()
        with Secure(instance, "producer", tmp_path, authority.issue("health"),
                    "--admin-listen", f"127.0.0.1:{port}") as frontend:
            for path in ("livez", "readyz", "metrics"):
                answer = requests.get(f"http://127.0.0.1:{port}/{path}", timeout=10)
                assert answer.status_code == 200
            expires = total(parse(answer.text), "receipts_tls_certificate_expires_timestamp_seconds")
            with frontend.connect(authority) as connection:
                assert ssl.cert_time_to_seconds(connection.getpeercert()["notAfter"]) == expires


class TestSlowness:
    def closed_in_silence(self, connection):
        """Nothing comes, least of all something that is not encrypted."""
        with connection:
            try:
                received = connection.recv(65536)
            except (ssl.SSLEOFError, ConnectionResetError):
                received = b""
            assert received == b""

    def test_no_handshake(self, secure):
        """Who connects and says nothing, or half a hello, is cut off."""
        for data in (b"", b"\x16\x03\x01\x02\x00\x01"):
            with socket.create_connection(("127.0.0.1", secure.port), timeout=20) as connection:
                connection.sendall(data)
                assert len(rest(connection)) <= ALERT_SIZE

    def test_late(self, secure, authority):
        """408 cannot be said in the middle of a body."""
        connection = secure.connect(authority)
        connection.sendall(b"POST /api/checks/ HTTP/1.1\r\nHost: x\r\nX-Request-Id: late-by-tls\r\n"
                           b"Content-Length: 9\r\n\r\n{")
        for _ in range(2):
            connection.sendall(b" ")
        self.closed_in_silence(connection)
        wait_until(lambda: "late-by-tls" in secure.log(), what="the line of the request")

    def test_too_large_in_chunks(self, secure, authority):
        connection = secure.connect(authority)
        connection.sendall(b"POST /api/checks/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                           b"Transfer-Encoding: chunked\r\n\r\n200000\r\n")
        try:
            connection.sendall(b" " * 0x200000)
        except (ssl.SSLError, ConnectionError):
            connection.close()
            return
        self.closed_in_silence(connection)


class TestReload:
    def test_new_certificate(self, instance, authority, tmp_path):
        """New connections get it, old ones go on, and nobody notices: also when what was
        replaced is freed, and the old connections go on still."""
        with Secure(instance, "producer", tmp_path, authority.issue("old"), "--idle-timeout", "1",
                    "--request-timeout", "1") as frontend:
            old = frontend.connect(authority)
            assert ask(old) == [200] and frontend.name(authority) == "old"
            failures, stop = [], threading.Event()

            def hammer():
                while not stop.is_set():
                    try:
                        with frontend.connect(authority) as connection:
                            assert ask(connection, count=3) == [200] * 3
                    except Exception as error:  # every one is a failure of the test
                        failures.append(error)

            hammering = [threading.Thread(target=hammer) for _ in range(3)]
            for thread in hammering:
                thread.start()
            for number in range(8):
                frontend.install(authority.issue(f"new-{number}"))
                frontend.reload(f"CN=new-{number}")
                assert ask(old) == [200] and frontend.name(authority) == f"new-{number}"
            for _ in range(10):
                assert ask(old) == [200]
                stop.wait(0.5)
            stop.set()
            for thread in hammering:
                thread.join()
            assert failures == []
            old.close()
            assert frontend.stop() == 0

    @pytest.mark.parametrize("spoil, complaint", [
        (lambda frontend, other: frontend.key.unlink(), "could not read the TLS key"),
        (lambda frontend, other: frontend.certificate.unlink(), "could not read the TLS certificate"),
        (lambda frontend, other: frontend.certificate.write_text("nonsense"), "could not read the TLS certificate"),
        (lambda frontend, other: frontend.key.write_text(""), "could not read the TLS key"),
        (lambda frontend, other: shutil.copy(other.key, frontend.key), "is not that of the certificate"),
        (lambda frontend, other: openssl("ec", "-in", other.key, "-aes128", "-passout", "pass:secret",
                                         "-out", frontend.key), "could not read the TLS key"),
    ], ids=["no key", "no certificate", "no PEM", "empty", "another key", "with a password"])
    def test_bad_files(self, instance, authority, tmp_path, spoil, complaint):
        """At a reload the old ones go on and the log says why; at a start that is the end."""
        issued, other = authority.issue("good"), authority.issue("other")
        with Secure(instance, "consumer", tmp_path, issued) as frontend:
            spoil(frontend, other)
            frontend.reload("going on with the TLS certificate and key that were read before")
            assert complaint in frontend.log()
            assert frontend.name(authority) == "good"
            done = subprocess.run(frontend.command[:-2] + ["--listen", f"127.0.0.1:{free_port()}"]
                                  + frontend.command[-2:], env=frontend.environment, timeout=20,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            assert done.returncode == 1 and complaint in done.stdout, done.stdout
            frontend.install(other)
            frontend.reload("CN=other")
            assert frontend.name(authority) == "other"

    def test_one_without_the_other(self, instance, authority):
        program = Frontend(instance, "producer", "/dev/null").command[0]
        for flag in ("--tls-certificate", "--tls-key"):
            done = subprocess.run([program, "producer", flag, "/dev/null"], stderr=subprocess.PIPE, text=True)
            assert done.returncode == 2 and "go together" in done.stderr

    def test_without_tls(self, instance, tmp_path):
        """SIGHUP hurts nobody."""
        with Frontend(instance, "producer", tmp_path / "log") as frontend:
            frontend.signal(signal.SIGHUP)
            wait_until(lambda: "nothing to read anew" in frontend.log())
            frontend.service().get("/livez").expect(200)
