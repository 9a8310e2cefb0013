"""The admin port: health, readiness, metrics, and what it refuses."""

import http.client
import re
import socket
import time
import unittest

import harness

CONNECTIONS_MAX = 32
REQUEST_BYTES_MAX = 16 << 10
# A request, or a pause between two, may take 5 s; then some slack.
CUT_SECONDS = 20

SAMPLE = re.compile(
    r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*"'
    r'(?:,[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*")*\})? '
    r'([-+]?(?:[0-9.]+(?:[eE][-+]?[0-9]+)?|Inf)|NaN)$')


def parse(text):
    """Prometheus text as {name and labels: value}; strict."""
    values, kinds, helped = {}, {}, set()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in helped, line
            helped.add(name)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds, line
            assert kind in ("counter", "gauge", "histogram", "summary"), line
            kinds[name] = kind
        else:
            sample = SAMPLE.match(line)
            assert sample, line
            family = sample[1]
            if family not in kinds:
                family = re.sub(r"_(bucket|sum|count)$", "", family)
            assert family in kinds and family in helped, line
            key = sample[1] + (sample[2] or "")
            assert key not in values, line
            values[key] = float(sample[3])
    return values


class AdminHttp(harness.TestCase):

    def setUp(self):
        self.port = harness.free_port()
        self.settings = {"admin_port": self.port}
        super().setUp()

    def ask(self, method, target, **options):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.addCleanup(link.close)
        link.request(method, target, **options)
        reply = link.getresponse()
        return reply, reply.read().decode()

    def metrics(self):
        reply, text = self.ask("GET", "/metrics")
        self.assertEqual(reply.status, 200)
        self.assertTrue(
            reply.getheader("Content-Type").startswith("text/plain"))
        return parse(text)

    def connect(self):
        link = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.addCleanup(link.close)
        return link

    def until_closed(self, link):
        answer = b""
        while True:
            try:
                piece = link.recv(65536)
            except ConnectionResetError:
                return answer
            if not piece:
                return answer
            answer += piece

    def test_it_is_off_unless_asked_for(self):
        with harness.Redbed() as other:
            self.assertEqual(other.client().config_get("admin-port"),
                             {"admin-port": "0"})
            self.assertNotIn("Admin", other.log())

    def test_it_is_well_and_ready(self):
        for path in ("/healthz", "/readyz", "/readyz?verbose"):
            reply, text = self.ask("GET", path)
            self.assertEqual((reply.status, text), (200, "ok\n"), path)
        reply, text = self.ask("HEAD", "/healthz")
        self.assertEqual((reply.status, text), (200, ""))
        self.assertEqual(reply.getheader("Content-Length"), "3")

    def test_counters_grow_with_commands(self):
        before = self.metrics()
        for i in range(50):
            self.client.set(f"k{i}", "v")
        for i in range(30):
            self.client.get(f"k{i}")
        with self.assertRaises(harness.redis.ResponseError):
            self.client.execute_command("INCRBY", "k1", "x")
        after = self.metrics()

        def growth(name):
            return after[name] - before.get(name, 0)
        self.assertEqual(growth('redbed_command_calls_total{command="set"}'),
                         50)
        self.assertEqual(growth('redbed_command_calls_total{command="get"}'),
                         30)
        self.assertGreaterEqual(growth("redbed_commands_processed_total"), 81)
        self.assertEqual(growth("redbed_error_replies_total"), 1)
        self.assertEqual(growth("redbed_keyspace_hits_total"), 30)
        self.assertGreaterEqual(growth("redbed_log_batches_total"), 50)
        self.assertGreater(growth("redbed_log_written_bytes_total"), 0)
        self.assertGreater(growth("redbed_net_input_bytes_total"), 0)
        self.assertGreater(after["redbed_connected_clients"], 0)

    def test_counters_of_flush_and_compaction_grow(self):
        before = self.metrics()
        for _ in range(2):
            self.client.mset({f"k{i}": "v" for i in range(100)})
            self.client.execute_command("REDBED.FLUSH")
        self.client.execute_command("REDBED.COMPACT")
        after = self.metrics()
        for name in ("redbed_flushes_total", "redbed_compactions_total",
                     "redbed_flush_written_bytes_total"):
            self.assertGreater(after[name], before[name], name)
        files = sum(value for name, value in after.items()
                    if name.startswith("redbed_level_files"))
        self.assertGreater(files, 0)

    def test_what_is_not_there_is_not_found(self):
        for path in ("/", "/metrics/", "/favicon.ico", "/../etc/passwd",
                     "/healthz%00"):
            reply, _ = self.ask("GET", path)
            self.assertEqual(reply.status, 404, path)

    def test_other_methods_are_refused(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            reply, _ = self.ask(method, "/metrics", body=b"x")
            self.assertEqual(reply.status, 405, method)
            self.assertEqual(reply.getheader("Allow"), "GET, HEAD")

    def test_garbage_is_answered_with_400_and_closed(self):
        for garbage in (b"\x00\xff\x00\r\n\r\n", b"*1\r\n$4\r\nPING\r\n",
                        b"PING\r\n\r\n", b"GET\r\n\r\n",
                        b"GET /healthz HTTP/1.1\r\nbad header\r\n\r\n",
                        b"GET /healthz HTTP/9.9\r\n\r\n",
                        b"POST /healthz HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
            link = self.connect()
            link.sendall(garbage)
            answer = self.until_closed(link)
            self.assertTrue(answer.startswith(b"HTTP/1.1 400 Bad Request\r\n"),
                            (garbage, answer))
            self.assertIn(b"Connection: close\r\n", answer)
            self.assertEqual(answer.count(b"HTTP/1.1"), 1)
        self.assertEqual(self.ask("GET", "/healthz")[0].status, 200)

    def test_too_large_a_request_is_refused(self):
        for request in (
                b"GET /" + b"x" * (2 * REQUEST_BYTES_MAX) +
                b" HTTP/1.1\r\n\r\n",
                b"GET /healthz HTTP/1.1\r\nX: " +
                b"x" * (2 * REQUEST_BYTES_MAX) + b"\r\n\r\n",
                b"POST /healthz HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" +
                b"x" * (2 * REQUEST_BYTES_MAX)):
            link = self.connect()
            try:
                link.sendall(request)
            except (ConnectionResetError, BrokenPipeError):
                pass
            status = self.until_closed(link)[:12]
            self.assertIn(status, (b"HTTP/1.1 413", b"HTTP/1.1 431",
                                   b"HTTP/1.1 400"))
        self.assertEqual(self.ask("GET", "/healthz")[0].status, 200)

    def test_many_requests_in_one_go_are_all_answered(self):
        link = self.connect()
        count = 2000
        link.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * count +
                     b"GET /readyz HTTP/1.1\r\nConnection: close\r\n\r\n")
        answer = self.until_closed(link)
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), count + 1)
        self.assertEqual(answer.count(b"\r\n\r\nok\n"), count + 1)

    def test_a_request_in_drips_is_cut_and_others_go_on(self):
        slow = self.connect()
        slow.settimeout(0.2)
        begun = time.monotonic()
        cut = False
        for byte in b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 10000:
            try:
                slow.sendall(bytes([byte]))
                if not slow.recv(100):
                    cut = True
            except socket.timeout:
                pass
            except OSError:
                cut = True
            if cut:
                break
            self.assertLess(time.monotonic() - begun, CUT_SECONDS)
            self.assertEqual(self.ask("GET", "/healthz")[0].status, 200)
        self.assertTrue(cut)

    def test_idlers_cannot_take_all_connections_for_long(self):
        idle = [self.connect() for _ in range(CONNECTIONS_MAX)]
        # These are accepted and closed at once.
        self.assertEqual(self.until_closed(self.connect()), b"")
        self.assertTrue(self.client.ping())
        # After a while the idle ones are cut, and there is room again.
        for link in idle:
            self.assertEqual(self.until_closed(link), b"")
        self.assertEqual(self.ask("GET", "/healthz")[0].status, 200)

    def test_a_client_that_does_not_read_holds_nobody_up(self):
        deaf = self.connect()
        deaf.setblocking(False)
        try:
            for _ in range(1000):
                deaf.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
        except BlockingIOError:
            pass
        for _ in range(20):
            self.assertTrue(self.client.set("k", "v"))
            self.assertEqual(self.ask("GET", "/healthz")[0].status, 200)


if __name__ == "__main__":
    unittest.main()
